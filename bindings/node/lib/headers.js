// Web Headers to and from the native side's flat arrays [name, value, name, value, ...]. In both a character of a value
// stands for one byte (isomorphic encoding, https://infra.spec.whatwg.org/#isomorphic-encode).
"use strict";

// RFC 9114 section 4.2: fields of a connection have no place in HTTP/3; a message with one is malformed.
const connectionFields = new Set([
  "connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade",
]);

// `without`: lower-case names that are left out.
function flatten(headers, without = []) {
  const flat = [];
  for (const [name, value] of headers) {
    // Runtimes differ in how they list set-cookie; getSetCookie is the same everywhere.
    if (name === "set-cookie" || connectionFields.has(name) || without.includes(name)) continue;
    flat.push(name, value);
  }
  for (const value of headers.getSetCookie()) flat.push("set-cookie", value);
  return flat;
}

function unflatten(flat) {
  const headers = new Headers();
  let cookie;
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const value = flat[i + 1];
    // RFC 9114 section 4.2.1: the cookie field may come in pieces, which are joined with "; ", not ", ".
    if (flat[i] === "cookie") cookie = cookie === undefined ? value : `${cookie}; ${value}`;
    else headers.append(flat[i], value);
  }
  if (cookie !== undefined) headers.set("cookie", cookie);
  return headers;
}

module.exports = { flatten, unflatten };
