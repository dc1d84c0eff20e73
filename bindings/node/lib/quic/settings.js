// The options of quic(), checked once.
"use strict";

const {
  checkObject, checkString, invalidType, invalidValue, optionalBoolean, optionalHostname, optionalObject, optionalPem,
  optionalPort, optionalString,
} = require("../errors.js");
const { Callbacks } = require("./callbacks.js");

const DEFAULT_HOSTNAME = "localhost";
const DEFAULT_PORT = 443;
const DEFAULT_ALPN = ["usquic"];

class Settings {
  constructor(options) {
    checkObject(options, "options");
    this.isServer = optionalBoolean(options.server, "options.server") ?? false;
    this.hostname = optionalHostname(options.hostname, "options.hostname");
    this.port = optionalPort(options.port, "options.port", this.isServer ? 0 : 1);
    this.callbacks = new Callbacks(options);
    this.data = typeof options.data === "function" ? undefined : options.data;
    this.context = contextOptions(options, this.isServer);
  }

  // Without an address the socket waits for connect() or listen().
  get hasAddress() {
    return this.hostname !== undefined || this.port !== undefined;
  }
}

// As native.createContext takes them.
function contextOptions(options, isServer) {
  const tls = optionalObject(options.tls, "options.tls") ?? {};
  const result = { alpn: alpnList(options.alpn) };
  const parts = {
    cert: optionalPem(tls.cert, "options.tls.cert"),
    key: optionalPem(tls.key, "options.tls.key"),
    ca: optionalPem(tls.ca, "options.tls.ca"),
    passphrase: optionalString(tls.passphrase, "options.tls.passphrase"),
  };
  if (parts.cert !== undefined && parts.key === undefined) {
    throw invalidValue("options.tls.key", "given when there is a certificate", tls.key);
  }
  if (parts.key !== undefined && parts.cert === undefined) {
    throw invalidValue("options.tls.cert", "given when there is a key", tls.cert);
  }
  for (const [name, value] of Object.entries(parts)) {
    if (value !== undefined) result[name] = value;
  }
  const hasOwnRoots = !isServer && parts.ca !== undefined;
  result.rejectUnauthorized = optionalBoolean(tls.rejectUnauthorized, "options.tls.rejectUnauthorized") ?? hasOwnRoots;
  if (isServer && parts.cert === undefined) result.developmentCertificate = true;
  return result;
}

function alpnList(value) {
  if (value === undefined || value === null) return DEFAULT_ALPN;
  const list = typeof value === "string" ? [value] : value;
  if (!Array.isArray(list)) throw invalidType("options.alpn", "a string or an array of strings", value);
  for (const [index, name] of list.entries()) {
    checkString(name, `options.alpn[${index}]`);
    const length = Buffer.byteLength(name);
    if (length === 0 || length > 255) throw invalidValue(`options.alpn[${index}]`, "1 to 255 bytes long", name);
  }
  if (list.length === 0) throw invalidValue("options.alpn", "one name at least", value);
  return [...list];
}

module.exports = { DEFAULT_HOSTNAME, DEFAULT_PORT, Settings };
