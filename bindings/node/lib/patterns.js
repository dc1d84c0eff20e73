// Patterns of routes, as the library's router takes them: "/static/:parameter/*".
"use strict";

const errors = require("./errors.js");

const mostParameters = 16; // the router's bound

// {names, shape}: the parameters' names, in order; two patterns of one shape are for the same paths. name: the option's, for
// errors.
function checkPattern(pattern, name) {
  const fail = (wanted) => {
    throw errors.invalidValue(name, wanted, pattern);
  };
  if (!pattern.startsWith("/")) fail('a path that begins with "/"');
  if (/[?#]/.test(pattern)) fail("a path without a query or fragment (write %3F and %23)");
  const segments = pattern.slice(1).split("/");
  const names = [];
  const shape = segments.map((segment, index) => {
    const parameter = parameterOf(segment, index === segments.length - 1, fail);
    if (parameter === undefined) return `=${plainSegment(segment, fail)}`;
    if (names.includes(parameter)) fail("a path whose parameters have names of their own");
    names.push(parameter);
    return segment[0];
  });
  if (names.length > mostParameters) fail(`a path of at most ${mostParameters} parameters`);
  return { names, shape: shape.join("/") };
}

// "id" of ":id", "*" of "*", undefined for what is static.
function parameterOf(segment, isLast, fail) {
  if (segment.includes("*")) {
    if (segment !== "*" || !isLast) fail('a path with "*" as its last segment, or without it (write %2A)');
    return "*";
  }
  if (!segment.startsWith(":")) return undefined;
  if (!/^:[\w$-]+$/.test(segment)) {
    fail('a path whose parameters are whole segments, ":" and a name of letters, digits, _, $ and -');
  }
  return segment.slice(1);
}

// A static segment with its escapes decoded, a character for each byte.
function plainSegment(segment, fail) {
  if (/%(?![0-9a-f]{2})/i.test(segment)) fail("a path whose escapes are % and two hex digits");
  const bytes = Buffer.from(segment).toString("latin1");
  const plain = bytes.replace(/%(..)/g, (escape, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  if (plain.includes("\0")) fail("a path without NUL");
  // RFC 3986 section 5.2.4: no path that is looked for has one.
  if (plain === "." || plain === "..") fail('a path without the segments "." and ".."');
  return plain;
}

module.exports = { checkPattern };
