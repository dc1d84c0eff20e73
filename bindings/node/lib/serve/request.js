// The Request that a handler gets: one of the runtime's, whose signal is made when somebody asks for it.
"use strict";

const { invalidType } = require("../errors.js");
const { unflatten } = require("../headers.js");

// Whether the runtime asks a Request that it is given, by fetch() too, for its headers as programs do. Where it looks inside
// they must be there from the start. Bun asks, but its own formData() looks inside for the type.
const asksGetters = (() => {
  class Probe extends Request {
    get headers() {
      return new Headers({ "x-probe": "1" });
    }
  }
  return new Request(new Probe("https://localhost/")).headers.has("x-probe");
})();

class ServerRequest extends Request {
  #exchange;
  #fields; // those that `headers` does not hold yet

  // head: {method, url, fields}; body: a ReadableStream or undefined. Throws for what is no Request.
  constructor(exchange, { method, url, fields }, body) {
    super(url, initOf(method, body));
    this.#exchange = exchange;
    this.#fields = fields;
    // formData() and blob() of a body look at its content-type inside.
    if (!asksGetters || body !== undefined) this.#needHeaders();
  }

  get headers() {
    this.#needHeaders();
    return super.headers;
  }

  // Bun leaves the type out where the body is a stream.
  async blob() {
    const blob = await super.blob();
    return blob.type === "" ? blob.slice(0, blob.size, this.headers.get("content-type") ?? "") : blob;
  }

  #needHeaders() {
    if (this.#fields === undefined) return;
    const fields = this.#fields;
    this.#fields = undefined;
    unflatten(fields, super.headers);
  }

  get signal() {
    return this.#exchange.signal;
  }

  // The copy's signal is this one's: the runtime's own would never abort.
  clone() {
    this.#needHeaders();
    return Object.defineProperty(super.clone(), "signal", { get: () => this.signal, configurable: true });
  }

  // The exchange of a server's request, else null.
  static exchangeOf(request) {
    if (typeof request !== "object" || request === null) throw invalidType("request", "a Request", request);
    return #exchange in request ? request.#exchange : null;
  }
}

function initOf(method, body) {
  if (body !== undefined) return { method, body, duplex: "half" };
  return method === "GET" ? undefined : { method }; // in Bun an object, and be it empty, costs more than the rest
}

module.exports = { ServerRequest };
