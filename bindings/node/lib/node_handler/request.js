// An http.IncomingMessage of a Request. What it does is in properties of its own: frameworks give it other prototypes.
"use strict";

const { IncomingMessage } = require("node:http");

const body = Symbol("usquic body");

// [req, RequestBody]
function makeRequest(request, server, socket) {
  const req = new IncomingMessage(socket);
  const version = versionOf(server?.httpVersion?.(request));
  const [major, minor] = version.split(".").map(Number);
  const { authority, path } = partsOf(request.url);
  const { headers, rawHeaders } = fieldsOf(request, authority);
  Object.assign(req, {
    method: request.method, url: path, httpVersion: version, httpVersionMajor: major, httpVersionMinor: minor,
    headers, rawHeaders, aborted: false, complete: false, _read: read, _destroy: destroy,
  });
  if (request.params !== undefined) req.params = request.params; // of a route
  req._readableState.readingMore = false; // else it would read once and no more: node:http ends that in its own _read
  if (req.connection !== socket) req.connection = socket;
  const source = new RequestBody(req, request.body);
  req[body] = source;
  return [req, source];
}

function versionOf(version) {
  if (version === undefined || version === null) return "1.1";
  return version.includes(".") ? version : `${version}.0`;
}

function partsOf(url) {
  const authorityBegin = url.indexOf("://") + "://".length;
  const pathBegin = url.indexOf("/", authorityBegin);
  const hash = url.indexOf("#");
  return { authority: url.slice(authorityBegin, pathBegin), path: url.slice(pathBegin, hash < 0 ? url.length : hash) };
}

function fieldsOf(request, authority) {
  const given = request.headers;
  const headers = {};
  const rawHeaders = [];
  const add = (value, name) => {
    rawHeaders.push(name, value);
    headers[name] = value;
  };
  // HTTP/2 and later have it as :authority.
  if (!given.has("host")) add(authority, "host");
  given.forEach(add);
  if (given.has("set-cookie")) headers["set-cookie"] = given.getSetCookie();
  // By the one or the other field frameworks know that there is a body.
  if (request.body && !given.has("content-length")) add("chunked", "transfer-encoding");
  return { headers, rawHeaders };
}

// Bytes of a Request's body, for `req` when it asks for them.
class RequestBody {
  #req;
  #stream;
  #reader;
  #isReading = false;
  #isLeft = false;

  constructor(req, stream) {
    this.#req = req;
    this.#stream = stream ?? undefined;
  }

  async read() {
    if (this.#stream === undefined) return this.#complete();
    if (this.#isReading) return undefined;
    this.#isReading = true;
    const req = this.#req;
    try {
      this.#reader ??= this.#stream.getReader();
      const { done, value } = await this.#reader.read();
      this.#isReading = false;
      if (req.destroyed) return undefined;
      req.socket.active();
      return done ? this.#complete() : req.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    } catch {
      return this.abort();
    }
  }

  #complete() {
    this.#req.complete = true;
    this.#req.push(null);
  }

  // No more of it comes.
  abort() {
    if (!this.#req.destroyed) this.#req.destroy(resetError());
  }

  // The response is complete. A body that nobody began to read is nobody's concern.
  leave() {
    if (this.#req.destroyed) return;
    if (this.#stream === undefined) {
      this.#req.resume();
    } else if (this.#reader === undefined) {
      this.#isLeft = true;
      this.#req.destroy();
    }
  }

  // Gives whether the program, or the client, broke it off.
  stop() {
    this.#reader?.cancel().catch(() => {});
    return !this.#isLeft && !(this.#req.complete && this.#req.readableEnded);
  }
}

function resetError() {
  return Object.assign(new Error("aborted"), { code: "ECONNRESET" });
}

// Of req.

function read() {
  this[body].read();
}

function destroy(error, callback) {
  if (this[body].stop()) {
    this.aborted = true;
    this.emit("aborted");
    this.socket.destroy(error);
  }
  // As with node:http an abort is no error where nobody listens for it.
  const told = this.listenerCount("error") > 0 ? error : null;
  process.nextTick(callback, told);
}

module.exports = { makeRequest };
