// What comes in on a stream, told in its turn: a chunk when the one before was dealt with, the end when all was. Only
// then a chunk counts as consumed; what waits holds the peer back by flow control.
"use strict";

const engine = require("../engine.js");
const { Incoming } = require("../body.js");
const { closedError } = require("./errors.js");

// What tell() of the target gives when it keeps the bytes, and will say itself that they are consumed.
const KEPT = Symbol("kept");

class Receiver {
  #nativeId;
  #target;
  #queue = [];
  #hasEnd = false; // nothing comes after what is in the queue
  #breakOff; // the error that it ended with
  #isLost = false; // and what was not told by then is not told
  #isPaused = false;
  #isBusy = false; // a callback works on a chunk
  #isOver = false; // the end was told, or nobody wants to hear any more
  #isStopped = false; // the program gave it up
  #incoming; // once the program reads a web stream
  #readable;
  #source; // what #incoming refers to: not this, once nothing can happen any more

  // target: {isHeld(), hasTeller(), tell(bytes), ended(), stop(reason)}
  //   isHeld: the socket is paused; hasTeller: somebody hears what tell() tells, which gives a promise while that is
  //   not done; ended: all was told, last; stop: the reader gave it up
  constructor(nativeId, target) {
    this.#nativeId = nativeId;
    this.#target = target;
  }

  get isPaused() {
    return this.#isPaused;
  }

  // More may be told.
  get isOpen() {
    return !this.#isOver && !this.#isStopped;
  }

  get isStopped() {
    return this.#isStopped;
  }

  // Everything came, and was not told yet to a program that still can hear it.
  get isWhole() {
    return this.#hasEnd && !this.#isLost && this.isOpen;
  }

  // It waits for a program that may never ask.
  get isUnwanted() {
    return this.#incoming === undefined && !this.#target.hasTeller();
  }

  get isTaken() {
    return this.#readable !== undefined;
  }

  take(bytes) {
    if (this.#hasEnd || !this.isOpen) return;
    this.#queue.push(bytes);
    this.goOn();
  }

  // error: of a stream that the peer broke off; `isLost`: what was not told is not told any more.
  end(error, { isLost = false } = {}) {
    if (this.#hasEnd || this.#isOver) return;
    this.#hasEnd = true;
    this.#breakOff = error;
    this.#isLost = isLost;
    if (isLost) this.#queue = [];
    this.goOn();
  }

  // Nothing is told any more. A web stream that has everything keeps it.
  drop(error) {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#queue = [];
    this.#incoming?.fail(error);
  }

  // The stream is gone: a web stream that nobody holds any more can be collected, read or not.
  cut() {
    if (this.#source !== undefined) this.#source.receiver = undefined;
  }

  pause() {
    this.#isPaused = true;
  }

  resume() {
    this.#isPaused = false;
    this.goOn();
  }

  // The web stream takes over from the callbacks.
  get readable() {
    if (this.#readable !== undefined) return this.#readable;
    const nativeId = this.#nativeId;
    const source = { receiver: this };
    this.#source = source;
    this.#incoming = new Incoming({
      consumed: (byteCount) => engine.native.consumed(nativeId, byteCount),
      cancel: (reason) => source.receiver?.#cancel(reason),
      over: () => queueMicrotask(() => (source.receiver = undefined)), // cancel comes right after it
    });
    this.#readable = this.#incoming.open();
    if (!this.#isOver) this.goOn();
    else if (this.#hasEnd && this.#breakOff === undefined) this.#incoming.end();
    else this.#incoming.fail(this.#breakOff ?? closedError());
    return this.#readable;
  }

  // Tells what can be told now. A web stream takes it whenever it comes: its reader sets the pace.
  goOn() {
    while (!this.#isOver) {
      if (this.#incoming === undefined && (this.#isBusy || this.#isPaused || this.#target.isHeld())) return;
      if (this.#queue.length === 0) {
        if (this.#hasEnd) this.#tellEnd();
        return;
      }
      if (this.#incoming !== undefined) this.#incoming.take(this.#queue.shift());
      else if (this.#target.hasTeller()) this.#tell(this.#takeAll());
      else return;
    }
  }

  // What waits is no more than the QUIC thread lets come: one call for all of it.
  #takeAll() {
    const chunks = this.#queue;
    this.#queue = [];
    return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
  }

  #tell(bytes) {
    this.#isBusy = true;
    const running = this.#target.tell(bytes);
    if (running === undefined || running === KEPT) {
      this.#isBusy = false;
      if (running === undefined) engine.native.consumed(this.#nativeId, bytes.length);
      return;
    }
    const done = () => {
      this.#isBusy = false;
      engine.native.consumed(this.#nativeId, bytes.length);
      this.goOn();
    };
    running.then(done, done);
  }

  #tellEnd() {
    this.#isOver = true;
    if (this.#breakOff !== undefined) this.#incoming?.fail(this.#breakOff);
    else this.#incoming?.end();
    this.#target.ended();
  }

  #cancel(reason) {
    if (!this.isOpen) return;
    this.#isStopped = true;
    this.#queue = [];
    this.#target.stop(reason);
  }
}

module.exports = { KEPT, Receiver };
