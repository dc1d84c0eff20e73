// Bytes that a program writes, as a stream that is read.
"use strict";

class OutgoingBody {
  #chunks = [];
  #callbacks = [];
  #length = 0;
  #controller;
  #wake;
  #isEnded = false;
  #isOver = false;
  #told;
  stream;

  // told: {taken(), finished(), cancelled(reason)}
  //   taken: bytes were read; finished: all were; cancelled: the reader wants no more
  constructor(told) {
    this.#told = told;
    this.stream = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: (reason) => {
          this.#over();
          told.cancelled(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }

  // Of bytes that are not read yet.
  get length() {
    return this.#length;
  }

  // callback: called when they are read, or, with an error, when they never will be.
  add(bytes, callback) {
    if (callback !== undefined) this.#callbacks.push(callback);
    this.#chunks.push(bytes);
    this.#length += bytes.byteLength;
    this.#goOn();
  }

  end() {
    this.#isEnded = true;
    this.#goOn();
  }

  fail(reason) {
    if (this.#isOver) return;
    this.#controller.error(reason);
    this.#over();
  }

  #pull() {
    if (this.#isOver) return undefined;
    if (this.#length > 0 || this.#isEnded) return this.#give();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #goOn() {
    const wake = this.#wake;
    if (wake === undefined || this.#isOver || (this.#length === 0 && !this.#isEnded)) return;
    this.#wake = undefined;
    this.#give();
    wake();
  }

  // Everything at once.
  #give() {
    const chunks = this.#chunks;
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    if (this.#length > 0) {
      this.#chunks = [];
      this.#length = 0;
      this.#controller.enqueue(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    }
    if (this.#isEnded) {
      this.#controller.close();
      this.#over();
    }
    for (const callback of callbacks) process.nextTick(callback);
    this.#told.taken();
    if (this.#isEnded) this.#told.finished();
  }

  #over() {
    this.#isOver = true;
    this.#wake?.();
    for (const callback of this.#callbacks) process.nextTick(callback, destroyedError());
    this.#callbacks = [];
    this.#chunks = [];
    this.#length = 0;
  }
}

function destroyedError() {
  return Object.assign(new Error("Cannot call write after a stream was destroyed"), { code: "ERR_STREAM_DESTROYED" });
}

module.exports = { OutgoingBody, destroyedError };
