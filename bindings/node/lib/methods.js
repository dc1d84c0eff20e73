// Request methods that a Request cannot tell (https://fetch.spec.whatwg.org/#forbidden-method).
"use strict";

const forbidden = new Set(["CONNECT", "TRACE", "TRACK"]);

function isForbiddenMethod(method) {
  return forbidden.has(method.toUpperCase());
}

module.exports = { isForbiddenMethod };
