// Errors of the package: QuicError for what the network or the library says, TypeError for wrong arguments.
"use strict";

const { nearest } = require("./spelling.js");

const secretBytes = 32;
const longestTimeoutMs = 2 ** 31 - 1;

class QuicError extends Error {
  // code: "ERR_QUIC_..."; errno: US_QUIC_E_* (negative); protocolCode: QUIC or HTTP error code, where there is one.
  constructor(message, code, errno, protocolCode) {
    super(message);
    this.code = code;
    this.errno = errno;
    this.protocolCode = protocolCode;
  }

  get name() {
    return "QuicError";
  }
}

function argumentError(code, message) {
  const error = new TypeError(message);
  error.code = code;
  return error;
}

function describe(value) {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "function") return `function ${value.name}`;
  if (typeof value === "object") return `an instance of ${value.constructor?.name || "Object"}`;
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return `type ${typeof value} (${text.length > 40 ? `${text.slice(0, 40)}...` : text})`;
}

function invalidType(name, expected, value) {
  return argumentError("ERR_INVALID_ARG_TYPE", `"${name}" must be ${expected}; received ${describe(value)}`);
}

function invalidValue(name, expected, value) {
  return argumentError("ERR_INVALID_ARG_VALUE", `"${name}" must be ${expected}; received ${describe(value)}`);
}

// Each check gives the value back, or throws. The optional* ones let undefined and null through, as undefined.

function checkObject(value, name) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalidType(name, "an object", value);
  return value;
}

// What is misspelt, or for another runtime, would be taken for granted and have no effect.
function checkNames(object, name, known) {
  for (const own of Object.keys(object)) {
    if (known.includes(own)) continue;
    const near = nearest(own, known);
    const hint = near === undefined ? `"${name}" may have ${known.join(", ")}` : `did you mean "${near}"?`;
    throw argumentError("ERR_INVALID_ARG_VALUE", `"${name}.${own}" is not known; ${hint}`);
  }
}

function checkString(value, name) {
  if (typeof value !== "string") throw invalidType(name, "a string", value);
  return value;
}

function checkHostname(value, name) {
  checkString(value, name);
  if (value === "" || value.includes("\0")) throw invalidValue(name, "a host name or an address", value);
  return value;
}

function checkInteger(value, name, min, max) {
  if (typeof value !== "number") throw invalidType(name, "a number", value);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw invalidValue(name, `an integer from ${min} to ${max}`, value);
  }
  return value;
}

function checkPort(value, name, min = 0) {
  return checkInteger(value, name, min, 65535);
}

function checkFunction(value, name) {
  if (typeof value !== "function") throw invalidType(name, "a function", value);
  return value;
}

function checkBoolean(value, name) {
  if (typeof value !== "boolean") throw invalidType(name, "a boolean", value);
  return value;
}

function optional(check) {
  return (value, ...rest) => (value === undefined || value === null ? undefined : check(value, ...rest));
}

// Bytes of what a program writes.
function toBytes(value, name) {
  if (typeof value === "string") return Buffer.from(value);
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw invalidType(name, "a string or a Uint8Array", value);
}

// 32 bytes that a server's tickets, tokens and stateless resets derive from.
function checkSecret(value, name) {
  if (!(value instanceof Uint8Array)) throw invalidType(name, "a Uint8Array", value);
  if (value.byteLength !== secretBytes) throw invalidValue(name, `of ${secretBytes} bytes`, value.byteLength);
  return value;
}

// PEM text of tls.cert, tls.key and tls.ca: a string, bytes, or several of these.
function toPem(value, name) {
  if (Array.isArray(value) && value.length > 0) {
    return value.map((part, index) => toPem(part, `${name}[${index}]`)).join("\n");
  }
  const isBytes = value instanceof Uint8Array;
  if (typeof value !== "string" && !isBytes) {
    throw invalidType(name, "PEM text as a string, a Uint8Array or an array of these", value);
  }
  const text = isBytes ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString() : value;
  // Nothing would stand for "not given": no certificate, or the system's roots.
  if (text.trim() === "") throw invalidValue(name, "PEM text", text);
  if (looksLikeFileName(text)) {
    throw invalidValue(name, "PEM text, not the name of a file (readFileSync gives its text)", text);
  }
  return text;
}

// One line that ends as files' names do, or has folders.
function looksLikeFileName(text) {
  return text.length < 1024 && !text.includes("-----BEGIN") && /^\S.*(\.[A-Za-z0-9]{1,8}|[/\\].*)$/.test(text);
}

module.exports = {
  QuicError,
  checkBoolean,
  checkFunction,
  checkHostname,
  checkInteger,
  checkNames,
  checkObject,
  checkPort,
  checkString,
  invalidType,
  invalidValue,
  longestTimeoutMs,
  optionalBoolean: optional(checkBoolean),
  optionalFunction: optional(checkFunction),
  optionalHostname: optional(checkHostname),
  optionalInteger: optional(checkInteger),
  optionalObject: optional(checkObject),
  optionalPem: optional(toPem),
  optionalPort: optional(checkPort),
  optionalSecret: optional(checkSecret),
  optionalString: optional(checkString),
  toBytes,
};
