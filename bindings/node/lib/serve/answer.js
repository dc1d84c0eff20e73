// A Response on its way to the client.
"use strict";

const engine = require("../engine.js");
const errors = require("../errors.js");
const { Outgoing, begin, join } = require("../body.js");
const { DeclaredLength } = require("../content_length.js");
const { lines } = require("../headers.js");

const { native } = engine;

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
    const { body } = response;
    if (body === null || body === undefined) return this.#whole(response, null);
    return this.#sendBody(response, body);
  }

  async #sendBody(response, body) {
    const source = await begin(body);
    if (this.#isStopped) return cancel(source);
    if (source.isDone) return this.#whole(response, join(source.chunks));
    if (this.#exchange.isHead) {
      this.#whole(response, null);
      return cancel(source);
    }
    const length = new DeclaredLength(response.headers);
    this.isBegun = true;
    native.respond(this.#exchange.id, response.status, lines(response.headers), null, false);
    this.#outgoing = new Outgoing((bytes) => {
      length.add(bytes.byteLength);
      native.respondWrite(this.#exchange.id, bytes);
    });
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
  #whole(response, bytes) {
    const { id, isHead, trailers } = this.#exchange;
    if (bytes !== null) {
      const length = new DeclaredLength(response.headers);
      length.add(bytes.byteLength);
      length.finish();
    }
    this.isBegun = true;
    const fields = lines(response.headers, bytes === null ? undefined : "content-length");
    if (trailers === undefined || isHead) {
      native.respond(id, response.status, fields, bytes, true);
      return this.#completed();
    }
    native.respond(id, response.status, fields, bytes, false);
    return this.#end();
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

function isResponse(value) {
  return value instanceof Response || Object.prototype.toString.call(value) === "[object Response]";
}

function check(response) {
  if (!isResponse(response)) throw errors.invalidType("the handler's result", "a Response", response);
  if (response.bodyUsed || response.body?.locked) throw new TypeError("The Response's body was already used");
  if (response.status < 200 || response.status > 599) {
    throw errors.invalidValue("the Response's status", "from 200 to 599", response.status);
  }
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

module.exports = { Answer };
