// WebTransportError, as the web has it, and the errors that sessions and streams end with.
"use strict";

const errors = require("../errors.js");

const sources = ["stream", "session"];
const optionNames = ["source", "streamErrorCode", "cause"];
const largestCode = 2 ** 32 - 1;

class WebTransportError extends DOMException {
  #source;
  #streamErrorCode;
  #status;

  constructor(message = "", options = {}) {
    errors.checkNames(errors.checkObject(options, "options"), "options", optionNames);
    const { source = "stream", streamErrorCode = null, cause } = options;
    if (!sources.includes(source)) throw errors.invalidValue("options.source", '"stream" or "session"', source);
    if (streamErrorCode !== null) errors.checkInteger(streamErrorCode, "options.streamErrorCode", 0, largestCode);
    super(String(message), "WebTransportError");
    this.#source = source;
    this.#streamErrorCode = streamErrorCode;
    if (cause !== undefined) Object.defineProperty(this, "cause", { value: cause, configurable: true, writable: true });
  }

  // "session": all of it is over.
  get source() {
    return this.#source;
  }

  // What the peer gave the stream up with, or null.
  get streamErrorCode() {
    return this.#streamErrorCode;
  }

  // Of the response that a server refused the session with, or null. Browsers do not tell it.
  get status() {
    return this.#status ?? null;
  }

  static refused(message, status, cause) {
    const error = sessionError(message, cause);
    if (status !== 0) error.#status = status;
    return error;
  }
}

function sessionError(message, cause) {
  return new WebTransportError(message, { source: "session", cause });
}

function streamError(message, streamErrorCode) {
  return new WebTransportError(message, { source: "stream", streamErrorCode });
}

// The code for the peer, of what a stream was aborted or cancelled with.
function codeOf(reason) {
  const code = reason?.streamErrorCode;
  return Number.isInteger(code) && code >= 0 && code <= largestCode ? code : 0;
}

module.exports = { WebTransportError, codeOf, largestCode, sessionError, streamError };
