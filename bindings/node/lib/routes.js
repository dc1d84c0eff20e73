// The routes of serve(). The native side finds the route of a request, and answers files and Responses by itself; here is
// what it is told, and the functions that it has called.
"use strict";

const { createHash } = require("node:crypto");

const engine = require("./engine.js");
const errors = require("./errors.js");
const { isResponse } = require("./serve/answer.js");
const { fetchHandler, newHandler } = require("./serve/handler_numbers.js");
const { FileRoute, FolderRoute, fromBunFile } = require("./files.js");
const { flatten } = require("./headers.js");
const { checkPattern } = require("./patterns.js");

const { native } = engine;

const methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
const anyMethod = "*";
const restOfAll = { pattern: "/*", shape: "*" };

const wanted = "a Response, a function, an object of methods, file(), folder() or false";

// All routes of a server at one time.
class RouteTable {
  #entries = [];
  #handlers = new Map(); // number -> {call, names}
  #statics = []; // {handler, route}
  #taken = new Map(); // method and shape -> the name of the route that has them

  // name: the option's, for errors.
  constructor(routes, name) {
    for (const [pattern, value] of Object.entries(errors.checkObject(routes, name))) {
      const routeName = `${name}[${JSON.stringify(pattern)}]`;
      const place = { pattern, ...checkPattern(pattern, routeName) };
      if (isMethods(value)) this.#addMethods(value, routeName, place);
      else this.#add(value, routeName, place, isFile(value) ? "GET" : anyMethod);
    }
  }

  // {call, names} of one of its handlers: call(request, server), with the names of the route's parameters.
  find(handler) {
    return this.#handlers.get(handler);
  }

  // As native.setRoutes takes them. hasFetch: whether there is a handler for all other requests; hasConnect: for extended
  // CONNECT.
  listFor({ hasFetch, hasConnect }) {
    const others = hasFetch ? { handler: fetchHandler } : {};
    const list = this.#entries.map(({ isForOthers, ...entry }) => (isForOthers ? { ...entry, ...others } : entry));
    if (hasFetch && !this.#taken.has(`${anyMethod} ${restOfAll.shape}`)) {
      list.push({ method: anyMethod, pattern: restOfAll.pattern, ...others });
    }
    if (hasConnect) list.push({ method: "CONNECT", pattern: restOfAll.pattern, handler: fetchHandler });
    return list;
  }

  // Tells the server that has these routes what it can answer without JavaScript, once that is known.
  fix(serverId) {
    for (const { handler, route } of this.#statics) {
      route.whenRead((...answer) => native.fixRoute(serverId, handler, ...answer));
    }
  }

  #addMethods(value, name, place) {
    errors.checkNames(value, name, methods);
    const given = Object.entries(value);
    if (given.length === 0) throw errors.invalidValue(name, `an object with at least one of ${methods.join(", ")}`, value);
    for (const [method, one] of given) this.#add(one, `${name}.${method}`, place, method);
  }

  #add(value, name, { pattern, names, shape }, method) {
    const key = `${method} ${shape}`;
    const other = this.#taken.get(key);
    if (other !== undefined) throw errors.invalidValue(name, `for other paths than ${other}`, pattern);
    this.#taken.set(key, name);
    const place = { method, pattern };
    const files = value instanceof FileRoute ? value : fromBunFile(value);
    if (value === false) {
      this.#entries.push({ ...place, isForOthers: true });
    } else if (files !== undefined) {
      if (files instanceof FolderRoute && !pattern.endsWith("/*")) {
        throw errors.invalidValue(name, 'for a path that ends with "/*", as it is a folder', pattern);
      }
      this.#entries.push({ ...place, ...files.native });
    } else if (typeof value === "function") {
      this.#call(place, names, value);
    } else if (isResponse(value)) {
      const route = StaticRoute.of(value, name);
      this.#statics.push({ handler: this.#call(place, [], () => route.answer()), route });
    } else {
      throw errors.invalidType(name, wanted, value);
    }
  }

  // Returns the handler's number.
  #call(place, names, call) {
    const handler = newHandler();
    this.#handlers.set(handler, { call, names });
    this.#entries.push({ ...place, handler, parameters: names.length });
    return handler;
  }
}

function isFile(value) {
  return value instanceof FileRoute || fromBunFile(value) !== undefined;
}

function isMethods(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !isFile(value) && !isResponse(value);
}

// Responses that were read for a route: their body is used, and still they may stand in another route, or in reload().
const known = new WeakMap();

// A Response, whose body is read once. Until that is done requests are answered from here; then by the native side.
class StaticRoute {
  #status;
  #flat;
  #bytes;

  static of(response, name) {
    if (!known.has(response)) known.set(response, new StaticRoute(response, name));
    return known.get(response);
  }

  constructor(response, name) {
    if (response.bodyUsed || response.body?.locked) {
      throw errors.invalidValue(name, "a Response whose body was not used", response);
    }
    if (response.status < 200 || response.status > 599) {
      throw errors.invalidValue(`${name}.status`, "from 200 to 599", response.status);
    }
    this.#status = response.status;
    this.#flat = flatten(response.headers, ["content-length"]);
    this.#bytes = this.#read(response);
    this.#bytes.catch(() => {}); // told to those who ask
  }

  // Rejects where the body cannot be read.
  async answer() {
    const bytes = await this.#bytes;
    const headers = new Headers();
    for (let i = 0; i < this.#flat.length; i += 2) headers.append(this.#flat[i], this.#flat[i + 1]);
    return new Response(bytes.length > 0 ? bytes : null, { status: this.#status, headers });
  }

  // fix(status, flat, bytes) runs once that is known.
  whenRead(fix) {
    this.#bytes.then((bytes) => fix(this.#status, this.#flat, bytes), () => {});
  }

  async #read(response) {
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (this.#status === 200 && !response.headers.has("etag")) {
      // Strong: same tag, same bytes. 128 bits of SHA-256.
      const tag = createHash("sha256").update(bytes).digest().subarray(0, 16).toString("base64url");
      this.#flat.push("etag", `"${tag}"`);
    }
    return bytes;
  }
}

// The `params` of a request.
function parametersOf(names, values) {
  return Object.fromEntries(names.map((name, index) => [name, values[index]]));
}

module.exports = { RouteTable, parametersOf };
