// WebTransport over HTTP/3: the client, and what sessions of serve() share with it.
"use strict";

const { WebTransport } = require("./webtransport/client.js");
const { WebTransportError } = require("./webtransport/error.js");

module.exports = { WebTransport, WebTransportError };
