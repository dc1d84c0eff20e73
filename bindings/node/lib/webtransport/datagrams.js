// Datagrams of a session: `datagrams` of the web.
"use strict";

const engine = require("../engine.js");
const errors = require("../errors.js");
const { toBytes } = require("./stream.js");

const { native } = engine;

const usualHighWaterMark = 256;
const largestHighWaterMark = Number.MAX_SAFE_INTEGER;

// Those that came and were not read, the oldest of which are dropped where there are too many.
class Inbox {
  highWaterMark = usualHighWaterMark;
  dropped = 0;
  readable;
  #controller;
  #waiting = [];
  #wake;
  #isEnding = false; // no more come
  #isOver = false;

  constructor() {
    this.readable = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => this.#finish(),
      },
      { highWaterMark: 0 },
    );
  }

  add(bytes) {
    if (this.#isOver || this.#isEnding) return;
    this.#waiting.push(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (this.#wake !== undefined) return this.#goOn();
    this.#limit();
  }

  setHighWaterMark(count) {
    this.highWaterMark = count;
    this.#limit();
  }

  // error: the session broke off; else what came can still be read.
  end(error) {
    if (this.#isOver) return;
    this.#isEnding = true;
    if (error === undefined) return this.#closeWhenEmpty();
    this.#controller.error(error);
    this.#finish();
  }

  #limit() {
    const tooMany = this.#waiting.length - Math.max(1, this.highWaterMark);
    if (tooMany <= 0) return;
    this.#waiting.splice(0, tooMany);
    this.dropped += tooMany;
  }

  #pull() {
    if (this.#isOver) return undefined;
    if (this.#waiting.length > 0) return this.#give();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #give() {
    this.#controller.enqueue(this.#waiting.shift());
    if (this.#isEnding) this.#closeWhenEmpty();
  }

  #closeWhenEmpty() {
    if (this.#waiting.length > 0) return;
    this.#controller.close();
    this.#finish();
  }

  #finish() {
    this.#isOver = true;
    this.#waiting = [];
    this.#goOn();
  }

  #goOn() {
    const wake = this.#wake;
    this.#wake = undefined;
    if (wake === undefined) return;
    if (!this.#isOver) this.#give();
    wake();
  }
}

// Those that are sent. A write waits while too many are on their way to the QUIC thread.
class Outbox {
  highWaterMark = usualHighWaterMark;
  dropped = 0;
  maxSize = 0; // as it was told last
  #id;
  #underway = 0;
  #waiting = []; // who waits
  #controllers = new Set();
  #isOpen = false;
  #error; // why nothing is sent any more

  constructor(id) {
    this.#id = id;
  }

  makeWritable() {
    let own;
    return new WritableStream({
      start: (controller) => {
        own = controller;
        if (this.#error !== undefined) controller.error(this.#error);
        else this.#controllers.add(controller);
      },
      write: (chunk) => this.#write(chunk),
      close: () => this.#controllers.delete(own),
      abort: () => this.#controllers.delete(own),
    });
  }

  opened(maxSize) {
    this.maxSize = maxSize;
    this.#isOpen = true;
    this.#wake();
  }

  sent(isSent, maxSize) {
    this.#underway--;
    this.maxSize = maxSize;
    if (!isSent) this.dropped++;
    this.#wake();
  }

  end(error) {
    if (this.#error !== undefined) return;
    this.#error = error;
    for (const controller of this.#controllers) controller.error(error);
    this.#controllers.clear();
    this.#wake();
  }

  setHighWaterMark(count) {
    this.highWaterMark = count;
    this.#wake();
  }

  async #write(chunk) {
    // A copy: the program may use its buffer again while this waits.
    const bytes = Uint8Array.from(toBytes(chunk));
    if (bytes.length === 0) throw errors.invalidValue("chunk", "one byte long at least: browsers take no empty datagrams", chunk);
    while (this.#error === undefined && !this.#hasRoom) {
      await new Promise((resolve) => this.#waiting.push(resolve));
    }
    if (this.#error !== undefined) throw this.#error;
    this.#underway++;
    native.transportSendDatagram(this.#id, bytes);
  }

  get #hasRoom() {
    return this.#isOpen && this.#underway < Math.max(1, this.highWaterMark);
  }

  #wake() {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

// What the QUIC thread tells of them.
class DatagramFlow {
  #id;
  #inbox = new Inbox();
  #outbox;
  #droppedOnTheWay = 0;
  #taken = { count: 0, bytes: 0 }; // and the QUIC thread does not know yet
  duplex;

  constructor(id) {
    this.#id = id;
    this.#outbox = new Outbox(id);
    this.duplex = new WebTransportDatagramDuplexStream(this.#inbox, this.#outbox);
  }

  // As those of WebTransport.getStats() of the web.
  get stats() {
    return {
      droppedIncoming: this.#inbox.dropped + this.#droppedOnTheWay,
      expiredOutgoing: this.#outbox.dropped,
    };
  }

  opened(maxSize) {
    this.#outbox.opened(maxSize);
  }

  received(bytes) {
    if (this.#taken.count === 0) queueMicrotask(() => this.#report());
    this.#taken.count++;
    this.#taken.bytes += bytes.length;
    this.#inbox.add(bytes);
  }

  sent(isSent, maxSize) {
    this.#outbox.sent(isSent, maxSize);
  }

  dropped(count) {
    this.#droppedOnTheWay += count;
  }

  // error: what writes fail with; isClean: the readable closes.
  end(error, isClean) {
    this.#outbox.end(error);
    this.#inbox.end(isClean ? undefined : error);
  }

  #report() {
    const { count, bytes } = this.#taken;
    this.#taken = { count: 0, bytes: 0 };
    native.transportDatagramsTaken(this.#id, count, bytes);
  }
}

class WebTransportDatagramDuplexStream {
  #inbox;
  #outbox;
  #writable;

  constructor(inbox, outbox) {
    this.#inbox = inbox;
    this.#outbox = outbox;
  }

  get readable() {
    return this.#inbox.readable;
  }

  get writable() {
    this.#writable ??= this.#outbox.makeWritable();
    return this.#writable;
  }

  createWritable() {
    return this.#outbox.makeWritable();
  }

  // Bytes; 0 until the session is ready.
  get maxDatagramSize() {
    return this.#outbox.maxSize;
  }

  get incomingHighWaterMark() {
    return this.#inbox.highWaterMark;
  }

  set incomingHighWaterMark(count) {
    this.#inbox.setHighWaterMark(errors.checkInteger(count, "incomingHighWaterMark", 0, largestHighWaterMark));
  }

  get outgoingHighWaterMark() {
    return this.#outbox.highWaterMark;
  }

  set outgoingHighWaterMark(count) {
    this.#outbox.setHighWaterMark(errors.checkInteger(count, "outgoingHighWaterMark", 0, largestHighWaterMark));
  }
}

module.exports = { DatagramFlow, WebTransportDatagramDuplexStream };
