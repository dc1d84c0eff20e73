// Raw QUIC for programs: quic(options).
"use strict";

const { QuicError } = require("./errors.js");
const { Settings } = require("./quic/settings.js");
const { QuicSocket } = require("./quic/socket.js");
const { QuicStream } = require("./quic/stream.js");

// Returns at once. Throws for wrong options, for certificates that cannot be used and for a port that cannot be had.
function quic(options) {
  return new QuicSocket(new Settings(options));
}

module.exports = { QuicError, QuicSocket, QuicStream, quic };
