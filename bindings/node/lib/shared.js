// Native objects that are made from options and that many use: one for each set of options. What costs time (the
// system's roots) is loaded once, and what one use learnt (sessions) serves the next.
"use strict";

// Programs that make up new options for each use must not pile them up.
const mostUnused = 16;

class Shared {
  #make;
  #close;
  #entries = new Map(); // in the order of their last use

  // make(options) gives an id, close(id) ends it.
  constructor(make, close) {
    this.#make = make;
    this.#close = close;
  }

  // {id, users}; `users` is a Set, and whoever is in it keeps the object from being closed.
  of(options) {
    const key = JSON.stringify(options);
    const entry = this.#entries.get(key) ?? { id: this.#make(options), users: new Set() };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#closeUnused(key);
    return entry;
  }

  // All of them. They are the caller's to close, and the next use makes new ones.
  takeAll() {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    return entries;
  }

  #closeUnused(keptKey) {
    for (const [key, { id, users }] of this.#entries) {
      if (this.#entries.size <= mostUnused) return;
      if (key === keptKey || users.size > 0) continue;
      this.#entries.delete(key);
      this.#close(id);
    }
  }
}

module.exports = { Shared };
