"use strict";

const { quic } = require("./lib/quic.js");
const { serve } = require("./lib/serve.js");
const { fetch3 } = require("./lib/fetch.js");
const { QuicError } = require("./lib/errors.js");

module.exports = { quic, serve, fetch3, QuicError };
