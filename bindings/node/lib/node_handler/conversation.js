// One request and its response as node:http has them, between a Request and a Response.
"use strict";

const { ServerRequest } = require("../serve/request.js");
const { makeRequest } = require("./request.js");
const { makeResponse } = require("./response.js");
const { MessageSocket } = require("./socket.js");

// What programs get to see, in errors, of a client that went away.
const codesOfAbort = new Set([
  "ECONNRESET", "ERR_STREAM_DESTROYED", "ERR_STREAM_PREMATURE_CLOSE", "ERR_STREAM_UNABLE_TO_PIPE",
]);

class Conversation {
  #request;
  #server;
  #exchange; // null where the Request is none of serve()
  #req;
  #body; // of req
  #res;
  #reply; // of res
  #response; // what the handler gives, once it is known
  #settle; // of the handler's promise, where it had to give one
  #failure; // what that is rejected with
  #isOver = false;
  #onAbort;

  // server: the fetch handler's second argument.
  constructor(request, server) {
    this.#request = request;
    this.#server = server;
    this.#exchange = ServerRequest.exchangeOf(request);
    const socket = new MessageSocket(request, server, this);
    [this.#req, this.#body] = makeRequest(request, server, socket);
    [this.#res, this.#reply] = makeResponse(this.#req, socket, this);
    this.#hearOfAbort();
  }

  get isHead() {
    return this.#request.method === "HEAD";
  }

  // A Response, or a promise of it.
  run(listener) {
    try {
      const result = listener.call(this.#server, this.#req, this.#res);
      if (typeof result?.then === "function") result.then(undefined, (failure) => this.#fail(failure));
    } catch (failure) {
      if (this.#res.writableEnded || this.#isOver) this.#fail(failure);
      else {
        this.#end();
        this.#reply.failBody(failure);
        throw failure;
      }
    }
    return this.#response ?? new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      if (this.#failure !== undefined) reject(this.#failure);
    });
  }

  // Of the response: its head, and its body as bytes, as a stream, or null.
  respond({ status, headers }, body) {
    const response = new Response(body, { status, headers });
    if (this.#settle !== undefined) this.#settle.resolve(response);
    else this.#response = response;
  }

  // Both give whether there was still time for it.

  writeEarlyHints(headers) {
    return this.#server?.writeEarlyHints?.(this.#request, headers) ?? false;
  }

  addTrailers(headers) {
    return this.#server?.addTrailers?.(this.#request, headers) ?? false;
  }

  // All of the response was taken: nothing that happens to the client is told any more.
  finished() {
    this.#isOver = true;
    if (this.#onAbort !== undefined) this.#request.signal.removeEventListener("abort", this.#onAbort);
    this.#req.socket.close();
    this.#body.leave();
  }

  // The program gives the response up. Its client is told so, and not that the response was complete.
  reset(error) {
    if (this.#isOver) return;
    this.#exchange?.reset();
    this.#end(error);
    // The exchange ends what waits for it when it hears that it was cut off.
    if (this.#exchange === null) this.#giveUp(error ?? new DOMException("The response was destroyed", "AbortError"));
  }

  #hearOfAbort() {
    if (this.#exchange !== null) return this.#exchange.whenAborted((reason) => this.#aborted(reason));
    const { signal } = this.#request;
    if (signal.aborted) return this.#aborted(signal.reason);
    this.#onAbort = () => this.#aborted(signal.reason);
    return signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  #aborted(reason) {
    this.#end();
    this.#giveUp(reason);
  }

  #giveUp(reason) {
    this.#failure = reason;
    this.#settle?.reject(reason);
    this.#reply.failBody(reason);
  }

  #end(error) {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#body.abort();
    this.#req.socket.close();
    this.#reply.closed(error);
  }

  // The listener threw, or its promise was rejected.
  #fail(failure) {
    if (!this.#isOver && !this.#res.writableEnded) {
      this.#end();
      this.#giveUp(failure);
    } else if (this.#res.writableEnded || !isOfAbort(failure)) {
      if (this.#exchange !== null) this.#exchange.tell(failure);
      else Promise.reject(failure); // nobody can be told, which makes it an unhandled rejection, as with node:http
    }
  }
}

function isOfAbort(failure) {
  return failure?.name === "AbortError" || codesOfAbort.has(failure?.code);
}

module.exports = { Conversation };
