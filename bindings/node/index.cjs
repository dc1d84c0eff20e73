"use strict";

const { quic } = require("./lib/quic.js");
const { serve } = require("./lib/serve.js");
const { nodeHandler } = require("./lib/node_handler.js");
const { file, folder } = require("./lib/files.js");
const { fetch3 } = require("./lib/fetch.js");
const { WebTransport, WebTransportError } = require("./lib/webtransport.js");
const { developmentCertificate } = require("./lib/development.js");
const { QuicError } = require("./lib/errors.js");

module.exports = {
  quic, serve, nodeHandler, file, folder, fetch3, WebTransport, WebTransportError, developmentCertificate, QuicError,
};
