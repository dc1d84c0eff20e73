// Trailer sections: what a program may put into that of its response, and that of a request on its way here.
"use strict";

const errors = require("../errors.js");
const { notInTrailers, unflatten } = require("../headers.js");

// A promise of the trailer section of a request, once somebody asks for it. The first end or failure counts.
class Trailers {
  #text; // a line for each name and each value
  #failure;
  #waiting; // {promise, resolve, reject}

  get promise() {
    if (this.#waiting !== undefined) return this.#waiting.promise;
    this.#waiting = {};
    this.#waiting.promise = new Promise((resolve, reject) => Object.assign(this.#waiting, { resolve, reject }));
    // Who reads the body is told by it: a program that waits for the trailers later, or no more, is not ended by this.
    this.#waiting.promise.catch(() => {});
    this.#settle();
    return this.#waiting.promise;
  }

  end(text) {
    if (this.#failure !== undefined) return;
    this.#text ??= text;
    this.#settle();
  }

  fail(reason) {
    if (this.#text !== undefined) return;
    this.#failure ??= reason;
    this.#settle();
  }

  #settle() {
    if (this.#text !== undefined) this.#waiting?.resolve(unflatten(this.#text));
    else if (this.#failure !== undefined) this.#waiting?.reject(this.#failure);
  }
}

function checkTrailers(headers) {
  for (const name of headers.keys()) {
    if (notInTrailers.has(name)) throw errors.invalidValue("trailers", "fields that may come after a body", name);
  }
}

module.exports = { Trailers, checkTrailers };
