// A session, on a client or a server: streams, datagrams, and its end, in the web's shape.
"use strict";

const engine = require("../engine.js");
const errors = require("../errors.js");
const { Arrivals } = require("./arrivals.js");
const { DatagramFlow } = require("./datagrams.js");
const { WebTransportError, largestCode, sessionError } = require("./error.js");
const { Stream } = require("./stream.js");

const { native } = engine;

const mostReasonBytes = 1024; // draft-ietf-webtrans-http3 section 6
const closeNames = ["closeCode", "reason"];
// Of the web's WebTransportSendStreamOptions: they order what is sent and have no effect here.
const streamNames = ["sendOrder", "sendGroup", "waitUntilAvailable"];

// A promise that nobody has to look at, and how to settle it.
function settleable() {
  const result = {};
  result.promise = new Promise((resolve, reject) => Object.assign(result, { resolve, reject }));
  result.promise.catch(() => {});
  return result;
}

class Session {
  #id;
  #state = "connecting"; // "connected", "closing" (by this side), "closed", "failed"
  #ready = settleable();
  #closed = settleable();
  #draining = settleable();
  #datagrams;
  #bidirectional = new Arrivals((stream) => stream.refuse());
  #unidirectional = new Arrivals((stream) => stream.refuse());
  #onEnd;

  // start(): begins it on the QUIC thread, and gives its id there. onEnd(): nothing is left of it there.
  constructor(start, onEnd) {
    this.#onEnd = onEnd;
    this.#id = start();
    this.#datagrams = new DatagramFlow(this.#id);
    engine.register(this.#id, this, Session.#events);
    engine.hold(this);
  }

  get ready() {
    return this.#ready.promise;
  }

  get closed() {
    return this.#closed.promise;
  }

  get draining() {
    return this.#draining.promise;
  }

  get datagrams() {
    return this.#datagrams.duplex;
  }

  get incomingBidirectionalStreams() {
    return this.#bidirectional.readable;
  }

  get incomingUnidirectionalStreams() {
    return this.#unidirectional.readable;
  }

  get reliability() {
    return this.#state === "connecting" ? "pending" : "supports-unreliable";
  }

  createBidirectionalStream(options) {
    return this.#createStream(options, false);
  }

  createUnidirectionalStream(options) {
    return this.#createStream(options, true);
  }

  async getStats() {
    return { datagrams: this.#datagrams.stats };
  }

  close(info) {
    const { closeCode, reason } = checkCloseInfo(info);
    if (this.#state !== "connecting" && this.#state !== "connected") return;
    const wasReady = this.#state === "connected";
    this.#state = "closing";
    native.transportClose(this.#id, closeCode, reason);
    if (!wasReady) this.#fail(sessionError("the session was closed before it was ready"));
  }

  async [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]() {
    this.close();
    await this.#closed.promise.catch(() => {});
  }

  static isOver(session) {
    return session.#state !== "connecting" && session.#state !== "connected";
  }

  static #events = {
    open(session, maxDatagramSize) {
      if (session.#state !== "connecting") return;
      session.#state = "connected";
      session.#datagrams.opened(maxDatagramSize);
      session.#ready.resolve();
    },
    stream(session, id, isUnidirectional) {
      const arrivals = isUnidirectional ? session.#unidirectional : session.#bidirectional;
      const onGone = (stream) => arrivals.drop(stream);
      arrivals.add(new Stream(id, { isUnidirectional, isFromPeer: true, onGone }));
    },
    datagram: (session, bytes) => session.#datagrams.received(bytes),
    datagramSent: (session, isSent, maxSize) => session.#datagrams.sent(isSent, maxSize),
    datagramsDropped: (session, count) => session.#datagrams.dropped(count),
    drain: (session) => session.#draining.resolve(),
    close(session, isClean, closeCode, reason) {
      session.#forget();
      if (isClean) session.#finish({ closeCode, reason });
      else session.#fail(sessionError("the session broke off: it was reset, or its connection was lost"));
    },
    failed(session, errno, status, text) {
      session.#forget();
      session.#fail(WebTransportError.refused(text, status, engine.error(errno, { message: text })));
    },
  };

  async #createStream(options, isUnidirectional) {
    const given = errors.optionalObject(options, "options") ?? {};
    errors.checkNames(given, "options", streamNames);
    if (this.#state === "connecting") await this.#ready.promise;
    if (this.#state !== "connected") throw new DOMException("the session is closed", "InvalidStateError");
    const id = native.transportCreateStream(this.#id, isUnidirectional);
    return new Stream(id, { isUnidirectional, isFromPeer: false, onGone: () => {} }).open();
  }

  #finish(info) {
    if (this.#state === "closed" || this.#state === "failed") return;
    this.#state = "closed";
    this.#closed.resolve(info);
    this.#endAll(sessionError("the session was closed"), true);
  }

  #fail(error) {
    if (this.#state === "closed" || this.#state === "failed") return;
    this.#state = "failed";
    this.#ready.reject(error);
    this.#closed.reject(error);
    this.#endAll(error, false);
  }

  #endAll(error, isClean) {
    this.#datagrams.end(error, isClean);
    for (const arrivals of [this.#bidirectional, this.#unidirectional]) arrivals.end(isClean ? undefined : error);
  }

  // The last of it on the QUIC thread.
  #forget() {
    engine.forget(this.#id);
    engine.release(this);
    this.#onEnd();
  }
}

// {closeCode, reason}, the reason cut to what fits, between characters.
function checkCloseInfo(info) {
  const given = errors.optionalObject(info, "closeInfo") ?? {};
  errors.checkNames(given, "closeInfo", closeNames);
  const closeCode = errors.optionalInteger(given.closeCode, "closeInfo.closeCode", 0, largestCode) ?? 0;
  const reason = errors.optionalString(given.reason, "closeInfo.reason") ?? "";
  return { closeCode, reason: cut(reason.toWellFormed?.() ?? reason) };
}

function cut(reason) {
  const bytes = Buffer.from(reason);
  if (bytes.length <= mostReasonBytes) return reason;
  let end = mostReasonBytes;
  while ((bytes[end] & 0xc0) === 0x80) --end;
  return bytes.toString("utf8", 0, end);
}

module.exports = { Session };
