// What an http.ServerResponse is told, on its way to become a Response.
"use strict";

const { checkFunction, checkObject, invalidType } = require("../errors.js");
const { OutgoingBody, destroyedError } = require("./outgoing_body.js");

const statusesWithoutBody = new Set([204, 205, 304]);
const nothing = new Uint8Array(0);

class Reply {
  #res;
  #conversation;
  #head; // {status, headers}, from writeHead on
  #body; // once it is sent in pieces
  #isBegun = false; // the head is on its way
  #isClosed = false;

  constructor(res, conversation) {
    this.#res = res;
    this.#conversation = conversation;
  }

  get writableLength() {
    return this.#body?.length ?? 0;
  }

  writeHead(status, fields) {
    const res = this.#res;
    if (res.headersSent) throw codeError(Error, "ERR_HTTP_HEADERS_SENT", "The headers were written already");
    const code = Number(status);
    if (!Number.isInteger(code) || code < 200 || code > 599) {
      throw codeError(RangeError, "ERR_HTTP_INVALID_STATUS_CODE", `Invalid status code: ${status} (from 200 to 599)`);
    }
    setFields(res, fields);
    res.statusCode = code;
    this.#head = { status: code, headers: headersOf(Object.entries(res.getHeaders())) };
    res.headersSent = true;
    res._header = `HTTP ${code}\r\n`; // by which setHeader, and frameworks, know it
  }

  // Gives whether the program may go on at once.
  write(chunk, encoding, callback) {
    checkCallback(callback);
    const bytes = toBytes(chunk, encoding);
    const res = this.#res;
    if (res.writableEnded) return this.#refuse(codeError(Error, "ERR_STREAM_WRITE_AFTER_END", "write after end"), callback);
    if (this.#isClosed || res.destroyed) {
      if (callback !== undefined) process.nextTick(callback, destroyedError());
      return false;
    }
    this.#begin();
    res.socket.active();
    if (this.#body === undefined) {
      if (callback !== undefined) process.nextTick(callback);
      return true;
    }
    if (bytes.byteLength > 0) this.#body.add(bytes, callback);
    else if (callback !== undefined) process.nextTick(callback);
    res.writableNeedDrain ||= this.#body.length >= res.writableHighWaterMark;
    return !res.writableNeedDrain;
  }

  end(chunk, encoding, callback) {
    checkCallback(callback);
    const res = this.#res;
    const bytes = chunk === undefined || chunk === null ? nothing : toBytes(chunk, encoding);
    if (res.writableEnded && bytes !== nothing) {
      this.#refuse(codeError(Error, "ERR_STREAM_WRITE_AFTER_END", "write after end"), callback);
      return;
    }
    if (res.writableEnded || this.#isClosed) {
      if (callback !== undefined) process.nextTick(callback, res.writableEnded ? finishedError() : destroyedError());
      this.#setEnded();
      return;
    }
    if (!this.#isBegun) this.#sendWhole(bytes);
    else if (bytes.byteLength > 0) this.#body?.add(bytes);
    if (callback !== undefined) res.once("finish", callback);
    this.#setEnded();
    if (this.#body === undefined) this.#finish();
    else this.#body.end();
  }

  flush() {
    if (!this.#isClosed && !this.#isBegun) this.#begin();
  }

  writeEarlyHints(hints) {
    const fields = Object.entries(checkObject(hints, "hints"));
    if (!this.#isBegun && fields.length > 0) this.#conversation.writeEarlyHints(headersOf(fields));
  }

  addTrailers(trailers) {
    if (typeof trailers !== "object" || trailers === null) throw invalidType("trailers", "an object or an array", trailers);
    this.#conversation.addTrailers(headersOf(Array.isArray(trailers) ? pairsOf(trailers) : Object.entries(trailers)));
  }

  destroy(error) {
    if (this.#res.destroyed) return;
    this.#res.errored = error ?? null;
    this.#res.destroyed = true;
    this.#conversation.reset(error);
  }

  // What was not sent never will be.
  closed(error) {
    this.#res.errored ??= error ?? null;
    this.#close();
  }

  failBody(reason) {
    this.#body?.fail(reason);
  }

  #setEnded() {
    this.#res.finished = true;
    this.#res.writableEnded = true;
  }

  get #hasBody() {
    return !this.#conversation.isHead && !statusesWithoutBody.has(this.#head.status);
  }

  // As res.writeHead(), which may be a framework's.
  #needHead() {
    if (!this.#res.headersSent) this.#res._implicitHeader();
  }

  #begin() {
    if (this.#isBegun) return;
    this.#needHead();
    this.#isBegun = true;
    if (this.#hasBody) {
      this.#body = new OutgoingBody({
        taken: () => this.#taken(),
        finished: () => this.#finish(),
        cancelled: (reason) => this.#conversation.reset(reason),
      });
    }
    this.#conversation.respond(this.#head, this.#body?.stream ?? null);
  }

  #sendWhole(bytes) {
    this.#needHead();
    this.#isBegun = true;
    const { status, headers } = this.#head;
    const isLengthMissing = this.#conversation.isHead && bytes.byteLength > 0 && !headers.has("content-length");
    if (isLengthMissing && !statusesWithoutBody.has(status)) headers.set("content-length", String(bytes.byteLength));
    this.#conversation.respond(this.#head, this.#hasBody ? bodyOf(bytes, headers) : null);
  }

  #taken() {
    const res = this.#res;
    res.socket.active();
    if (!res.writableNeedDrain) return;
    res.writableNeedDrain = false;
    process.nextTick(() => {
      if (!res.writableEnded && !this.#isClosed) res.emit("drain");
    });
  }

  #finish() {
    process.nextTick(() => {
      if (this.#isClosed) return;
      this.#res.writableFinished = true;
      this.#res.emit("prefinish");
      this.#res.emit("finish");
      this.#conversation.finished();
      this.#close();
    });
  }

  #close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const res = this.#res;
    process.nextTick(() => {
      res.destroyed = true;
      res._closed = true;
      res.emit("close");
    });
  }

  #refuse(error, callback) {
    process.nextTick(() => {
      this.#res.emit("error", error);
      callback?.(error);
    });
    return false;
  }
}

// Bun takes bytes without a content-type for a text, and says so to the client.
function bodyOf(bytes, headers) {
  if (process.versions.bun === undefined || bytes.byteLength === 0 || headers.has("content-type")) return bytes;
  const body = new OutgoingBody({ taken() {}, finished() {}, cancelled() {} });
  body.add(bytes);
  body.end();
  return body.stream;
}

function codeError(Type, code, message) {
  return Object.assign(new Type(message), { code });
}

function finishedError() {
  return codeError(Error, "ERR_STREAM_ALREADY_FINISHED", "Cannot call end after a stream was finished");
}

function checkCallback(callback) {
  if (callback !== undefined && callback !== null) checkFunction(callback, "callback");
}

function toBytes(chunk, encoding) {
  if (typeof chunk === "string") return Buffer.from(chunk, encoding ?? undefined);
  if (chunk instanceof Uint8Array) return chunk;
  throw invalidType("chunk", "a string, a Buffer or a Uint8Array", chunk);
}

// Of writeHead: an object, or an array of names and values in turn or in pairs.
function setFields(res, fields) {
  if (fields === undefined || fields === null) return;
  if (!Array.isArray(fields)) {
    for (const [name, value] of Object.entries(fields)) if (name !== "") res.setHeader(name, value);
    return;
  }
  const pairs = pairsOf(fields);
  for (const [name] of pairs) res.removeHeader(name);
  for (const [name, value] of pairs) res.appendHeader(name, value);
}

function pairsOf(fields) {
  if (fields.every(Array.isArray)) return fields;
  if (fields.length % 2 !== 0) throw invalidType("headers", "names and values in turn", fields);
  const pairs = [];
  for (let at = 0; at < fields.length; at += 2) pairs.push([fields[at], fields[at + 1]]);
  return pairs;
}

function headersOf(fields) {
  const headers = new Headers();
  for (const [name, value] of fields) {
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, String(one));
  }
  return headers;
}

module.exports = { Reply };
