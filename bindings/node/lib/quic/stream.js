// One stream of a QuicSocket, in both directions or in one.
"use strict";

const engine = require("../engine.js");
const { checkInteger, toBytes } = require("../errors.js");
const { closedError, stateError } = require("./errors.js");
const { KEPT, Receiver } = require("./receiver.js");
const { Sender, codeOf } = require("./sender.js");

const CONNECTING = 1;
const OPEN = 2;
const CLOSED = 3;

const E_CLOSED = -3;
const E_RESET = -33;
const E_STOPPED = -34;

class QuicStream {
  #link; // to its socket; see QuicSocket
  #nativeId;
  #id;
  #readyState;
  #isUnidirectional;
  #receiver; // undefined: only this side sends
  #sender; // undefined: only the peer sends
  #isErrorTold = false;
  #isGone = false; // nothing of it is left on the native side

  // nativeId 0: a stream that never was, of a socket that is closed. isFromPeer: it opened it.
  constructor(link, { nativeId, id, isFromPeer = false, isUnidirectional = false, data }) {
    this.#link = link;
    this.#nativeId = nativeId;
    this.#id = id;
    this.#readyState = nativeId === 0 ? CLOSED : isFromPeer ? OPEN : CONNECTING;
    this.#isUnidirectional = isUnidirectional;
    this.data = data;
    if (!isUnidirectional || isFromPeer) this.#receiver = this.#makeReceiver();
    if (!isUnidirectional || !isFromPeer) this.#sender = new Sender(nativeId);
    if (nativeId !== 0) return engine.register(nativeId, this, QuicStream.#events);
    this.#isGone = true;
    this.#giveUp();
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

  get isUnidirectional() {
    return this.#isUnidirectional;
  }

  get isWritable() {
    return this.#readyState !== CLOSED && this.#sender !== undefined && !this.#sender.isEnded;
  }

  get isReadable() {
    return this.#receiver?.isOpen ?? false;
  }

  get isPaused() {
    return this.#receiver?.isPaused ?? false;
  }

  get writableLength() {
    return this.#sender?.queuedBytes ?? 0;
  }

  // From the first look at it on, what comes in goes there, and not to the callbacks.
  get readable() {
    if (this.#receiver === undefined) throw stateError("this side alone sends on the stream: it cannot be read");
    return this.#receiver.readable;
  }

  get writable() {
    if (this.#sender === undefined) throw stateError("the peer alone sends on the stream: it cannot be written to");
    return this.#sender.writable;
  }

  [Symbol.asyncIterator]() {
    return this.readable[Symbol.asyncIterator]();
  }

  // Bytes taken: all of them, or 0 after end() or close(), and on a stream on which the peer alone sends.
  write(chunk) {
    const bytes = toBytes(chunk, "chunk");
    return this.isWritable ? this.#sender.write(bytes) : 0;
  }

  end(chunk) {
    if (chunk !== undefined && chunk !== null) this.write(chunk);
    if (this.isWritable) this.#sender.end();
  }

  // code: of the application, for the peer.
  close(code = 0) {
    checkInteger(code, "code", 0, Number.MAX_SAFE_INTEGER);
    if (this.#readyState !== CLOSED) {
      engine.native.closeStream(this.#nativeId, code);
      this.#link.closing(this);
    }
    this.#abandon();
  }

  pause() {
    this.#receiver?.pause();
    return this;
  }

  resume() {
    this.#receiver?.resume();
    return this;
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

  // The program closed the connection; close is told when the native side says so.
  static abandon(stream) {
    stream.#abandon();
  }

  // The connection is gone. What came whole is told to the end, unless nobody ever asked for it.
  static connectionGone(stream) {
    if (!stream.#isGone) stream.#onGone(0, 0);
    else if (stream.#receiver.isUnwanted) stream.#abandon();
  }

  // The socket goes on.
  static goOn(stream) {
    stream.#receiver?.goOn();
  }

  static announce(stream) {
    if (stream.#link.callbacks.isStreamMode) stream.#link.callbacks.streamEvent("open", stream);
  }

  static #events = {
    streamOpen(stream, protocolId) {
      stream.#id = protocolId;
      if (stream.#readyState !== CONNECTING) return;
      stream.#readyState = OPEN;
      QuicStream.announce(stream);
    },
    data(stream, bytes) {
      if (stream.#readyState === CLOSED) return;
      stream.#link.received(bytes.length);
      stream.#receiver.take(bytes);
    },
    end(stream) {
      stream.#receiver.end();
    },
    reset(stream, code) {
      const error = engine.error(E_RESET, { protocolCode: code });
      if (stream.isReadable) stream.#tellError(error, code);
      stream.#receiver.end(error, { isLost: code !== 0 });
    },
    stop(stream, code) {
      const error = engine.error(E_STOPPED, { protocolCode: code });
      stream.#sender.stop(error);
      stream.#tellError(error, code);
    },
    sent(stream, byteCount) {
      stream.#onSent(byteCount);
    },
    streamClose(stream, reason, code) {
      stream.#onGone(reason, code);
    },
  };

  #makeReceiver() {
    const { callbacks } = this.#link;
    return new Receiver(this.#nativeId, {
      isHeld: () => this.#link.isPaused(),
      hasTeller: () => !callbacks.isStreamMode || callbacks.has("data"),
      tell: (bytes) => this.#tell(bytes),
      ended: () => this.#onAllTold(),
      stop: (reason) => engine.native.stopStream(this.#nativeId, codeOf(reason)),
    });
  }

  #tell(bytes) {
    const { callbacks } = this.#link;
    if (callbacks.isStreamMode) return callbacks.streamEvent("data", this, bytes);
    if (callbacks.has("message")) return callbacks.messageCame(this.socket, bytes);
    this.#link.keep(this.#nativeId, bytes);
    return KEPT;
  }

  // As sockets of Node's net do: the peer's end is answered with ours, unless the program sees it and has to do so.
  #onAllTold() {
    const { callbacks } = this.#link;
    if (!this.#receiver.isTaken) {
      if (callbacks.isStreamMode && callbacks.has("end")) callbacks.streamEvent("end", this);
      else this.end();
    }
    if (this.#isGone) this.#tellClose();
  }

  #onSent(byteCount) {
    this.#sender.sent(byteCount);
    this.#link.sent(byteCount);
    if (this.writableLength === 0 && this.isWritable && this.#link.callbacks.isStreamMode) {
      this.#link.callbacks.streamEvent("drain", this);
    }
  }

  // A peer that gives up with code 0 just closed the stream.
  #tellError(error, code) {
    if (this.#isErrorTold || code === 0 || this.#readyState === CLOSED) return;
    this.#isErrorTold = true;
    this.#link.callbacks.streamFailed(this, error, { isNetwork: true });
  }

  // By this side.
  #abandon() {
    this.#readyState = CLOSED;
    const isWaiting = this.#isGone && this.#receiver?.isWhole;
    this.#giveUp();
    if (isWaiting) queueMicrotask(() => this.#tellClose());
  }

  #giveUp() {
    this.#receiver?.drop(closedError());
    this.#sender?.stop(closedError());
  }

  #onGone(reason, code) {
    if (this.#isGone) return;
    this.#isGone = true;
    engine.forget(this.#nativeId);
    engine.release(this);
    const wasClosedHere = this.#readyState === CLOSED;
    // One that was cut off ends here: whoever works on it may wait for what does not come any more.
    const isWhole = this.#receiver?.isWhole && this.writableLength === 0;
    this.#readyState = CLOSED;
    const error = engine.error(reason || E_CLOSED, { protocolCode: code || undefined });
    this.#sender?.stop(error);
    if (!wasClosedHere && !this.#isErrorTold && !this.#isOrderly(reason, code) && this.#link.callbacks.isStreamMode) {
      this.#link.callbacks.streamFailed(this, error, { isNetwork: true });
    }
    if (isWhole) return;
    this.#receiver?.drop(error);
    this.#tellClose();
  }

  #isOrderly(reason, code) {
    if (reason === 0 || reason === E_CLOSED) return true;
    // What this side gave up is no news.
    const isGivenUpHere = this.#receiver?.isStopped || this.#sender?.isReset;
    return (reason === E_RESET || reason === E_STOPPED) && (code === 0 || isGivenUpHere);
  }

  // The last of a stream.
  #tellClose() {
    this.#receiver?.cut();
    this.#link.closing(this);
    if (this.#link.callbacks.isStreamMode) this.#link.callbacks.streamEvent("close", this);
    this.#link.gone(this); // after the last one the socket may be told that it is closed
  }
}

module.exports = { QuicStream };
