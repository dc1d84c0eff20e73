// serve(): an HTTP server whose handler takes a Request and gives a Response.
"use strict";

const { checkOptions } = require("./serve/options.js");
const { Server } = require("./serve/server.js");

// Throws TypeErrors for wrong options, QuicErrors for what the system or the library refuses.
function serve(options) {
  return new Server(checkOptions(options));
}

module.exports = { serve };
