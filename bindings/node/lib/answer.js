// A Response on its way to the client.
"use strict";

const engine = require("./engine.js");
const errors = require("./errors.js");
const { Outgoing, begin, join } = require("./body.js");
const { flatten } = require("./headers.js");

const { native } = engine;

class Answer {
  isHead = false; // the request was HEAD: no body
  isBegun = false;
  #id;
  #outgoing;
  #isStopped = false;

  constructor(id) {
    this.#id = id;
    this.#outgoing = new Outgoing((bytes) => native.respondWrite(id, bytes));
  }

  // Fails when the response is none, or when its body fails; settles when all of it was handed over.
  async send(response) {
    if (this.#isStopped) return discard(response);
    check(response);
    const { status, headers, body } = response;
    if (body === null || body === undefined) return this.#whole(status, flatten(headers), null);
    const source = await begin(body);
    if (this.#isStopped) return this.#cancel(source);
    if (source.isDone) {
      // The native side tells the length of what it sends.
      return this.#whole(status, flatten(headers, ["content-length"]), join(source.chunks));
    }
    if (this.isHead) {
      this.#whole(status, flatten(headers), null);
      return this.#cancel(source);
    }
    this.isBegun = true;
    native.respond(this.#id, status, flatten(headers), null, false);
    if (await this.#outgoing.pump(source)) native.respondEnd(this.#id);
  }

  // An answer of our own.
  refuse(status) {
    this.isBegun = true;
    native.respond(this.#id, status, ["content-type", "text/plain;charset=utf-8"], Buffer.from(texts[status]), true);
  }

  sent(byteCount) {
    this.#outgoing.sent(byteCount);
  }

  // The client is gone.
  stop(reason) {
    this.#isStopped = true;
    this.#outgoing.stop(reason);
  }

  // The client is told that what it got is not all.
  abort() {
    native.respondAbort(this.#id);
  }

  #whole(status, flat, bytes) {
    this.isBegun = true;
    native.respond(this.#id, status, flat, bytes, true);
  }

  #cancel({ reader }) {
    reader.cancel().catch(() => {});
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

module.exports = { Answer, isResponse };
