// One bidirectional stream of a QuicSocket.
"use strict";

const engine = require("../engine.js");
const { checkInteger, toBytes } = require("../errors.js");

const CONNECTING = 1;
const OPEN = 2;
const CLOSED = 3;

const E_CLOSED = -3;
const E_RESET = -33;
const E_STOPPED = -34;

class QuicStream {
  #link;  // to its socket; see QuicSocket
  #nativeId;
  #id;
  #readyState;
  #isEnded = false;  // our side: end(), or the peer wants no more
  #isPeerEnded = false;
  #isErrorTold = false;
  #isGone = false;
  #running = 0;  // async callbacks that still work on data of this stream
  #queuedBytes = 0;

  // nativeId 0: a stream that never was, of a socket that is closed.
  constructor(link, { nativeId, id, isOpen, data }) {
    this.#link = link;
    this.#nativeId = nativeId;
    this.#id = id;
    this.#readyState = nativeId === 0 ? CLOSED : isOpen ? OPEN : CONNECTING;
    this.data = data;
    if (nativeId === 0) this.#isGone = true;
    else engine.register(nativeId, this, QuicStream.#events);
  }

  // The QUIC stream ID. Until the stream is open it is the one that comes next.
  get id() {
    return this.#id;
  }

  get socket() {
    return this.#link.socket;
  }

  get readyState() {
    return this.#readyState;
  }

  get writableLength() {
    return this.#queuedBytes;
  }

  // Bytes taken: all of them, or 0 after end() or close().
  write(chunk) {
    const bytes = toBytes(chunk, "chunk");
    if (!this.isWritable || bytes.length === 0) return 0;
    if (engine.native.write(this.#nativeId, bytes) === false) return 0;
    this.#queuedBytes += bytes.length;
    return bytes.length;
  }

  get isWritable() {
    return this.#readyState !== CLOSED && !this.#isEnded;
  }

  end(chunk) {
    if (chunk !== undefined && chunk !== null) this.write(chunk);
    if (!this.isWritable) return;
    this.#isEnded = true;
    engine.native.endStream(this.#nativeId);
  }

  // code: of the application, for the peer.
  close(code = 0) {
    checkInteger(code, "code", 0, Number.MAX_SAFE_INTEGER);
    if (this.#readyState === CLOSED) return;
    this.#readyState = CLOSED;
    engine.native.closeStream(this.#nativeId, code);
    this.#link.closing(this);
  }

  // A stream keeps the process alive only if asked to: its socket does.
  ref() {
    if (!this.#isGone) engine.hold(this);
    return this;
  }

  unref() {
    engine.release(this);
    return this;
  }

  // The connection is closed or closing; the program is told by finish().
  static abandon(stream) {
    stream.#readyState = CLOSED;
  }

  static finish(stream, reason = 0, code = 0) {
    stream.#finish(reason, code);
  }

  static #events = {
    streamOpen(stream, protocolId) {
      stream.#id = protocolId;
      if (stream.#readyState !== CONNECTING) return;
      stream.#readyState = OPEN;
      QuicStream.announce(stream);
    },
    data(stream, bytes) {
      stream.#onData(bytes);
    },
    end(stream) {
      stream.#onPeerEnd();
    },
    reset(stream, code) {
      stream.#tellError(E_RESET, code);
      stream.#onPeerEnd();
    },
    stop(stream, code) {
      stream.#isEnded = true;
      stream.#tellError(E_STOPPED, code);
    },
    sent(stream, byteCount) {
      stream.#onSent(byteCount);
    },
    streamClose(stream, reason, code) {
      stream.#finish(reason, code);
    },
  };

  static announce(stream) {
    if (stream.#link.callbacks.isStreamMode) stream.#link.callbacks.streamEvent("open", stream);
  }

  #onData(bytes) {
    if (this.#readyState === CLOSED) return;
    const { callbacks } = this.#link;
    this.#link.received(bytes.length);
    if (!callbacks.isStreamMode && !callbacks.has("message")) {
      this.#link.keep(this.#nativeId, bytes);
      return;
    }
    engine.native.consumed(this.#nativeId, bytes.length);
    const running = callbacks.isStreamMode
      ? callbacks.streamEvent("data", this, bytes)
      : callbacks.messageCame(this.socket, bytes);
    if (running === undefined) return;
    this.#running++;
    const done = () => {
      this.#running--;
      this.#endInTurn();
    };
    running.then(done, done);
  }

  #onPeerEnd() {
    if (this.#isPeerEnded) return;
    this.#isPeerEnded = true;
    const { callbacks } = this.#link;
    if (callbacks.isStreamMode && callbacks.has("end")) {
      if (this.#readyState !== CLOSED) callbacks.streamEvent("end", this);
    } else {
      this.#endInTurn();
    }
  }

  // As sockets of Node's net do: the peer's end is answered with ours, unless the program has a callback for it.
  #endInTurn() {
    const { callbacks } = this.#link;
    if (!this.#isPeerEnded || this.#running > 0 || (callbacks.isStreamMode && callbacks.has("end"))) return;
    this.end();
  }

  #onSent(byteCount) {
    this.#queuedBytes = Math.max(0, this.#queuedBytes - byteCount);
    this.#link.sent(byteCount);
    if (this.#queuedBytes === 0 && this.isWritable && this.#link.callbacks.isStreamMode) {
      this.#link.callbacks.streamEvent("drain", this);
    }
  }

  // A peer that resets with code 0 just closed the stream.
  #tellError(reason, code) {
    if (this.#isErrorTold || code === 0 || this.#readyState === CLOSED) return;
    this.#isErrorTold = true;
    this.#link.callbacks.streamFailed(this, engine.error(reason, { protocolCode: code }), { isNetwork: true });
  }

  #finish(reason, code) {
    if (this.#isGone) return;
    this.#isGone = true;
    engine.forget(this.#nativeId);
    engine.release(this);
    const wasClosedHere = this.#readyState === CLOSED;
    this.#readyState = CLOSED;
    this.#queuedBytes = 0;
    this.#link.gone(this);
    const { callbacks } = this.#link;
    if (!callbacks.isStreamMode) return;
    const isGivenUp = reason === E_RESET || reason === E_STOPPED;
    const isOrderly = reason === 0 || reason === E_CLOSED || (isGivenUp && code === 0);
    if (!isOrderly && !wasClosedHere && !this.#isErrorTold) {
      callbacks.streamFailed(this, engine.error(reason, { protocolCode: code || undefined }), { isNetwork: true });
    }
    callbacks.streamEvent("close", this);
  }
}

module.exports = { QuicStream };
