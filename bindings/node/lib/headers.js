// Web Headers to and from the native side's: to it go flat arrays [name, value, name, value, ...], from it comes one text
// with a line for each name and each value. In all a character of a value stands for one byte (isomorphic encoding,
// https://infra.spec.whatwg.org/#isomorphic-encode).
"use strict";

// RFC 9114 section 4.2: fields of a connection have no place in HTTP/3; a message with one is malformed.
const connectionFields = new Set([
  "connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade",
]);

// RFC 9110 section 6.5.1: fields of framing, routing, authentication, of what the request asks for and of what the content
// is have no place in a trailer section.
const notInTrailers = new Set([
  ...connectionFields, "age", "authorization", "cache-control", "content-encoding", "content-length", "content-range",
  "content-type", "cookie", "date", "expect", "expires", "host", "location", "max-forwards", "pragma", "proxy-authenticate",
  "proxy-authorization", "range", "retry-after", "set-cookie", "trailer", "vary", "www-authenticate",
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

// One text for the native side.
function lines(headers) {
  let text = "";
  headers.forEach((value, name) => {
    if (!connectionFields.has(name)) text += `${name}\n${value}\n`;
  });
  return text;
}

// The same of a message with a body, whose length somebody else tells: {text, length, hasType}. text: without the
// content-length; length: the value of that, or null.
function contentLines(headers) {
  let text = "";
  let length = null;
  let hasType = false;
  headers.forEach((value, name) => {
    if (name === "content-length") {
      length = value;
      return;
    }
    if (name === "content-type") hasType = true;
    if (!connectionFields.has(name)) text += `${name}\n${value}\n`;
  });
  return { text, length, hasType };
}

// `headers`: where they go.
function unflatten(text, headers = new Headers()) {
  let cookie;
  let at = 0;
  while (at < text.length) {
    const nameEnd = text.indexOf("\n", at);
    const nextEnd = text.indexOf("\n", nameEnd + 1);
    const valueEnd = nextEnd < 0 ? text.length : nextEnd;
    const name = text.slice(at, nameEnd);
    const value = text.slice(nameEnd + 1, valueEnd);
    at = valueEnd + 1;
    // RFC 9114 section 4.2.1: the cookie field may come in pieces, which are joined with "; ", not ", ".
    if (name === "cookie") cookie = cookie === undefined ? value : `${cookie}; ${value}`;
    else headers.append(name, value);
  }
  if (cookie !== undefined) headers.set("cookie", cookie);
  return headers;
}

module.exports = { contentLines, flatten, lines, notInTrailers, unflatten };
