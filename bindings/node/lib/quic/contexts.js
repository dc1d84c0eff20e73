// What connections are made from. Clients with the same options share one: they load the roots once, and resume each
// other's sessions.
"use strict";

const engine = require("../engine.js");
const { Shared } = require("../shared.js");

const createContext = (options) => engine.attempt(() => engine.native.createContext(options));
const clientContexts = new Shared(createContext, (id) => engine.native.closeContext(id));

module.exports = { clientContexts, createContext };
