// fetch3(): fetch over HTTP/3.
"use strict";

const engine = require("./engine.js");
const errors = require("./errors.js");
const { Incoming, Outgoing, begin, join } = require("./body.js");
const { Clients } = require("./clients.js");
const { DeclaredLength } = require("./content_length.js");
const { flatten, unflatten } = require("./headers.js");
const { isForbiddenMethod } = require("./methods.js");
const { clientTls } = require("./tls.js");

const { native } = engine;

const clients = new Clients();

const mostRedirects = 20;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);
const nullBodyStatuses = new Set([101, 103, 204, 205, 304]);
// Members of the standard's RequestInit, of which those about browsers have no effect, and our own.
const initNames = [
  "method", "headers", "body", "redirect", "signal", "tls", "duplex", "mode", "credentials", "cache", "referrer",
  "referrerPolicy", "integrity", "keepalive", "priority", "window",
];

// Everything that is wrong, arguments too, is a rejection, as in fetch.
async function fetch3(input, init) {
  const given = errors.optionalObject(init, "init");
  if (given !== undefined) errors.checkNames(given, "init", initNames);
  const tls = clientTls(init?.tls, "init.tls");
  const request = makeRequest(input, init ?? {});
  const { signal } = request;
  signal.throwIfAborted();
  const exchange = new Exchange(request, methodOf(request, input, init), signal);
  return exchange.run(tls, init);
}

// Closes the connections that fetch3 keeps: unused ones at once, the others when their requests are done. Settles when
// all are closed. Requests that are begun later open new ones.
fetch3.close = async () => clients.close();

function makeRequest(input, { tls, ...init }) {
  if (init.redirect !== undefined && !["follow", "manual", "error"].includes(init.redirect)) {
    throw errors.invalidValue("init.redirect", '"follow", "manual" or "error"', init.redirect);
  }
  const request = construct(input, init);
  const url = new URL(request.url);
  if (url.protocol !== "https:") throw new TypeError(`fetch3: only https: URLs are fetched; received ${url.protocol}`);
  if (url.username !== "" || url.password !== "") throw new TypeError("fetch3: the URL must not hold credentials");
  return request;
}

// As the standard has it where Bun is more lenient, or throws a plain Error.
function construct(input, init) {
  if (init.body !== undefined && init.body !== null) {
    const method = init.method ?? input?.method ?? "GET";
    if (/^(GET|HEAD)$/i.test(method)) throw new TypeError("fetch3: a request with GET or HEAD has no body");
  }
  try {
    const request = new Request(input, init);
    const isText = typeof init.body === "string" && !request.headers.has("content-type");
    if (isText) request.headers.set("content-type", "text/plain;charset=UTF-8");
    return request;
  } catch (error) {
    throw error instanceof TypeError ? error : new TypeError(`fetch3: ${error?.message}`, { cause: error });
  }
}

// Bun's Request takes methods that it does not know for GET.
function methodOf(request, input, init) {
  const asked = init?.method ?? (input instanceof Request ? input.method : undefined);
  const known = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
  const method = asked === undefined ? request.method : String(asked);
  if (known.includes(method.toUpperCase())) return method.toUpperCase();
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method) || isForbiddenMethod(method)) {
    throw new TypeError(`fetch3: ${JSON.stringify(method)} is not a method that can be fetched with`);
  }
  return method;
}

// One request and its response.
class Exchange {
  constructor(request, method, signal) {
    this.request = request; // its signal follows the caller's as long as it is not collected
    this.method = method;
    this.signal = signal;
    this.onAbort = () => this.fail(signal.reason);
    signal.addEventListener("abort", this.onAbort, { once: true });
    engine.hold(this);
  }

  run(tls, init) {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.start(tls, init).catch((failure) => this.fail(failed(failure)));
    });
  }

  async start(tls, init) {
    // Before the body: Bun's headers lose a form's content-type with it.
    const { headers: fields } = this.request;
    const [sized, unsized] = [flatten(fields), flatten(fields, ["content-length"])];
    const declared = new DeclaredLength(fields.get("content-length"));
    this.client = clients.of(tls);
    this.client.users.add(this);
    const source = await beginBody(this.request, init);
    if (this.isOver) return source?.reader?.cancel(this.signal.reason).catch(() => {});
    const isStreamed = source !== null && !source.isDone;
    const headers = isStreamed ? sized : unsized;
    const whole = source === null || isStreamed ? null : join(source.chunks);
    if (!isStreamed) {
      declared.add(whole?.byteLength ?? 0);
      declared.finish();
    }
    if (!fields.has("accept")) headers.push("accept", "*/*");
    const follows = this.request.redirect === "follow";
    this.id = native.fetch(this.client.id, {
      // A fragment stays here.
      url: this.request.url.replace(/#.*$/s, ""),
      method: this.method,
      headers,
      body: whole,
      streamBody: isStreamed,
      maxRedirects: follows ? mostRedirects : 0,
    });
    engine.register(this.id, this, exchangeEvents);
    if (isStreamed) await this.upload(source, declared);
  }

  async upload(source, declared) {
    this.outgoing = new Outgoing((bytes) => {
      declared.add(bytes.byteLength);
      native.fetchWrite(this.id, bytes);
    });
    this.isSending = true;
    this.updateHold();
    try {
      if (!(await this.outgoing.pump(source))) return;
      declared.finish();
      native.fetchEnd(this.id);
    } finally {
      this.isSending = false;
      this.updateHold();
    }
  }

  respond(status, fields, url, redirects) {
    const headers = unflatten(fields);
    const { redirect } = this.request;
    if (redirectStatuses.has(status) && headers.has("location") && redirect !== "manual") {
      const isRefused = redirect === "error";
      const why = isRefused ? "a redirect came" : "a streamed body cannot be sent again to where it redirects";
      this.fail(failed(new Error(`${url}: ${why} (status ${status})`)));
      return;
    }
    this.incoming = new Incoming({
      consumed: (byteCount) => native.consumed(this.id, byteCount),
      cancel: (reason) => this.close(reason),
      waiting: (isWaiting) => {
        this.isReading = isWaiting;
        this.updateHold();
      },
      over: () => this.signal.removeEventListener("abort", this.onAbort),
    });
    this.isAnswered = true;
    const hasNoBody = this.method === "HEAD" || nullBodyStatuses.has(status);
    try {
      const response = new Response(hasNoBody ? null : this.incoming.open(), { status, headers });
      this.settle.resolve(describe(response, new URL(url).href, redirects > 0));
      this.settle = undefined; // it would hold the response
    } catch (failure) {
      this.fail(failed(failure));
      return;
    }
    this.updateHold();
  }

  // A response that nobody reads does not keep the process alive.
  updateHold() {
    if (!this.isOver && (!this.isAnswered || this.isSending || this.isReading)) engine.hold(this);
    else engine.release(this);
  }

  // Nothing comes from the native side any more.
  detach() {
    if (this.isOver) return;
    this.isOver = true;
    if (this.id !== undefined) engine.forget(this.id);
    if (this.client !== undefined) clients.release(this.client, this);
    engine.release(this);
  }

  complete() {
    this.detach();
    this.outgoing?.stop();
    this.incoming?.end();
  }

  // The program wants no more.
  close(reason) {
    if (!this.isOver && this.id !== undefined) native.fetchAbort(this.id);
    this.detach();
    this.outgoing?.stop(reason);
    this.signal.removeEventListener("abort", this.onAbort);
  }

  fail(reason) {
    this.close(reason);
    this.settle?.reject(reason); // once there is a response its body fails
    this.incoming?.fail(reason);
  }
}

const exchangeEvents = {
  response: (exchange, ...head) => exchange.respond(...head),
  data: (exchange, bytes) => exchange.incoming?.take(bytes),
  end: (exchange) => exchange.complete(),
  error(exchange, errno, text) {
    const cause = engine.error(errno, { message: text });
    exchange.fail(exchange.isAnswered ? new TypeError("terminated", { cause }) : failed(cause));
  },
  sent: (exchange, byteCount) => exchange.outgoing?.sent(byteCount),
  stop: (exchange) => exchange.outgoing?.stop(),
};

function failed(cause) {
  return new TypeError("fetch failed", { cause });
}

// null: no body; with isDone, chunks are all of it. Only streams are sent in pieces: what else there is can be sent
// again when a redirect asks for it.
async function beginBody(request, init) {
  const { body } = request;
  if (body === null || body === undefined) return null;
  const given = init?.body;
  const isStream = given instanceof ReadableStream || typeof given?.[Symbol.asyncIterator] === "function";
  if (given !== undefined && given !== null && !isStream) {
    return { isDone: true, chunks: [new Uint8Array(await request.arrayBuffer())] };
  }
  return begin(body);
}

function describe(response, url, redirected) {
  const clone = response.clone.bind(response);
  return Object.defineProperties(response, {
    url: { value: url, configurable: true },
    redirected: { value: redirected, configurable: true },
    type: { value: "basic", configurable: true },
    clone: { value: () => describe(clone(), url, redirected), configurable: true, writable: true },
  });
}

module.exports = { fetch3 };
