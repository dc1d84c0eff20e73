// Bodies: bytes that arrive as a ReadableStream, and a ReadableStream as bytes that are sent.
"use strict";

const { invalidType } = require("./errors.js");

// Written and not yet on the wire, until the source of a body is asked for more.
const sendAheadUsually = 256 * 1024;
// Bodies that are there at once, and no larger than this but for their last chunk, are sent whole, with their length.
const gatherAtMost = 256 * 1024;

// Bytes that arrive. Its stream asks for what its reader asks for, nothing ahead: what is not read is not consumed, and
// the peer is held back by flow control.
//   source: {start?(), consumed(byteCount), cancel?(reason), waiting?(isWaiting), over?()}
//           start: before the first read; cancel: the reader wants no more of what has not come yet;
//           waiting: whether a reader waits for bytes; over: nothing happens any more, last
// The stream belongs to the program alone: here it is held only while a read waits. When the program drops it, nobody
// can read any more, which is a cancel.
class Incoming {
  #source;
  #controller; // a WeakRef
  #chunks = [];
  #wake;
  #isStarted = false;
  #isEnded = false;
  #isOver = false;

  constructor(source) {
    this.#source = source;
  }

  // The program's stream; to be called once.
  open() {
    const stream = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = new WeakRef(controller);
        },
        pull: () => this.#pull(),
        cancel: (reason) => this.#cancel(reason),
      },
      { highWaterMark: 0 },
    );
    if (this.#source.cancel !== undefined) dropped.register(stream, this);
    return stream;
  }

  static drop(incoming) {
    incoming.#cancel(new Error("The body was collected as garbage, unread"));
  }

  take(bytes) {
    if (this.#isOver) return;
    this.#chunks.push(bytes);
    this.#goOn();
  }

  end() {
    if (this.#isOver) return;
    this.#isEnded = true;
    if (this.#chunks.length > 0) return;
    this.#controller?.deref()?.close();
    this.#finish();
  }

  // What came before is lost, as in fetch: a body that broke off is not mistaken for a whole one.
  fail(reason) {
    if (this.#isOver) return;
    this.#controller?.deref()?.error(reason);
    this.#finish();
  }

  // All bytes came, read or not: a loss of the connection does not matter any more.
  get isEnded() {
    return this.#isEnded;
  }

  #finish() {
    this.#isOver = true;
    this.#chunks = [];
    this.#goOn();
    this.#source.over?.();
  }

  #goOn() {
    const wake = this.#wake;
    this.#wake = undefined;
    if (wake === undefined) return;
    this.#source.waiting?.(false);
    if (!this.#isOver) this.#give();
    wake();
  }

  #pull() {
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.#source.start?.();
    }
    if (this.#isOver) return undefined;
    if (this.#chunks.length > 0) return this.#give();
    this.#source.waiting?.(true);
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #give() {
    const controller = this.#controller.deref(); // somebody reads: it is there
    const bytes = this.#chunks.shift();
    // A plain Uint8Array, as every runtime's own bodies give, not Node's Buffer.
    controller.enqueue(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.#source.consumed(bytes.byteLength);
    if (this.#isEnded && this.#chunks.length === 0) {
      controller.close();
      this.#finish();
    }
  }

  #cancel(reason) {
    if (this.#isOver) return;
    this.#finish();
    if (!this.#isEnded) this.#source.cancel?.(reason);
  }
}

const dropped = new FinalizationRegistry(Incoming.drop);

// Bytes that are sent: writes what `next` gives, and waits while more than so many bytes are on their way.
class Outgoing {
  #write;
  #sendAhead;
  #pending = 0;
  #wake;
  #reader;
  #isStopped = false;

  // sendAhead: bytes.
  constructor(write, sendAhead = sendAheadUsually) {
    this.#write = write;
    this.#sendAhead = sendAhead;
  }

  // Of a "sent" event.
  sent(byteCount) {
    this.#pending = Math.max(0, this.#pending - byteCount);
    if (this.#pending <= this.#sendAhead) this.#goOn();
  }

  // The peer wants no more, or is gone: the source is cancelled.
  stop(reason) {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#goOn();
    // A source whose cancel() fails has nobody left to tell.
    this.#reader?.cancel(reason).catch(() => {});
  }

  // Settles after the last write, with whether all was written (not when it was stopped), or fails as its source does.
  async pump({ chunks, reader, isDone }) {
    this.#reader = reader;
    if (this.#isStopped) {
      reader.cancel().catch(() => {});
      return false;
    }
    for (const chunk of chunks) await this.send(chunk);
    while (!isDone && !this.#isStopped) {
      const { done, value } = await reader.read();
      if (done) break;
      await this.send(checkChunk(value, reader));
    }
    return !this.#isStopped;
  }

  // Settles when no more than so many bytes wait, or it is stopped.
  async send(bytes) {
    if (this.#isStopped || bytes.byteLength === 0) return;
    this.#pending += bytes.byteLength;
    this.#write(bytes);
    if (this.#pending <= this.#sendAhead) return;
    await new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #goOn() {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

function checkChunk(value, reader) {
  if (value instanceof Uint8Array) return value;
  const error = invalidType("chunk", "a Uint8Array: bodies are bytes", value);
  reader.cancel(error).catch(() => {});
  throw error;
}

// What runs when the event loop turns: one immediate for all that wait for it in this turn.
class Turn {
  static #current;
  #waiting = new Set();

  static waitFor(target) {
    Turn.#current ??= new Turn();
    Turn.#current.#waiting.add(target);
    return Turn.#current;
  }

  constructor() {
    setImmediate(() => {
      Turn.#current = undefined;
      for (const target of this.#waiting) target.turned();
    });
  }

  leave(target) {
    this.#waiting.delete(target);
  }
}

// The begin of a body: what can be had of it at once.
class Beginning {
  #reader;
  #turn;
  #chunks = [];
  #sizeBeforeLast = 0;
  #lastSize = 0;
  #read;
  #onRead = ({ done, value }) => this.#take(done, value);
  #onFailure = (failure) => this.#settle(this.#reject, failure);
  #resolve;
  #reject;
  promise;

  constructor(stream) {
    this.#reader = stream.getReader();
    this.#turn = Turn.waitFor(this);
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#readOn();
  }

  turned() {
    if (this.#turn === undefined) return;
    this.#give({ reader: readFirst(this.#reader, this.#read), isDone: false });
  }

  #readOn() {
    this.#read = this.#reader.read();
    this.#read.then(this.#onRead, this.#onFailure);
  }

  #take(done, value) {
    if (this.#turn === undefined) return;
    if (done) return this.#give({ reader: this.#reader, isDone: true });
    try {
      this.#chunks.push(checkChunk(value, this.#reader));
    } catch (failure) {
      return this.#onFailure(failure);
    }
    this.#sizeBeforeLast += this.#lastSize;
    this.#lastSize = value.byteLength;
    // A chunk of any size is in memory already; whether it was the last decides between whole and in pieces.
    if (this.#sizeBeforeLast <= gatherAtMost) return this.#readOn();
    return this.#give({ reader: this.#reader, isDone: false });
  }

  #give(rest) {
    this.#settle(this.#resolve, { chunks: this.#chunks, ...rest });
  }

  #settle(settle, value) {
    if (this.#turn === undefined) return;
    this.#turn.leave(this);
    this.#turn = undefined;
    settle(value);
  }
}

// Begins to read a body: what can be had at once. {chunks, reader, isDone}; with isDone, chunks are all of it.
function begin(stream) {
  return new Beginning(stream).promise;
}

// A reader whose next read is under way.
function readFirst(reader, first) {
  first.catch(() => {}); // whoever reads it gets the error; if nobody does, it is no uncaught one
  let next = first;
  return {
    read() {
      const result = next ?? reader.read();
      next = undefined;
      return result;
    },
    cancel: (reason) => reader.cancel(reason),
  };
}

function join(chunks) {
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
}

module.exports = { Incoming, Outgoing, begin, join };
