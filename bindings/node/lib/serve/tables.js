// Which handlers a server has: the tables that requests are answered from now, and former ones as long as requests for them
// may come.
"use strict";

const engine = require("../engine.js");

const { native } = engine;

class Tables {
  #serverId;
  #routes;
  #transports;
  #serial = 0; // of what was installed last
  #known = new Map(); // table -> the serial of the last installation that it was in

  constructor(serverId) {
    this.#serverId = serverId;
  }

  // In the place of what was there. Without routes, or transports: the former ones stay. kinds: see RouteTable.
  install({ routes = this.#routes, transports = this.#transports }, kinds) {
    const serial = this.#serial + 1;
    const list = [...routes.listFor(kinds), ...transports.entries];
    engine.attempt(() => native.setRoutes(this.#serverId, list, serial));
    [this.#routes, this.#transports, this.#serial] = [routes, transports, serial];
    for (const table of [routes, transports]) this.#known.set(table, serial);
    routes.fix(this.#serverId);
  }

  // Requests for what was replaced by that installation come no more.
  installed(serial) {
    for (const [table, last] of this.#known) {
      if (last < serial) this.#known.delete(table);
    }
  }

  // The table's entry of a handler: of a route, or of WebTransport.
  find(handler) {
    for (const table of this.#known.keys()) {
      const entry = table.find(handler);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }
}

module.exports = { Tables };
