// An http.IncomingMessage of a Request. What it does is in properties of its own: frameworks give it other prototypes.
"use strict";

const { IncomingMessage } = require("node:http");

function makeRequest(request, server, socket) {
  const req = new IncomingMessage(socket);
  const version = versionOf(server?.httpVersion?.(request));
  const [major, minor] = version.split(".").map(Number);
  const { headers, rawHeaders } = fieldsOf(request);
  Object.assign(req, {
    method: request.method, url: pathOf(request.url), httpVersion: version, httpVersionMajor: major, httpVersionMinor: minor,
    headers, rawHeaders, aborted: false, complete: false, _read: read, _destroy: destroy,
  });
  Object.defineProperty(req, "usquicBody", { value: new RequestBody(request.body) });
  req._readableState.readingMore = false; // else it would read once and no more: node:http ends that in its own _read
  if (req.connection !== socket) req.connection = socket;
  return req;
}

function versionOf(version) {
  if (version === undefined || version === null) return "1.1";
  return version.includes(".") ? version : `${version}.0`;
}

function pathOf(url) {
  const begin = url.indexOf("/", url.indexOf("://") + "://".length);
  const end = url.indexOf("#");
  return url.slice(begin, end < 0 ? url.length : end);
}

function fieldsOf(request) {
  const { headers: given, body } = request;
  const headers = {};
  const rawHeaders = [];
  const add = (value, name) => {
    rawHeaders.push(name, value);
    headers[name] = value;
  };
  // HTTP/2 and later have it as :authority.
  if (!given.has("host")) add(new URL(request.url).host, "host");
  given.forEach(add);
  if (given.has("set-cookie")) headers["set-cookie"] = given.getSetCookie();
  // By the one or the other field frameworks know that there is a body.
  if (body && !given.has("content-length")) add("chunked", "transfer-encoding");
  return { headers, rawHeaders };
}

// Bytes of a Request's body for a Readable that asks for them.
class RequestBody {
  #stream;
  #reader;
  #isReading = false;
  #isLeft = false;

  constructor(stream) {
    this.#stream = stream ?? undefined;
  }

  async readInto(req) {
    if (this.#stream === undefined) return this.#complete(req);
    if (this.#isReading) return undefined;
    this.#isReading = true;
    try {
      this.#reader ??= this.#stream.getReader();
      const { done, value } = await this.#reader.read();
      this.#isReading = false;
      if (req.destroyed) return undefined;
      req.socket.active();
      if (done) return this.#complete(req);
      return req.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    } catch {
      return this.abort(req);
    }
  }

  #complete(req) {
    req.complete = true;
    req.push(null);
  }

  // No more of it comes.
  abort(req) {
    if (!req.destroyed) req.destroy(resetError());
  }

  // The response is complete. A body that nobody began to read is nobody's concern.
  leave(req) {
    if (req.destroyed) return;
    if (this.#stream === undefined) {
      req.resume();
    } else if (this.#reader === undefined) {
      this.#isLeft = true;
      req.destroy();
    }
  }

  // Gives whether the program, or the client, broke it off.
  stop(req) {
    this.#reader?.cancel().catch(() => {});
    return !this.#isLeft && !(req.complete && req.readableEnded);
  }
}

function resetError() {
  return Object.assign(new Error("aborted"), { code: "ECONNRESET" });
}

// Of req.

function read() {
  this.usquicBody.readInto(this);
}

function destroy(error, callback) {
  if (this.usquicBody.stop(this)) {
    this.aborted = true;
    this.emit("aborted");
    this.socket.destroy(error);
  }
  // As with node:http an abort is no error where nobody listens for it.
  const told = this.listenerCount("error") > 0 ? error : null;
  process.nextTick(callback, told);
}

module.exports = { makeRequest };
