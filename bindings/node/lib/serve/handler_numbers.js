// The numbers by which the native side knows handlers.
"use strict";

// That of the fetch handler, and of `connect`. Those of routes are above, and are not used again: a request that came
// before reload() finds what it was for.
const fetchHandler = 0;
let last = fetchHandler;

function newHandler() {
  return ++last;
}

module.exports = { fetchHandler, newHandler };
