// The native HTTP/3 clients that fetch3 uses: one for each way to be known and to trust, so that its
// connections are shared.
"use strict";

const engine = require("./engine.js");

const { native } = engine;

// Programs that make up a new ca for each request must not pile up clients.
const mostUnused = 16;
const clients = new Map(); // in the order of their last use

function clientFor(tls) {
  const key = JSON.stringify(tls);
  const client = clients.get(key) ?? {
    id: engine.attempt(() => native.createClient(tls)),
    inFlight: new Set(),
  };
  clients.delete(key);
  clients.set(key, client);
  closeUnused(key);
  return client;
}

function closeUnused(keptKey) {
  for (const [key, client] of clients) {
    if (clients.size <= mostUnused) return;
    if (key === keptKey || client.inFlight.size > 0) continue;
    clients.delete(key);
    native.closeClient(client.id);
  }
}

module.exports = { clientFor };
