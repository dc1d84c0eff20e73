// The Request that a handler gets: one of the runtime's, whose signal is made when somebody asks for it.
"use strict";

const { invalidType } = require("../errors.js");
const { unflatten } = require("../headers.js");

const emptyInit = {};

class ServerRequest extends Request {
  #exchange;

  // head: {method, url, authority, fields}; body: a ReadableStream or undefined. Throws for what is no Request.
  constructor(exchange, { method, url, authority, fields }, body) {
    super(url, initOf(method, body));
    this.#exchange = exchange;
    const { headers } = this;
    unflatten(fields, headers);
    // RFC 9114 section 4.3.1: :authority is what Host was.
    if (!headers.has("host")) headers.set("host", authority);
  }

  get signal() {
    return this.#exchange.signal;
  }

  // The copy's signal is this one's: the runtime's own would never abort.
  clone() {
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
  return method === "GET" ? emptyInit : { method };
}

module.exports = { ServerRequest };
