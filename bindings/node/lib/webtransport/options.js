// The arguments of new WebTransport(url, options), checked once.
"use strict";

const errors = require("../errors.js");
const { flatten } = require("../headers.js");
const { clientTls } = require("../tls.js");

const hashBytes = 32;
const congestionControls = ["default", "throughput", "low-latency"];
const names = ["serverCertificateHashes", "headers", "tls", "allowPooling", "requireUnreliable", "congestionControl"];

// {url, headers, client}: where to, the fields of the request as a flat list, and what native.createClient takes.
function checkArguments(url, options) {
  const given = errors.optionalObject(options, "options") ?? {};
  errors.checkNames(given, "options", names);
  const allowsPooling = errors.optionalBoolean(given.allowPooling, "options.allowPooling") ?? false;
  errors.optionalBoolean(given.requireUnreliable, "options.requireUnreliable");
  checkCongestionControl(given.congestionControl);
  const hashes = checkHashes(given.serverCertificateHashes);
  if (hashes.length > 0 && allowsPooling) {
    throw errors.invalidValue("options.allowPooling", "false with serverCertificateHashes", true);
  }
  return {
    url: checkUrl(url),
    headers: checkHeaders(given.headers),
    client: clientOf(given.tls, hashes),
  };
}

function checkUrl(url) {
  if (typeof url !== "string" && !(url instanceof URL)) throw errors.invalidType("url", "a string or a URL", url);
  if (!URL.canParse(url)) throw errors.invalidValue("url", "a URL", String(url));
  const parsed = new URL(url);
  if (parsed.protocol !== "https:") throw errors.invalidValue("url", "an https: URL", String(url));
  if (parsed.hash !== "") throw errors.invalidValue("url", "a URL without a fragment", String(url));
  if (parsed.username !== "" || parsed.password !== "") throw errors.invalidValue("url", "a URL without credentials", parsed.origin);
  return parsed.href;
}

function checkHeaders(headers) {
  if (headers === undefined || headers === null) return [];
  try {
    return flatten(new Headers(headers));
  } catch (error) {
    throw errors.invalidValue("options.headers", `header fields (${error?.message})`, headers);
  }
}

function checkCongestionControl(value) {
  if (value !== undefined && value !== null && !congestionControls.includes(value)) {
    throw errors.invalidValue("options.congestionControl", `one of ${congestionControls.join(", ")}`, value);
  }
}

// Buffers.
function checkHashes(list) {
  if (list === undefined || list === null) return [];
  const where = "options.serverCertificateHashes";
  if (!Array.isArray(list)) throw errors.invalidType(where, "an array", list);
  return list.map((entry, index) => checkHash(entry, `${where}[${index}]`));
}

function checkHash(entry, where) {
  errors.checkNames(errors.checkObject(entry, where), where, ["algorithm", "value"]);
  if (errors.checkString(entry.algorithm, `${where}.algorithm`).toLowerCase() !== "sha-256") {
    throw errors.invalidValue(`${where}.algorithm`, '"sha-256"', entry.algorithm);
  }
  const { value } = entry;
  if (typeof value === "string" || !(ArrayBuffer.isView(value) || value instanceof ArrayBuffer)) {
    throw errors.invalidType(`${where}.value`, "an ArrayBuffer or a view of one", value);
  }
  const bytes = ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : Buffer.from(value);
  if (bytes.length !== hashBytes) throw errors.invalidValue(`${where}.value`, `of ${hashBytes} bytes`, bytes.length);
  return bytes;
}

// Hashes take the place of roots: the one who has that certificate is trusted, and nobody else.
function clientOf(tls, hashes) {
  const client = clientTls(tls, "options.tls");
  if (hashes.length === 0) return client;
  for (const name of ["ca", "rejectUnauthorized"]) {
    if (tls?.[name] !== undefined && tls?.[name] !== null) {
      throw errors.invalidValue(`options.tls.${name}`, "left out with serverCertificateHashes", tls[name]);
    }
  }
  return { ...client, rejectUnauthorized: true, extraCa: undefined, certificateHashes: Buffer.concat(hashes) };
}

module.exports = { checkArguments };
