// The client's side: new WebTransport(url, options).
"use strict";

const engine = require("../engine.js");
const { Shared } = require("../shared.js");
const { checkArguments } = require("./options.js");
const { Session } = require("./session.js");

const { native } = engine;

// A connection is there for its session alone. It stays until the peer has heard of the session's end, also where that
// was lost once.
const keepOpenMs = 1000;

const createClient = (options) => engine.attempt(() => native.createClient({ ...options, keepOpenMs }));
const clients = new Shared(createClient, (id) => native.closeClient(id));

class WebTransport extends Session {
  // Throws TypeErrors for wrong arguments; what the network or the server says is told by `ready` and `closed`.
  constructor(url, options) {
    const { url: href, headers, client: clientOptions } = checkArguments(url, options);
    const client = clients.of(clientOptions);
    const user = {};
    super(
      () => {
        const id = native.transportConnect(client.id, href, headers);
        client.users.add(user);
        return id;
      },
      () => client.users.delete(user),
    );
  }

  static get supportsReliableOnly() {
    return false;
  }
}

module.exports = { WebTransport };
