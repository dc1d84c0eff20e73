// What req.socket is: no socket of the system, but what programs ask one for.
"use strict";

const { EventEmitter } = require("node:events");
const { X509Certificate } = require("node:crypto");

class MessageSocket extends EventEmitter {
  readable = true;
  writable = true;
  destroyed = false;
  encrypted = true;
  readableHighWaterMark = 64 * 1024;
  writableHighWaterMark = 64 * 1024;
  timeout = 0;
  #request;
  #server;
  #conversation;
  #timer;

  constructor(request, server, conversation) {
    super();
    this.#request = request;
    this.#server = server;
    this.#conversation = conversation;
  }

  get #peer() {
    return this.#server?.requestIP?.(this.#request) ?? undefined;
  }

  get remoteAddress() {
    return this.#peer?.address;
  }

  get remotePort() {
    return this.#peer?.port;
  }

  get remoteFamily() {
    return this.#peer?.family;
  }

  get localPort() {
    return this.#server?.port;
  }

  // The client has a certificate, and it is trusted.
  get authorized() {
    return this.#server?.clientCertificate?.(this.#request)?.isAuthorized ?? false;
  }

  // As that of a TLSSocket: an empty object where the client has none.
  getPeerCertificate() {
    const certificate = this.getPeerX509Certificate();
    return certificate === undefined ? {} : certificate.toLegacyObject();
  }

  getPeerX509Certificate() {
    const raw = this.#server?.clientCertificate?.(this.#request)?.raw;
    return raw === undefined ? undefined : new X509Certificate(raw);
  }

  // Milliseconds in which no bytes of the two bodies pass, until "timeout".
  setTimeout(ms, callback) {
    if (callback !== undefined) this.once("timeout", callback);
    this.timeout = ms;
    clearTimeout(this.#timer);
    this.#timer = ms > 0 && !this.destroyed ? setTimeout(() => this.emit("timeout"), ms) : undefined;
    this.#timer?.unref();
    return this;
  }

  active() {
    this.#timer?.refresh();
  }

  // The connection has other requests, which go on.
  destroy(error) {
    this.#conversation.reset(error);
    return this;
  }

  close() {
    if (this.destroyed) return;
    clearTimeout(this.#timer);
    this.destroyed = true;
    this.readable = false;
    this.writable = false;
    process.nextTick(() => this.emit("close", false));
  }

  // Those of a TCP connection have nothing to change here.

  setNoDelay() {
    return this;
  }

  setKeepAlive() {
    return this;
  }
}

module.exports = { MessageSocket };
