// The program's callbacks of one quic() call: which mode they ask for, and how they are called.
"use strict";

const engine = require("../engine.js");
const { invalidValue, optionalFunction } = require("../errors.js");

const NAMES = [
  "open", "connection", "message", "datagram", "close", "error",
  "socketOpen", "socketClose", "socketError", "drain", "end",
];

// Of stream mode alone.
const STREAM_NAMES = ["socketOpen", "socketClose", "socketError", "drain", "end"];

class Callbacks {
  static names = NAMES;

  #options;
  #functions = {};

  // True: streams are told to the program one by one. False: all bytes of a socket arrive at `message`.
  isStreamMode;

  constructor(options) {
    this.#options = options;
    for (const name of NAMES) this.#functions[name] = optionalFunction(options[name], `options.${name}`);
    const data = typeof options.data === "function" ? options.data : undefined;
    this.#functions.data = data;
    const { message } = this.#functions;
    const ofStreams = ["data", ...STREAM_NAMES].find((name) => this.has(name));
    if (message && ofStreams) {
      throw invalidValue("options.message", `left out when there is a callback "${ofStreams}" (stream mode)`, message);
    }
    this.isStreamMode = ofStreams !== undefined;
  }

  has(name) {
    return this.#functions[name] !== undefined;
  }

  socketOpened(socket) {
    this.#call(this.isStreamMode ? "socketOpen" : "open", [socket], (error) => this.socketFailed(socket, error));
  }

  connected(socket) {
    this.#call("connection", [socket], (error) => this.socketFailed(socket, error));
  }

  // As datagramCame() and streamEvent(): gives a promise while an async callback runs, else undefined.
  messageCame(socket, bytes) {
    return this.#call("message", [socket, bytes], (error) => this.socketFailed(socket, error));
  }

  datagramCame(socket, bytes) {
    return this.#call("datagram", [socket, bytes], (error) => this.socketFailed(socket, error));
  }

  socketClosed(socket) {
    this.#call(this.isStreamMode ? "socketClose" : "close", [socket], (error) => this.socketFailed(socket, error));
  }

  // What a callback threw must not vanish; what the network did may, when the program does not ask.
  socketFailed(socket, error, { isNetwork = false } = {}) {
    const name = this.isStreamMode && this.has("socketError") ? "socketError" : "error";
    if (this.has(name)) this.#call(name, [socket, error], engine.reportUncaught);
    else if (!isNetwork) engine.reportUncaught(error);
  }

  // name: open, data, end, drain or close.
  streamEvent(name, stream, ...rest) {
    return this.#call(name, [stream, ...rest], (error) => this.streamFailed(stream, error));
  }

  streamFailed(stream, error, { isNetwork = false } = {}) {
    if (!this.isStreamMode) this.socketFailed(stream.socket, error, { isNetwork });
    else if (this.has("error")) this.#call("error", [stream, error], engine.reportUncaught);
    else if (!isNetwork) engine.reportUncaught(error);
  }

  #call(name, args, onThrow) {
    const callback = this.#functions[name];
    if (callback === undefined) return undefined;
    try {
      const result = callback.apply(this.#options, args);
      return typeof result?.then === "function" ? Promise.resolve(result).then(undefined, onThrow) : undefined;
    } catch (error) {
      onThrow(error);
      return undefined;
    }
  }
}

module.exports = { Callbacks };
