// A Response on its way to the client.
"use strict";

const engine = require("../engine.js");
const errors = require("../errors.js");
const { Outgoing, begin, join } = require("../body.js");
const { DeclaredLength } = require("../content_length.js");
const { lines } = require("../headers.js");
const { wholeBody } = require("./whole_body.js");

const { native } = engine;
const notModified = 304;
const nothing = new Uint8Array();

// Bytes of a streamed body that are on their way to the QUIC thread, so that neither thread waits for the other.
const sendAhead = 1024 * 1024;
// Whole bodies above this go there in pieces, too: all of them at once would be in memory twice.
const largest = 1024 * 1024;
const pieceSize = 128 * 1024;
const nothingToCancel = { cancel: async () => {} };

class Answer {
  isBegun = false;
  isComplete = false;
  #exchange;
  #outgoing;
  #isStopped = false;

  constructor(exchange) {
    this.#exchange = exchange;
  }

  // Fails when the response is none, or when its body fails; settles, or returns, when all of it was handed over.
  send(response) {
    if (this.#isStopped) return discard(response);
    check(response);
    const whole = wholeBody(response);
    if (whole === undefined) return response.body === null ? this.#whole(response, null) : this.#read(response);
    if (whole instanceof Promise) return whole.then((body) => this.#sendBody(response, body));
    return this.#sendBody(response, whole);
  }

  #sendBody(response, { bytes, stream, size, type }) {
    if (this.#isStopped) return undefined;
    if (bytes !== undefined) return this.#whole(response, bytes, type);
    const source = { chunks: [], reader: stream.getReader(), isDone: false };
    return this.#pump(response, source, { size, type });
  }

  async #read(response) {
    if (response.body.locked) throw alreadyUsed();
    const source = await begin(response.body);
    if (this.#isStopped) return cancel(source);
    return source.isDone ? this.#whole(response, join(source.chunks)) : this.#pump(response, source);
  }

  // size, type: what is sent where the Response does not say it.
  async #pump(response, source, { size, type = "" } = {}) {
    let fields = fieldsOf(response.headers, type);
    const length = new DeclaredLength(response.headers, size);
    if (size !== undefined && !response.headers.has("content-length")) fields += `content-length\n${size}\n`;
    if (this.#exchange.isHead) {
      this.#respond(response, fields, null);
      return cancel(source);
    }
    this.isBegun = true;
    native.respond(this.#exchange.id, response.status, fields, null, false);
    this.#outgoing = new Outgoing((bytes) => {
      length.add(bytes.byteLength);
      native.respondWrite(this.#exchange.id, bytes);
    }, sendAhead);
    if (!(await this.#outgoing.pump(source))) return undefined;
    length.finish();
    return this.#end();
  }

  // An answer of our own.
  refuse(status) {
    this.isBegun = true;
    const fields = "content-type\ntext/plain;charset=utf-8\n";
    native.respond(this.#exchange.id, status, fields, Buffer.from(texts[status]), true);
    this.#completed();
  }

  sent(byteCount) {
    this.#outgoing?.sent(byteCount);
  }

  // The client is gone.
  stop(reason) {
    this.#isStopped = true;
    this.#outgoing?.stop(reason);
  }

  // The client is told that what it got is not all.
  abort() {
    native.respondAbort(this.#exchange.id);
  }

  // Where there is a body the native side tells its length.
  #whole(response, bytes, type = "") {
    const { headers } = response;
    if (bytes === null) {
      const mayTellAnother = this.#exchange.isHead || response.status === notModified; // the length that GET would have
      if (!mayTellAnother && headers.has("content-length")) checkLength(headers, nothing);
      return this.#respond(response, lines(headers), null);
    }
    if (headers.has("content-length")) checkLength(headers, bytes);
    if (bytes.byteLength > largest) {
      const source = { chunks: pieces(bytes), reader: nothingToCancel, isDone: true };
      return this.#pump(response, source, { size: bytes.byteLength, type });
    }
    return this.#respond(response, fieldsOf(headers, type, "content-length"), bytes);
  }

  #respond(response, fields, bytes) {
    const { id, isHead, trailers } = this.#exchange;
    const isEnd = trailers === undefined || isHead;
    this.isBegun = true;
    native.respond(id, response.status, fields, bytes, isEnd);
    return isEnd ? this.#completed() : this.#end();
  }

  #end() {
    const { id, trailers } = this.#exchange;
    native.respondEnd(id, trailers === undefined ? "" : lines(trailers));
    this.#completed();
  }

  #completed() {
    this.isComplete = true;
    this.#exchange.answered();
  }
}

const texts = { 400: "Bad Request\n", 500: "Internal Server Error\n", 501: "Not Implemented\n" };

// type: the content-type where the headers have none; without: see lines().
function fieldsOf(headers, type, without) {
  const fields = lines(headers, without);
  return type === "" || headers.has("content-type") ? fields : `${fields}content-type\n${type}\n`;
}

function* pieces(bytes) {
  for (let at = 0; at < bytes.byteLength; at += pieceSize) yield bytes.subarray(at, at + pieceSize);
}

function checkLength(headers, bytes) {
  const length = new DeclaredLength(headers);
  length.add(bytes.byteLength);
  length.finish();
}

function isResponse(value) {
  return value instanceof Response || Object.prototype.toString.call(value) === "[object Response]";
}

function check(response) {
  if (!isResponse(response)) throw errors.invalidType("the handler's result", "a Response", response);
  if (response.bodyUsed) throw alreadyUsed();
  if (response.status < 200 || response.status > 599) {
    throw errors.invalidValue("the Response's status", "from 200 to 599", response.status);
  }
}

function alreadyUsed() {
  return new TypeError("The Response's body was already used");
}

// Nobody waits for it: its source may stop.
function discard(response) {
  if (isResponse(response) && !response.bodyUsed && response.body && !response.body.locked) {
    response.body.cancel().catch(() => {});
  }
}

function cancel({ reader }) {
  reader.cancel().catch(() => {});
}

module.exports = { Answer, isResponse };
