// What a program writes to a stream, and how much of it is not on its way yet.
"use strict";

const engine = require("../engine.js");
const { Outgoing } = require("../body.js");
const { toBytes } = require("../errors.js");
const { closedError } = require("./errors.js");

// How a stream of quic() reaches the QUIC thread, and what of the program's values are bytes and codes there.
const wireOfQuic = {
  write: (id, bytes) => engine.native.write(id, bytes),
  end: (id) => engine.native.endStream(id),
  reset: (id, code) => engine.native.resetStream(id, code),
  toBytes: (chunk) => toBytes(chunk, "chunk"),
  codeOf,
  closedError,
};

class Sender {
  #nativeId;
  #wire;
  #queuedBytes = 0;
  #isEnded = false;
  #isReset = false;
  #failure; // why nothing more can be sent; what was queued then is lost
  #outgoing; // and the rest: once the program writes to a web stream
  #writable;
  #controller;
  #flushed; // {resolve, reject} of who closed the web stream

  // wire: as wireOfQuic, for streams of another kind.
  constructor(nativeId, wire = wireOfQuic) {
    this.#nativeId = nativeId;
    this.#wire = wire;
  }

  get queuedBytes() {
    return this.#queuedBytes;
  }

  get isEnded() {
    return this.#isEnded;
  }

  get isReset() {
    return this.#isReset;
  }

  // Bytes taken: all of them, or 0.
  write(bytes) {
    if (this.#isEnded || bytes.length === 0) return 0;
    this.#wire.write(this.#nativeId, bytes);
    this.#queuedBytes += bytes.length;
    return bytes.length;
  }

  end() {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#wire.end(this.#nativeId);
  }

  // What was queued does not go any more.
  reset(code) {
    if (this.#failure !== undefined) return;
    this.#isReset = true;
    this.#wire.reset(this.#nativeId, code);
    this.stop(this.#wire.closedError());
  }

  sent(byteCount) {
    this.#queuedBytes = Math.max(0, this.#queuedBytes - byteCount);
    this.#outgoing?.sent(byteCount);
    if (this.#queuedBytes === 0) this.#flushed?.resolve();
  }

  // By the peer, or because the stream is gone.
  stop(error) {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    const wasWhole = this.#isEnded && this.#queuedBytes === 0;
    this.#isEnded = true;
    this.#queuedBytes = 0;
    if (wasWhole) return;
    this.#outgoing?.stop(error);
    if (!this.#isReset) this.#controller?.error(error); // else it knows: that is its abort()
    this.#flushed?.reject(error);
  }

  get writable() {
    this.#writable ??= this.#open();
    return this.#writable;
  }

  #open() {
    this.#outgoing = new Outgoing((bytes) => this.write(bytes));
    return new WritableStream({
      start: (controller) => this.#start(controller),
      write: (chunk) => this.#send(this.#wire.toBytes(chunk)),
      close: () => this.#close(),
      abort: (reason) => this.reset(this.#wire.codeOf(reason)),
    });
  }

  #start(controller) {
    this.#controller = controller;
    if (this.#isEnded) controller.error(this.#failure ?? this.#wire.closedError());
    // abort() of the sink waits for a write that waits for the peer; the signal does not.
    controller.signal?.addEventListener("abort", () => this.reset(this.#wire.codeOf(controller.signal.reason)), { once: true });
  }

  async #send(bytes) {
    if (!this.#isEnded) await this.#outgoing.send(bytes);
    else throw this.#failure ?? this.#wire.closedError();
    if (this.#failure !== undefined) throw this.#failure;
  }

  // Settles when all is on its way.
  #close() {
    this.end();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#queuedBytes === 0) return undefined;
    return new Promise((resolve, reject) => {
      this.#flushed = { resolve, reject };
    });
  }
}

// The application's code for the peer, of what a web stream was aborted or cancelled with.
function codeOf(reason) {
  const code = reason?.protocolCode ?? reason;
  return Number.isSafeInteger(code) && code >= 0 ? code : 0;
}

module.exports = { Sender, codeOf };
