// What came in on the streams of a socket without a `message` callback. It counts as consumed when it is read.
"use strict";

const engine = require("../engine.js");

class Unread {
  #chunks = [];

  keep(nativeId, bytes) {
    this.#chunks.push({ nativeId, bytes });
  }

  // All of it, or null.
  read() {
    if (this.#chunks.length === 0) return null;
    const chunks = this.#chunks;
    this.#chunks = [];
    for (const { nativeId, bytes } of chunks) engine.native.consumed(nativeId, bytes.length);
    return Buffer.concat(chunks.map(({ bytes }) => bytes));
  }
}

module.exports = { Unread };
