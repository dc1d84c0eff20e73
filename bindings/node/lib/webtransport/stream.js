// One stream of a session: the web streams that the program holds, and what the QUIC thread tells of it.
"use strict";

const engine = require("../engine.js");
const errors = require("../errors.js");
const { Incoming } = require("../body.js");
const { Sender } = require("../quic/sender.js");
const { codeOf, sessionError, streamError } = require("./error.js");

const { native } = engine;

const gone = "the session is over, and its streams with it";

// Of bytes alone, as on the web.
function toBytes(chunk) {
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  throw errors.invalidType("chunk", "bytes: an ArrayBuffer or a view of one (text: TextEncoder makes bytes of it)", chunk);
}

const wire = {
  write: (id, bytes) => native.transportWrite(id, bytes),
  end: (id) => native.transportEnd(id),
  reset: (id, code) => native.transportReset(id, code),
  codeOf,
  toBytes,
  closedError: () => streamError("the stream was closed by this side", 0),
};

// What the program holds.
class WebTransportBidirectionalStream {
  #readable;
  #writable;

  constructor(readable, writable) {
    this.#readable = readable;
    this.#writable = writable;
  }

  get readable() {
    return this.#readable;
  }

  get writable() {
    return this.#writable;
  }
}

// It holds no ReadableStream: one that the program drops is cancelled.
class Stream {
  #id;
  #incoming; // undefined: this side alone sends
  #sender; // undefined: the peer alone sends
  #onGone;

  // isFromPeer: it opened it. onGone(stream): nothing is left of it on the QUIC thread.
  constructor(id, { isUnidirectional, isFromPeer, onGone }) {
    this.#id = id;
    this.#onGone = onGone;
    if (!isUnidirectional || isFromPeer) this.#incoming = makeIncoming(id);
    if (!isUnidirectional || !isFromPeer) this.#sender = new Sender(id, wire);
    engine.register(id, this, Stream.#events);
  }

  // What the web gives the program for it; to be called once.
  open() {
    if (this.#sender === undefined) return this.#incoming.open();
    if (this.#incoming === undefined) return this.#sender.writable;
    return new WebTransportBidirectionalStream(this.#incoming.open(), this.#sender.writable);
  }

  // Nobody takes it.
  refuse() {
    if (this.#incoming !== undefined) native.transportStop(this.#id, 0);
    if (this.#sender !== undefined) native.transportReset(this.#id, 0);
  }

  static #events = {
    data: (stream, bytes) => stream.#incoming.take(bytes),
    end: (stream) => stream.#incoming.end(),
    reset(stream, code) {
      stream.#incoming?.fail(streamError(`the peer gave up sending, with the code ${code}`, code));
    },
    stop(stream, code) {
      stream.#sender?.stop(streamError(`the peer gave up reading, with the code ${code}`, code));
    },
    sent: (stream, byteCount) => stream.#sender?.sent(byteCount),
    streamClose(stream, reason) {
      engine.forget(stream.#id);
      const error = sessionError(reason || gone);
      if (stream.#incoming?.isEnded === false) stream.#incoming.fail(error);
      stream.#sender?.stop(error);
      stream.#onGone(stream);
    },
  };
}

function makeIncoming(id) {
  return new Incoming({
    start: () => native.transportRead(id),
    consumed: (byteCount) => native.consumed(id, byteCount),
    cancel: (reason) => native.transportStop(id, codeOf(reason)),
  });
}

module.exports = { Stream, WebTransportBidirectionalStream, toBytes };
