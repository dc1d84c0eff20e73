// The options of serve() and of reload(), checked once.
"use strict";

const errors = require("../errors.js");
const { serverTls } = require("../identities.js");
const { RouteTable } = require("../routes.js");
const { TransportTable } = require("./transports.js");

const defaultPort = 443;
const msPerSecond = 1000;
const longestTimeoutSeconds = Math.floor(errors.longestTimeoutMs / msPerSecond);
const versions = ["http1", "http2", "http3"];
const handlerNames = ["fetch", "error", "connect"];
const names = [
  "port", "hostname", "reusePort", "tls", "routes", ...handlerNames, "webTransport", ...versions, "idleTimeout", "httpIdleTimeout",
  "maxRequestBodySize", "secret",
];

// {address, handlers, routes, transports, native}: where it listens, who answers, and what native.createServer takes.
function checkOptions(options) {
  errors.checkNames(errors.checkObject(options, "options"), "options", names);
  const hasTransports = options.webTransport !== undefined && options.webTransport !== null;
  if (options.routes === undefined && !hasTransports) errors.checkFunction(options.fetch, "options.fetch");
  return {
    address: {
      hostname: errors.optionalHostname(options.hostname, "options.hostname"),
      port: errors.optionalPort(options.port, "options.port") ?? defaultPort,
      reusePort: errors.optionalBoolean(options.reusePort, "options.reusePort") ?? false,
    },
    handlers: checkHandlers(options),
    routes: new RouteTable(options.routes ?? {}, "options.routes"),
    transports: new TransportTable(options.webTransport, "options.webTransport"),
    native: {
      ...checkVersions(options, hasTransports),
      idleTimeoutMs: milliseconds(options.idleTimeout, "options.idleTimeout", 1),
      httpIdleTimeoutMs: milliseconds(options.httpIdleTimeout, "options.httpIdleTimeout", 0),
      maxRequestBodySize: errors.optionalInteger(
        options.maxRequestBodySize, "options.maxRequestBodySize", 0, Number.MAX_SAFE_INTEGER,
      ),
      secret: errors.optionalSecret(options.secret, "options.secret"),
      ...serverTls(options.tls, "options.tls"),
    },
  };
}

function checkHandlers(options) {
  const entries = handlerNames.map((name) => [name, errors.optionalFunction(options[name], `options.${name}`)]);
  return Object.fromEntries(entries);
}

function checkVersions(options, hasTransports) {
  const entries = versions.map((name) => [name, errors.optionalBoolean(options[name], `options.${name}`) ?? true]);
  if (entries.every(([, isServed]) => !isServed)) {
    throw errors.invalidValue("options.http3", "true where http1 and http2 are false", options.http3);
  }
  const served = Object.fromEntries(entries);
  if (hasTransports && !served.http3) throw errors.invalidValue("options.http3", "true where there is webTransport", false);
  return served;
}

// Seconds, as those of Bun.serve; fractions of them too.
function milliseconds(seconds, name, least) {
  if (seconds === undefined || seconds === null) return undefined;
  if (typeof seconds !== "number") throw errors.invalidType(name, "a number of seconds", seconds);
  const ms = Math.round(seconds * msPerSecond);
  if (!(ms >= least && seconds <= longestTimeoutSeconds)) {
    throw errors.invalidValue(name, `seconds, from ${least / msPerSecond} to ${longestTimeoutSeconds}`, seconds);
  }
  return ms;
}

// {handlers, routes, transports} of what reload() is given: undefined where it says nothing. A null takes `error` away, and
// all of `webTransport`.
function checkReload(options) {
  errors.checkNames(errors.checkObject(options, "options"), "options", [...handlerNames, "routes", "webTransport", "tls"]);
  const given = Object.entries(checkHandlers(options));
  const named = given.filter(([name, handler]) => handler !== undefined || (name === "error" && name in options));
  return {
    handlers: Object.fromEntries(named),
    routes: options.routes === undefined ? undefined : new RouteTable(options.routes, "options.routes"),
    transports: options.webTransport === undefined ? undefined : new TransportTable(options.webTransport, "options.webTransport"),
  };
}

module.exports = { checkOptions, checkReload };
