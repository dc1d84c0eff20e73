// The `webTransport` of serve(): which handler a session's path has.
"use strict";

const errors = require("../errors.js");
const { checkPattern } = require("../patterns.js");
const { newHandler } = require("./handler_numbers.js");

const handlerNames = ["upgrade", "open"];
const wanted = "a function, an object {upgrade, open}, or an object of these by path";
const everyPath = "/*";

// All of a server at one time.
class TransportTable {
  #entries = [];
  #handlers = new Map(); // number -> {upgrade, open, names}

  // name: the option's, for errors. given: undefined, null: there are none.
  constructor(given, name) {
    if (given === undefined || given === null) return;
    const isOneForAll = typeof given === "function" || !isRoutes(errors.checkObject(given, name));
    if (isOneForAll) return this.#add(everyPath, given, name, new Map());
    const taken = new Map();
    for (const [pattern, value] of Object.entries(given)) {
      this.#add(pattern, value, `${name}[${JSON.stringify(pattern)}]`, taken);
    }
  }

  // As native.setRoutes takes them.
  get entries() {
    return this.#entries;
  }

  // {upgrade, open, names} of one of its handlers.
  find(handler) {
    return this.#handlers.get(handler);
  }

  #add(pattern, value, name, taken) {
    const { names, shape } = checkPattern(pattern, name);
    if (taken.has(shape)) throw errors.invalidValue(name, `for other paths than ${taken.get(shape)}`, pattern);
    taken.set(shape, name);
    const handler = newHandler();
    this.#handlers.set(handler, { ...checkHandler(value, name), names });
    this.#entries.push({ method: "CONNECT", pattern, handler, parameters: names.length, isWebTransport: true });
  }
}

// By path: what else an object may be has the names of handlers.
function isRoutes(given) {
  const keys = Object.keys(given);
  return keys.length === 0 || keys.some((key) => key.startsWith("/"));
}

function checkHandler(value, name) {
  if (typeof value === "function") return { open: value };
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw errors.invalidType(name, wanted, value);
  errors.checkNames(value, name, handlerNames);
  return {
    upgrade: errors.optionalFunction(value.upgrade, `${name}.upgrade`),
    open: errors.checkFunction(value.open, `${name}.open`),
  };
}

module.exports = { TransportTable };
