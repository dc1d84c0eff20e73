// A Response on its way to the client.
"use strict";

const engine = require("../engine.js");
const errors = require("../errors.js");
const { Outgoing, begin, join } = require("../body.js");
const { DeclaredLength } = require("../content_length.js");
const { contentLines, lines } = require("../headers.js");
const { wholeBody } = require("./whole_body.js");

const { native } = engine;
const notModified = 304;

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
    const head = headOf(response);
    const whole = wholeBody(response, head.hasType);
    if (whole === undefined) return response.body === null ? this.#whole(head, null) : this.#read(head, response.body);
    if (whole instanceof Promise) return whole.then((body) => this.#sendBody(head, body));
    return this.#sendBody(head, whole);
  }

  #sendBody(head, { bytes, stream, size, type }) {
    if (this.#isStopped) return undefined;
    if (bytes !== undefined) return this.#whole(head, bytes, type);
    return this.#pump(head, { chunks: [], reader: stream.getReader(), isDone: false }, { size, type });
  }

  async #read(head, body) {
    if (body.locked) throw alreadyUsed();
    const source = await begin(body);
    if (this.#isStopped) return cancel(source);
    return source.isDone ? this.#whole(head, join(source.chunks)) : this.#pump(head, source);
  }

  // size, type: what is sent where the Response does not say it.
  async #pump(head, source, { size, type = "" } = {}) {
    const declared = new DeclaredLength(head.length, size);
    const fields = withLength(withType(head, type), head.length ?? size);
    if (this.#exchange.isHead) {
      this.#respond(head.status, fields, null);
      return cancel(source);
    }
    this.isBegun = true;
    native.respond(this.#exchange.id, head.status, fields, null, false);
    this.#outgoing = new Outgoing((bytes) => {
      declared.add(bytes.byteLength);
      native.respondWrite(this.#exchange.id, bytes);
    }, sendAhead);
    if (!(await this.#outgoing.pump(source))) return undefined;
    declared.finish();
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
  #whole(head, bytes, type = "") {
    const { status, text, length } = head;
    if (bytes === null) {
      const mayTellAnother = this.#exchange.isHead || status === notModified; // the length that GET would have
      if (!mayTellAnother) checkLength(length, 0);
      return this.#respond(status, withLength(text, length), null);
    }
    checkLength(length, bytes.byteLength);
    if (bytes.byteLength > largest) {
      const source = { chunks: pieces(bytes), reader: nothingToCancel, isDone: true };
      return this.#pump(head, source, { size: bytes.byteLength, type });
    }
    return this.#respond(status, withType(head, type), bytes);
  }

  #respond(status, fields, bytes) {
    const { id, isHead, trailers } = this.#exchange;
    const isEnd = trailers === undefined || isHead;
    this.isBegun = true;
    native.respond(id, status, fields, bytes, isEnd);
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

// {status, text, length, hasType}: see contentLines().
function headOf(response) {
  if (!isResponse(response)) throw errors.invalidType("the handler's result", "a Response", response);
  if (response.bodyUsed) throw alreadyUsed();
  const { status } = response;
  if (status < 200 || status > 599) throw errors.invalidValue("the Response's status", "from 200 to 599", status);
  const { text, length, hasType } = contentLines(response.headers);
  return { status, text, length, hasType };
}

// type: the content-type where the Response has none, or "".
function withType({ text, hasType }, type) {
  return type === "" || hasType ? text : `${text}content-type\n${type}\n`;
}

// length: undefined or null where there is none to tell.
function withLength(text, length) {
  return length === undefined || length === null ? text : `${text}content-length\n${length}\n`;
}

function* pieces(bytes) {
  for (let at = 0; at < bytes.byteLength; at += pieceSize) yield bytes.subarray(at, at + pieceSize);
}

// length: what the Response says, or null.
function checkLength(length, byteCount) {
  if (length === null) return;
  const declared = new DeclaredLength(length);
  declared.add(byteCount);
  declared.finish();
}

function isResponse(value) {
  return value instanceof Response || Object.prototype.toString.call(value) === "[object Response]";
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
