// An http.ServerResponse that makes a Response. What it does is in properties of its own: frameworks give it other
// prototypes, and put functions of their own in front of write, end and writeHead.
"use strict";

const { ServerResponse } = require("node:http");
const { Reply } = require("./reply.js");

const reply = Symbol("usquic reply");

const initial = {
  headersSent: false, writableEnded: false, writableFinished: false, writableNeedDrain: false, errored: null,
};

const methods = {
  writeHead(status, ...rest) {
    // The words of HTTP/1's status line are not sent.
    const headers = typeof rest[0] === "string" ? rest[1] : (rest[0] ?? rest[1]);
    this[reply].writeHead(status, headers);
    return this;
  },

  write(chunk, encoding, callback) {
    if (typeof encoding === "function") return this[reply].write(chunk, undefined, encoding);
    return this[reply].write(chunk, encoding, callback);
  },

  end(chunk, encoding, callback) {
    if (typeof chunk === "function") this[reply].end(undefined, undefined, chunk);
    else if (typeof encoding === "function") this[reply].end(chunk, undefined, encoding);
    else this[reply].end(chunk, encoding, callback);
    return this;
  },

  flushHeaders() {
    this[reply].flush();
  },

  _implicitHeader() {
    this.writeHead(this.statusCode);
  },

  writeEarlyHints(hints, callback) {
    this[reply].writeEarlyHints(hints);
    if (callback !== undefined) process.nextTick(callback);
  },

  addTrailers(trailers) {
    this[reply].addTrailers(trailers);
  },

  destroy(error) {
    this[reply].destroy(error);
    return this;
  },

  setTimeout(ms, callback) {
    if (callback !== undefined) this.on("timeout", callback);
    this.socket.setTimeout(ms);
    return this;
  },

  // The library answers "expect: 100-continue" by reading, and knows no 102.
  writeContinue(callback) {
    if (callback !== undefined) process.nextTick(callback);
  },

  writeProcessing(callback) {
    if (callback !== undefined) process.nextTick(callback);
  },

  // What is written in one turn of the event loop goes out together anyway.
  cork() {},
  uncork() {},
};

const descriptors = {};
for (const [name, value] of Object.entries(initial)) {
  descriptors[name] = { value, writable: true, configurable: true, enumerable: false };
}
descriptors.writableLength = {
  get() {
    return this[reply].writableLength;
  },
  configurable: true,
};
descriptors.writableHighWaterMark = {
  get() {
    return this.socket.writableHighWaterMark;
  },
  configurable: true,
};

// [res, Reply]
function makeResponse(req, socket, conversation) {
  const res = new ServerResponse(req);
  const owned = new Reply(res, conversation);
  res[reply] = owned;
  Object.assign(res, methods);
  Object.defineProperties(res, descriptors);
  Object.defineProperty(res, "socket", { value: socket, writable: true, configurable: true });
  socket.on("timeout", () => {
    req.emit("timeout", socket);
    res.emit("timeout", socket);
  });
  return [res, owned];
}

module.exports = { makeResponse };
