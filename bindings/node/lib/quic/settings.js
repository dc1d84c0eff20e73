// The options of quic(), checked once.
"use strict";

const {
  checkNames, checkObject, checkString, invalidType, invalidValue, longestTimeoutMs, optionalBoolean, optionalHostname,
  optionalInteger, optionalPort, optionalSecret,
} = require("../errors.js");
const { serverTls } = require("../identities.js");
const { clientTls } = require("../tls.js");
const { Callbacks } = require("./callbacks.js");

const DEFAULT_HOSTNAME = "localhost";
const DEFAULT_PORT = 443;
const DEFAULT_ALPN = ["usquic"];
const MOST_STREAMS = 2 ** 32;
// The smallest and the largest value of each; native.createContext knows them by the same names.
const NUMBERS = {
  idleTimeoutMs: [1, longestTimeoutMs],
  handshakeTimeoutMs: [1, longestTimeoutMs],
  keepAliveMs: [0, longestTimeoutMs],
  maxStreams: [0, MOST_STREAMS],
};
const NAMES = [
  "hostname", "port", "server", "tls", "data", "alpn", "secret", "datagrams", "reusePort",
  ...Object.keys(NUMBERS), ...Callbacks.names,
];

class Settings {
  constructor(options) {
    checkNames(checkObject(options, "options"), "options", NAMES);
    this.isServer = optionalBoolean(options.server, "options.server") ?? false;
    this.hostname = optionalHostname(options.hostname, "options.hostname");
    this.port = optionalPort(options.port, "options.port", this.isServer ? 0 : 1);
    this.callbacks = new Callbacks(options);
    this.data = typeof options.data === "function" ? undefined : options.data;
    this.reusePort = reusePort(options, this.isServer);
    const datagrams = optionalBoolean(options.datagrams, "options.datagrams") ?? this.callbacks.has("datagram");
    this.context = { ...contextOptions(options, this.isServer), datagrams };
  }

  // Without an address the socket waits for connect() or listen().
  get hasAddress() {
    return this.hostname !== undefined || this.port !== undefined;
  }
}

function reusePort(options, isServer) {
  const isReused = optionalBoolean(options.reusePort, "options.reusePort") ?? false;
  if (isReused && !isServer) throw invalidValue("options.reusePort", "left out: it is for servers", isReused);
  // Each of them would answer for the other's connections that they are lost.
  if (isReused && options.secret) throw invalidValue("options.secret", "left out with reusePort", options.secret);
  return isReused;
}

// As native.createContext takes them.
function contextOptions(options, isServer) {
  const secret = optionalSecret(options.secret, "options.secret");
  if (secret !== undefined && !isServer) throw invalidValue("options.secret", "left out: it is for servers", secret);
  const tls = isServer ? serverTls(options.tls, "options.tls") : clientTls(options.tls, "options.tls");
  return { alpn: alpnList(options.alpn), secret, ...numbers(options), ...tls };
}

function numbers(options) {
  const checked = {};
  for (const [name, [smallest, largest]] of Object.entries(NUMBERS)) {
    checked[name] = optionalInteger(options[name], `options.${name}`, smallest, largest);
  }
  return checked;
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
