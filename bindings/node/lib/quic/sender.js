// What a program writes to a stream, and how much of it is not on its way yet.
"use strict";

const engine = require("../engine.js");
const { Outgoing } = require("../body.js");
const { toBytes } = require("../errors.js");
const { closedError } = require("./errors.js");

class Sender {
  #nativeId;
  #queuedBytes = 0;
  #isEnded = false;
  #isReset = false;
  #failure; // why nothing more can be sent; what was queued then is lost
  #outgoing; // and the rest: once the program writes to a web stream
  #writable;
  #controller;
  #flushed; // {resolve, reject} of who closed the web stream

  constructor(nativeId) {
    this.#nativeId = nativeId;
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
    engine.native.write(this.#nativeId, bytes);
    this.#queuedBytes += bytes.length;
    return bytes.length;
  }

  end() {
    if (this.#isEnded) return;
    this.#isEnded = true;
    engine.native.endStream(this.#nativeId);
  }

  // What was queued does not go any more.
  reset(code) {
    if (this.#failure !== undefined) return;
    this.#isReset = true;
    engine.native.resetStream(this.#nativeId, code);
    this.stop(closedError());
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
      write: (chunk) => this.#send(toBytes(chunk, "chunk")),
      close: () => this.#close(),
      abort: (reason) => this.reset(codeOf(reason)),
    });
  }

  #start(controller) {
    this.#controller = controller;
    if (this.#isEnded) controller.error(this.#failure ?? closedError());
    // abort() of the sink waits for a write that waits for the peer; the signal does not.
    controller.signal?.addEventListener("abort", () => this.reset(codeOf(controller.signal.reason)), { once: true });
  }

  async #send(bytes) {
    if (!this.#isEnded) await this.#outgoing.send(bytes);
    else throw this.#failure ?? closedError();
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
