// One request of a server and its answer.
"use strict";

const engine = require("../engine.js");
const errors = require("../errors.js");
const { Incoming } = require("../body.js");
const { lines } = require("../headers.js");
const { isForbiddenMethod } = require("../methods.js");
const { parametersOf } = require("../routes.js");
const { valueNow } = require("../runtime.js");
const { accept } = require("../webtransport/server_session.js");
const { Answer } = require("./answer.js");
const { fetchHandler } = require("./handler_numbers.js");
const { ServerRequest } = require("./request.js");
const { Trailers, checkTrailers } = require("./trailers.js");

const { native } = engine;

class Exchange {
  #state; // of the server
  #head;
  #answer;
  #incoming; // the request's body
  #request;
  #controller; // of the request's signal, once somebody asked for it
  #abortReason;
  #onAbort;
  #trailers; // of the response
  #requestTrailers; // of a request with a body
  #transport; // {upgrade, open}, where it asks for a WebTransport session
  #isOver = false;

  // head: [id, method, url, fields, hasBody, handler, peer, certificate, ...parameters]
  //   url: "" where the authority is malformed; handler: the number of a route's function
  //   peer: the lines of address, port, HTTP version, :protocol, and "yes" where the certificate is one to trust
  constructor(state, head) {
    this.#state = state;
    this.#head = head;
    this.#answer = new Answer(this);
  }

  get id() {
    return this.#head[0];
  }

  get isHead() {
    return this.#head[1] === "HEAD";
  }

  get version() {
    return this.#peer[2];
  }

  get protocol() {
    return this.#peer[3];
  }

  get peerAddress() {
    const [address, port] = this.#peer;
    return { address, port: Number(port), family: address.includes(":") ? "IPv6" : "IPv4" };
  }

  get clientCertificate() {
    const raw = this.#head[7];
    return raw === false ? null : { raw, isAuthorized: this.#peer[4] === "yes" };
  }

  get #peer() {
    return this.#head[6].split("\n");
  }

  get trailers() {
    return this.#trailers;
  }

  get requestTrailers() {
    return this.#requestTrailers?.promise ?? Promise.resolve(new Headers());
  }

  get signal() {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  // Like the signal, and cheaper: one callback, which gets the reason.
  whenAborted(callback) {
    if (this.#abortReason !== undefined) return callback(this.#abortReason);
    this.#onAbort = callback;
    return undefined;
  }

  // No event comes before this returns: what is answered by then needs none.
  begin() {
    this.#begin();
    if (!this.#isOver) engine.register(this.id, this, exchangeEvents);
  }

  #begin() {
    const method = this.#head[1];
    const isConnect = method === "CONNECT";
    const route = this.#findRoute();
    if (route?.open !== undefined) this.#transport = route;
    const handler = this.#transport ?? (isConnect ? this.#state.handlers.connect : (route?.call ?? this.#state.handlers.fetch));
    const isRefused = handler === undefined || (!isConnect && method !== "GET" && isForbiddenMethod(method));
    if (isRefused) return this.#answer.refuse(501);
    try {
      this.#request = isConnect ? this.#makeConnectRequest() : this.#makeRequest(method);
    } catch {
      return this.#answer.refuse(400);
    }
    if (route !== undefined) {
      const value = parametersOf(route.names, this.#head.slice(8));
      Object.defineProperty(this.#request, "params", { value, configurable: true });
    }
    return this.#transport === undefined ? this.#handle(handler) : this.#decide(this.#transport);
  }

  #findRoute() {
    const handler = this.#head[5];
    return handler === fetchHandler ? undefined : this.#state.tables.find(handler);
  }

  #makeRequest(method) {
    const [, , url, fields, hasBody] = this.#head;
    const body = hasBody && method !== "GET" ? this.#openBody() : undefined;
    const request = new ServerRequest(this, { method, url, fields }, body);
    // Bun takes methods that it does not know for GET.
    if (method !== "GET" && request.method !== method) Object.defineProperty(request, "method", { value: method, configurable: true });
    return request;
  }

  // The runtimes know no Request of that method, and none of another with a body that ends when the connection does.
  #makeConnectRequest() {
    const request = this.#makeRequest("GET");
    const body = this.#transport === undefined ? this.#openBody() : null;
    const own = { method: "CONNECT", protocol: this.protocol, body };
    for (const [name, value] of Object.entries(own)) Object.defineProperty(request, name, { value, configurable: true });
    return request;
  }

  #openBody() {
    this.#requestTrailers = new Trailers();
    this.#incoming = new Incoming({
      start: () => native.readBody(this.id),
      consumed: (byteCount) => native.consumed(this.id, byteCount),
    });
    return this.#incoming.open();
  }

  #handle(handler) {
    const { server } = this.#state;
    try {
      const result = valueNow(handler.call(server, this.#request, server));
      const sent = result instanceof Response ? this.#answer.send(result) : this.#sendLater(result);
      sent?.catch((failure) => this.#recover(failure));
    } catch (failure) {
      this.#recover(failure);
    }
  }

  async #sendLater(result) {
    await this.#answer.send(await result);
  }

  // Of a WebTransport session: `upgrade` may refuse it by a Response.
  async #decide({ upgrade, open }) {
    const { server } = this.#state;
    try {
      const response = await upgrade?.call(server, this.#request, server);
      if (response !== undefined) return await this.#refuseTransport(response);
    } catch (failure) {
      return await this.#recover(failure);
    }
    if (this.#isOver) return undefined; // the client went meanwhile
    const request = this.#request;
    this.#finish();
    return accept(this.id, request, (session) => open.call(server, session, server), (failure) => this.tell(failure));
  }

  #refuseTransport(response) {
    if (response?.status >= 200 && response.status <= 299) {
      throw errors.invalidValue("the status of upgrade's Response", "none of 2xx: it refuses the session", response.status);
    }
    return this.#answer.send(response);
  }

  async #recover(failure) {
    // A handler that stops because its request's signal says so did what it should.
    if (this.#isOver && failure?.name === "AbortError") return;
    if (this.#answer.isBegun) {
      this.#answer.abort();
      await this.#report(failure);
      return;
    }
    try {
      const response = await this.#report(failure);
      if (response === undefined) return this.#answer.refuse(500);
      await (this.#transport === undefined ? this.#answer.send(response) : this.#refuseTransport(response));
    } catch (second) {
      if (this.#answer.isBegun) this.#answer.abort();
      else this.#answer.refuse(500);
      warn(second);
    }
  }

  // To the program's error handler, which may give a Response; without one the failure is a warning.
  async #report(failure) {
    const { server, handlers } = this.#state;
    if (handlers.error === undefined) return warn(failure);
    return handlers.error.call(server, failure);
  }

  // Both give whether there was still time for it.

  inform(status, headers) {
    if (this.#isOver || this.#answer.isBegun) return false;
    native.respondInform(this.id, status, lines(headers));
    return true;
  }

  addTrailers(headers) {
    checkTrailers(headers);
    if (this.#isOver || this.#answer.isComplete) return false;
    this.#trailers ??= new Headers();
    headers.forEach((value, name) => this.#trailers.append(name, value));
    return true;
  }

  // The program gives the request up: its client is told that there is no answer, or that it is not all. What is under way
  // ends as when the client goes away.
  reset() {
    if (!this.#isOver && !this.#answer.isComplete) this.#answer.abort();
  }

  // What goes wrong when it can change nothing of the answer any more.
  tell(failure) {
    this.#report(failure).catch(warn);
  }

  // The response was handed over in full. What still comes of the request's body is told to who reads it.
  answered() {
    if (this.#incoming === undefined) this.#finish();
  }

  #finish(reason) {
    this.#isOver = true;
    engine.forget(this.id);
    this.#requestTrailers?.fail(reason);
    if (this.#incoming !== undefined && !this.#incoming.isEnded) this.#incoming.fail(reason);
    this.#request = undefined;
    this.#onAbort = undefined; // the runtime may keep the Request, and with it all this, for longer
  }

  static events = {
    data: (exchange, bytes) => exchange.#incoming?.take(bytes),
    end(exchange, trailers) {
      exchange.#incoming?.end();
      exchange.#requestTrailers?.end(trailers);
    },
    sent: (exchange, byteCount) => exchange.#answer.sent(byteCount),
    done(exchange) {
      exchange.#finish(abortError("The response was complete before the request's body was read"));
    },
    abort(exchange) {
      const reason = abortError("The client went away, or gave up the request");
      exchange.#abortReason = reason;
      const onAbort = exchange.#onAbort;
      exchange.#finish(reason);
      exchange.#answer.stop(reason);
      exchange.#controller?.abort(reason);
      onAbort?.(reason);
    },
  };
}

const exchangeEvents = Exchange.events;

function abortError(message) {
  return new DOMException(message, "AbortError");
}

function warn(failure) {
  const what = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
  process.emitWarning(`serve(): a request could not be answered: ${what}`, "UsquicWarning");
}

module.exports = { Exchange };
