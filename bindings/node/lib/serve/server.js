// A server that listens.
"use strict";

const engine = require("../engine.js");
const errors = require("../errors.js");
const { reloadTls } = require("../identities.js");
const { Exchange } = require("./exchange.js");
const { checkReload } = require("./options.js");
const { ServerRequest } = require("./request.js");
const { Tables } = require("./tables.js");

const { native } = engine;

class Server {
  #state;
  #hostname;
  #port;
  #isForced = false;

  constructor({ address, handlers, routes, transports, native: settings }) {
    const { hostname, port, reusePort } = address;
    const state = { server: this, handlers, settings, isClosed: false };
    state.id = engine.attempt(() => native.createServer(settings));
    state.tables = new Tables(state.id);
    this.#state = state;
    this.#hostname = hostname;
    engine.register(state.id, state, serverEvents);
    try {
      state.tables.install({ routes, transports }, kindsOf(handlers));
      this.#port = engine.attempt(() => native.listenServer(state.id, hostname ?? null, port, reusePort));
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

  // {cert, key, hash}, or null where the program gave a certificate.
  get developmentCertificate() {
    return this.#state.settings.developmentCertificate ?? null;
  }

  // Of these, null and false where the request is none of a server's, or no more under way.

  requestIP(request) {
    return ServerRequest.exchangeOf(request)?.peerAddress ?? null;
  }

  httpVersion(request) {
    return ServerRequest.exchangeOf(request)?.version ?? null;
  }

  clientCertificate(request) {
    return ServerRequest.exchangeOf(request)?.clientCertificate ?? null;
  }

  writeEarlyHints(request, hints) {
    return ServerRequest.exchangeOf(request)?.inform(103, new Headers(hints)) ?? false;
  }

  addTrailers(request, trailers) {
    return ServerRequest.exchangeOf(request)?.addTrailers(new Headers(trailers)) ?? false;
  }

  // Those of the request itself.
  trailers(request) {
    const exchange = ServerRequest.exchangeOf(request);
    if (exchange === null) throw errors.invalidValue("request", "a request of a server", request);
    return exchange.requestTrailers;
  }

  reload(options) {
    const state = this.#state;
    const { handlers, routes, transports } = checkReload(options);
    if (options.tls !== undefined) {
      const exchange = (change) => engine.attempt(() => native.reloadServer(state.id, change));
      state.settings = reloadTls(state.settings, options.tls, "options.tls", exchange);
    }
    const [before, after] = [kindsOf(state.handlers), kindsOf({ ...state.handlers, ...handlers })];
    const isOther = Object.keys(after).some((kind) => after[kind] !== before[kind]);
    if (routes !== undefined || transports !== undefined || isOther) state.tables.install({ routes, transports }, after);
    Object.assign(state.handlers, handlers);
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

  async [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]() {
    await this.stop();
  }
}

// What of all requests handlers there are for.
function kindsOf({ fetch, connect }) {
  return { hasFetch: fetch !== undefined, hasConnect: connect !== undefined };
}

const serverEvents = {
  request: Object.assign((state, head) => new Exchange(state, head).begin(), { takesItems: true }),
  routes: (state, serial) => state.tables.installed(serial),
  serverClose(state) {
    state.isClosed = true;
    engine.forget(state.id);
    engine.release(state);
    state.resolveStopped?.();
  },
};

module.exports = { Server };
