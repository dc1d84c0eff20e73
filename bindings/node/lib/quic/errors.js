// Errors of sockets and streams that do not come from the network.
"use strict";

const engine = require("../engine.js");

const E_CLOSED = -3;
const E_STATE = -4;

function closedError() {
  return engine.error(E_CLOSED);
}

function stateError(message) {
  return engine.error(E_STATE, { message });
}

// Where a socket connects to or listens, for messages.
function place(hostname, port) {
  if (hostname === undefined || hostname === null) return `port ${port}`;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

module.exports = { closedError, place, stateError };
