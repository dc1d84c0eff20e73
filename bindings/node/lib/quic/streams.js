// The streams of one socket.
"use strict";

// RFC 9000 section 2.1: the two lowest bits of an ID say who opened the stream, and whether both sides send.
const SERVER_OPENED = 1;
const UNIDIRECTIONAL = 2;
const ID_STEP = 4;

class Streams {
  #all = new Set();
  #own = new Set(); // that this side opened, and that are not closed
  #nextIds;
  #main; // the one that write() of the socket uses

  constructor(isServer) {
    const first = isServer ? SERVER_OPENED : 0;
    this.#nextIds = { bidirectional: first, unidirectional: first + UNIDIRECTIONAL };
  }

  // IDs are given as the streams are made: they open in that order.
  takeId(isUnidirectional) {
    const kind = isUnidirectional ? "unidirectional" : "bidirectional";
    const id = this.#nextIds[kind];
    this.#nextIds[kind] += ID_STEP;
    return id;
  }

  add(stream, { isOwn }) {
    this.#all.add(stream);
    if (isOwn) this.#own.add(stream);
  }

  // It does not count any more for this side; it is there until it is gone.
  closing(stream) {
    this.#own.delete(stream);
  }

  gone(stream) {
    this.#all.delete(stream);
    this.#own.delete(stream);
    if (this.#main === stream) this.#main = undefined;
  }

  abandon() {
    this.#own.clear();
    this.#main = undefined;
  }

  // Where write() of the socket goes, also what the peer answers on; undefined: there is none.
  get main() {
    const isUsable = (stream) => stream.isWritable && !stream.isUnidirectional;
    if (this.#main === undefined || !isUsable(this.#main)) {
      this.#main = first(this.#own, isUsable) ?? first(this.#all, isUsable);
    }
    return this.#main;
  }

  get(id) {
    return first(this.#all, (stream) => stream.id === id && stream.readyState !== 3);
  }

  get isEmpty() {
    return this.#all.size === 0;
  }

  get count() {
    return this.#own.size;
  }

  get ids() {
    return Array.from(this.#own, (stream) => stream.id);
  }

  // Streams may go while this runs.
  forEach(callback) {
    for (const stream of [...this.#all]) callback(stream);
  }
}

function first(streams, predicate) {
  for (const stream of streams) {
    if (predicate(stream)) return stream;
  }
  return undefined;
}

module.exports = { Streams };
