// Patterns of routes, as the library's router takes them: "/static/:parameter/*".
"use strict";

const errors = require("./errors.js");

const mostParameters = 16; // the router's bound

// {names, shape}: the parameters' names, in order; two patterns of one shape are for the same paths. Throws what is wrong.
function checkPattern(pattern, name) {
  if (!pattern.startsWith("/")) throw errors.invalidValue(name, 'a path that begins with "/"', pattern);
  if (/[?#]/.test(pattern)) throw errors.invalidValue(name, "a path without a query or fragment (write %3F and %23)", pattern);
  const segments = pattern.slice(1).split("/");
  const names = [];
  const shape = segments.map((segment, index) => {
    const isLast = index === segments.length - 1;
    const parameter = parameterOf(segment, isLast, name, pattern);
    if (parameter === undefined) return `=${plainSegment(segment, name, pattern)}`;
    if (names.includes(parameter)) throw errors.invalidValue(name, "a path whose parameters have names of their own", pattern);
    names.push(parameter);
    return segment[0];
  });
  if (names.length > mostParameters) {
    throw errors.invalidValue(name, `a path of at most ${mostParameters} parameters`, pattern);
  }
  return { names, shape: shape.join("/") };
}

// "id" of ":id", "*" of "*", undefined for what is static.
function parameterOf(segment, isLast, name, pattern) {
  if (segment.includes("*")) {
    if (segment === "*" && isLast) return "*";
    throw errors.invalidValue(name, 'a path with "*" as its last segment, or without it (write %2A)', pattern);
  }
  if (!segment.startsWith(":")) return undefined;
  if (/^:[\w$-]+$/.test(segment)) return segment.slice(1);
  throw errors.invalidValue(name, 'a path whose parameters are whole segments, ":" and a name of letters, digits, _, $ and -', pattern);
}

// A static segment with its escapes decoded, a character for each byte.
function plainSegment(segment, name, pattern) {
  if (/%(?![0-9a-f]{2})/i.test(segment)) throw errors.invalidValue(name, "a path whose escapes are % and two hex digits", pattern);
  const bytes = Buffer.from(segment).toString("latin1");
  const plain = bytes.replace(/%(..)/g, (escape, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  if (plain.includes("\0")) throw errors.invalidValue(name, "a path without NUL", pattern);
  // RFC 3986 section 5.2.4: no path that is looked for has one.
  if (plain === "." || plain === "..") throw errors.invalidValue(name, 'a path without the segments "." and ".."', pattern);
  return plain;
}

module.exports = { checkPattern };
