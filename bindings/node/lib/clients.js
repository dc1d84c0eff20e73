// The connections of fetch3(): a native client for each way to be known and to trust, whose connections are shared.
"use strict";

const engine = require("./engine.js");
const { Shared } = require("./shared.js");

const { native } = engine;

class Clients {
  #shared = new Shared((tls) => engine.attempt(() => native.createClient(tls)), (id) => native.closeClient(id));
  #closings = new Map(); // by the client that is no more in #shared: a Closing

  // {id, users}; whoever is in `users` leaves by release().
  of(tls) {
    return this.#shared.of(tls);
  }

  release(client, user) {
    client.users.delete(user);
    if (client.users.size === 0) this.#closings.get(client)?.begin();
  }

  // Settles when nothing is left of the clients that are there now, those that close already too.
  async close() {
    for (const client of this.#shared.takeAll()) {
      const closing = new Closing(client.id);
      this.#closings.set(client, closing);
      closing.over.then(() => this.#closings.delete(client));
      if (client.users.size === 0) closing.begin();
      else native.closeIdle(client.id);
    }
    await Promise.all(Array.from(this.#closings.values(), (closing) => closing.over));
  }
}

// A client that takes no new requests; `over` settles when it is gone.
class Closing {
  #id;
  #resolve;
  #isBegun = false;
  over = new Promise((resolve) => {
    this.#resolve = resolve;
  });

  constructor(id) {
    this.#id = id;
  }

  // Its last request is done. From here on the process is kept alive, which the requests see to before.
  begin() {
    if (this.#isBegun) return;
    this.#isBegun = true;
    engine.register(this.#id, this, closingEvents);
    engine.hold(this);
    native.closeClient(this.#id);
  }

  static end(closing) {
    engine.forget(closing.#id);
    engine.release(closing);
    closing.#resolve();
  }
}

const closingEvents = { clientClosed: (closing) => Closing.end(closing) };

module.exports = { Clients };
