// Web Headers to and from the native side's flat arrays [name, value, name, value, ...].
"use strict";

// RFC 9114 section 4.2: fields of a connection have no place in HTTP/3; a message with one is malformed.
const connectionFields = new Set([
  "connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade",
]);

// A character of a Headers value stands for one byte; the native side's texts are UTF-8.
const toText = (value) => (isAscii(value) ? value : Buffer.from(value, "latin1").toString("utf8"));
const toByteString = (value) => (isAscii(value) ? value : Buffer.from(value, "utf8").toString("latin1"));

function isAscii(value) {
  for (let i = 0; i < value.length; ++i) if (value.charCodeAt(i) > 0x7f) return false;
  return true;
}

// `without`: lower-case names that are left out.
function flatten(headers, without = []) {
  const flat = [];
  for (const [name, value] of headers) {
    // Runtimes differ in how they list set-cookie; getSetCookie is the same everywhere.
    if (name === "set-cookie" || connectionFields.has(name) || without.includes(name)) continue;
    flat.push(name, toText(value));
  }
  for (const value of headers.getSetCookie()) flat.push("set-cookie", toText(value));
  return flat;
}

function unflatten(flat) {
  const headers = new Headers();
  let cookie;
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const value = toByteString(flat[i + 1]);
    // RFC 9114 section 4.2.1: the cookie field may come in pieces, which are joined with "; ", not ", ".
    if (flat[i] === "cookie") cookie = cookie === undefined ? value : `${cookie}; ${value}`;
    else headers.append(flat[i], value);
  }
  if (cookie !== undefined) headers.set("cookie", cookie);
  return headers;
}

module.exports = { flatten, unflatten };
