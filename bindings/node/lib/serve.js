// serve(): an HTTP/3 server whose handler takes a Request and gives a Response.
"use strict";

const engine = require("./engine.js");
const errors = require("./errors.js");
const { Answer } = require("./answer.js");
const { Incoming } = require("./body.js");
const { unflatten } = require("./headers.js");
const { isForbiddenMethod } = require("./methods.js");
const { RouteTable, fetchHandler, parametersOf } = require("./routes.js");
const { serverTls } = require("./tls.js");

const { native } = engine;

class Server {
  #state;
  #hostname;
  #port;
  #isForced = false;

  constructor({ hostname, port, fetch, error, routes, ...settings }) {
    const state = { server: this, handlers: { fetch, error }, tables: [routes], isClosed: false };
    state.id = engine.attempt(() => native.createServer(settings));
    this.#state = state;
    this.#hostname = hostname;
    engine.register(state.id, state, serverEvents);
    try {
      routes.install(state.id, fetch !== undefined);
      this.#port = engine.attempt(() => native.listenServer(state.id, hostname ?? null, port));
    } catch (failure) {
      native.stopServer(state.id, true);
      throw failure;
    }
    engine.hold(state);
  }

  get port() {
    return this.#port;
  }

  get hostname() {
    return this.#hostname ?? "localhost";
  }

  get url() {
    const isAny = this.#hostname === undefined || this.#hostname === "0.0.0.0" || this.#hostname === "::";
    const host = isAny ? "localhost" : this.#hostname;
    return new URL(`https://${host.includes(":") ? `[${host}]` : host}:${this.#port}/`);
  }

  requestIP(request) {
    return PeerOf.addressOf(checkRequest(request));
  }

  clientCertificate(request) {
    return PeerOf.certificateOf(checkRequest(request));
  }

  reload(options) {
    errors.checkNames(errors.checkObject(options, "options"), "options", ["fetch", "error", "routes"]);
    const { fetch, error } = checkHandlers(options);
    const { handlers, tables, id } = this.#state;
    const hasFetch = (fetch ?? handlers.fetch) !== undefined;
    const isFirstFetch = hasFetch && handlers.fetch === undefined;
    const table = options.routes === undefined ? tables.at(-1) : new RouteTable(options.routes, "options.routes");
    if (table !== tables.at(-1) || isFirstFetch) table.install(id, hasFetch);
    if (table !== tables.at(-1)) tables.push(table);
    if (fetch !== undefined) handlers.fetch = fetch;
    if ("error" in options) handlers.error = error;
    return this;
  }

  // Takes no new requests; settles when those in flight are answered. With force they are cut off.
  stop(force) {
    const isForced = errors.optionalBoolean(force, "force") ?? false;
    const state = this.#state;
    const isFirst = state.stopped === undefined;
    state.stopped ??= new Promise((resolve) => {
      state.resolveStopped = resolve;
      engine.hold(state);
    });
    if (isFirst || (isForced && !this.#isForced)) native.stopServer(state.id, isForced);
    this.#isForced ||= isForced;
    return state.stopped;
  }

  ref() {
    if (!this.#state.isClosed) engine.hold(this.#state);
    return this;
  }

  unref() {
    engine.release(this.#state);
    return this;
  }
}

const serverEvents = {
  request(state, id, method, path, authority, fields, hasBody, address, port, certificate, isAuthorized, ...called) {
    new Exchange(state, id).begin(
      { method, path, authority, fields, hasBody }, [address, port, certificate, isAuthorized], called,
    );
  },
  // No more requests for routes of older tables come.
  routes(state, first) {
    state.tables = state.tables.filter((table) => table.first >= first);
  },
  serverClose(state) {
    state.isClosed = true;
    engine.forget(state.id);
    engine.release(state);
    state.resolveStopped?.();
  },
};

class Adopted {
  constructor(object) {
    return object;
  }
}

// Where a Request came from, as private fields of the Request itself: a WeakMap of all of them keeps the garbage
// collector busy.
class PeerOf extends Adopted {
  #address;
  #port;
  #certificate;
  #isAuthorized;

  constructor(request, [address, port, certificate, isAuthorized]) {
    super(request);
    this.#address = address;
    this.#port = port;
    this.#certificate = certificate;
    this.#isAuthorized = isAuthorized;
  }

  // Both null where it is no request of a server's.

  static addressOf(request) {
    if (!(#address in request)) return null;
    const address = request.#address;
    return { address, port: request.#port, family: address.includes(":") ? "IPv6" : "IPv4" };
  }

  static certificateOf(request) {
    if (!(#address in request) || !request.#certificate) return null;
    return { raw: request.#certificate, isAuthorized: request.#isAuthorized };
  }
}

// One request and its answer.
class Exchange {
  constructor({ server, handlers, tables }, id) {
    this.server = server;
    this.tables = tables;
    this.handlers = handlers;
    this.id = id;
    this.answer = new Answer(id);
    this.controller = new AbortController();
    engine.register(id, this, exchangeEvents);
  }

  begin(head, peer, [handler, values]) {
    if (isForbiddenMethod(head.method)) return this.answer.refuse(501);
    try {
      // Held as long as the exchange: its signal follows the controller's only while it is not collected.
      this.request = this.makeRequest(head);
    } catch {
      return this.answer.refuse(400);
    }
    new PeerOf(this.request, peer);
    this.call = this.handlers.fetch;
    if (handler !== fetchHandler) {
      const route = this.tables.map((table) => table.find(handler)).find((found) => found !== undefined);
      this.call = route.call;
      Object.defineProperty(this.request, "params", { value: parametersOf(route.names, values), configurable: true });
    }
    this.answer.isHead = head.method === "HEAD";
    this.handle();
  }

  makeRequest({ method, path, authority, fields, hasBody }) {
    if (/[\s/?#@\\]/.test(authority)) throw new TypeError("malformed authority");
    const headers = unflatten(fields);
    // RFC 9114 section 4.3.1: :authority is what Host was.
    if (!headers.has("host")) headers.set("host", authority);
    const init = { method, headers, signal: this.controller.signal };
    if (hasBody && method !== "GET" && method !== "HEAD") {
      this.incoming = new Incoming({
        start: () => native.readBody(this.id),
        consumed: (byteCount) => native.consumed(this.id, byteCount),
      });
      init.body = this.incoming.open();
      init.duplex = "half";
    }
    const request = new Request(`https://${authority}${path.startsWith("/") ? "" : "/"}${path}`, init);
    // Bun takes methods that it does not know for GET.
    if (request.method !== method) Object.defineProperty(request, "method", { value: method, configurable: true });
    return request;
  }

  async handle() {
    try {
      await this.answer.send(await this.call.call(this.server, this.request, this.server));
    } catch (failure) {
      await this.recover(failure);
    }
  }

  async recover(failure) {
    // A handler that stops because its request's signal says so did what it should.
    if (this.isOver && failure?.name === "AbortError") return;
    if (this.answer.isBegun) {
      this.answer.abort();
      await this.report(failure);
      return;
    }
    try {
      const response = await this.report(failure);
      if (response === undefined) return this.answer.refuse(500);
      await this.answer.send(response);
    } catch (second) {
      if (this.answer.isBegun) this.answer.abort();
      else this.answer.refuse(500);
      warn(second);
    }
  }

  // To the program's error handler, which may give a Response; without one the failure is a warning.
  async report(failure) {
    const { error } = this.handlers;
    if (error === undefined) return warn(failure);
    return error.call(this.server, failure);
  }

  // reason: makes what readers of the body get, if not all of it came.
  finish(reason) {
    this.isOver = true;
    engine.forget(this.id);
    if (this.incoming !== undefined && !this.incoming.isEnded) this.incoming.fail(reason());
    this.request = undefined;
  }
}

const exchangeEvents = {
  data: (exchange, bytes) => exchange.incoming?.take(bytes),
  end: (exchange) => exchange.incoming?.end(),
  sent: (exchange, byteCount) => exchange.answer.sent(byteCount),
  done: (exchange) =>
    exchange.finish(() => abortError("The response was complete before the request's body was read")),
  abort(exchange) {
    const reason = abortError("The client went away, or gave up the request");
    const { request } = exchange;
    exchange.finish(() => reason);
    exchange.answer.stop(reason);
    if (request !== undefined) exchange.controller.abort(reason);
  },
};

function abortError(message) {
  return new DOMException(message, "AbortError");
}

function warn(failure) {
  const what = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
  process.emitWarning(`serve(): a request could not be answered: ${what}`, "UsquicWarning");
}

function checkRequest(request) {
  if (typeof request !== "object" || request === null) throw errors.invalidType("request", "a Request", request);
  return request;
}

function checkHandlers(options) {
  return {
    fetch: errors.optionalFunction(options.fetch, "options.fetch"),
    error: errors.optionalFunction(options.error, "options.error"),
  };
}

const names = [
  "port", "hostname", "tls", "fetch", "routes", "error", "idleTimeout", "httpIdleTimeout", "maxRequestBodySize", "secret",
];

function serve(options) {
  errors.checkNames(errors.checkObject(options, "options"), "options", names);
  if (options.routes === undefined) errors.checkFunction(options.fetch, "options.fetch");
  return new Server({
    ...checkHandlers(options),
    routes: new RouteTable(options.routes ?? {}, "options.routes"),
    port: errors.optionalPort(options.port, "options.port") ?? 443,
    hostname: errors.optionalHostname(options.hostname, "options.hostname"),
    idleTimeout: errors.optionalInteger(options.idleTimeout, "options.idleTimeout", 1, errors.longestTimeoutMs),
    httpIdleTimeout: errors.optionalInteger(
      options.httpIdleTimeout, "options.httpIdleTimeout", 0, errors.longestTimeoutMs,
    ),
    maxRequestBodySize: errors.optionalInteger(
      options.maxRequestBodySize, "options.maxRequestBodySize", 0, Number.MAX_SAFE_INTEGER,
    ),
    secret: errors.optionalSecret(options.secret, "options.secret"),
    ...serverTls(options.tls, "options.tls"),
  });
}

module.exports = { serve };
