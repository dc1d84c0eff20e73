// The native module, and the ways between it and the objects that programs hold.
//
//   engine.native                         what the module does: engine.native.createStream(id), ...
//   engine.register(id, target, handlers) events of this id go to handlers[name](target, ...rest): the event
//                                         ["data", 7, bytes] calls handlers.data(target, bytes) of what 7 is registered
//                                         with. One `handlers` object per class is enough. Events without a handler,
//                                         or of an id that is not registered, are dropped.
//   engine.forget(id)                     no more events for this id
//   engine.hold(target)                   `target` keeps the process alive from now on (twice is like once)
//   engine.release(target)                and no more
//   engine.error(errno, options)          QuicError of a US_QUIC_E_*; options: {protocolCode, message}
//   engine.attempt(call)                  result of call(); errors that the native module throws become QuicErrors
//   engine.reportUncaught(error)          for what a program's callback threw and nobody takes
//
// A handler that throws does not keep later events from being told: its error is reported as uncaught.
"use strict";

const { QuicError } = require("./errors.js");
const { loadNative, reportUncaught } = require("./runtime.js");

// Each copy of this module has its own.
const native = loadNative().start(dispatch);
const registered = new Map();
const held = new Set();

function register(id, target, handlers) {
  registered.set(id, { target, handlers });
}

function forget(id) {
  registered.delete(id);
}

function hold(target) {
  if (held.size === 0) native.ref();
  held.add(target);
}

function release(target) {
  if (held.delete(target) && held.size === 0) native.unref();
}

function error(errno, { protocolCode, message } = {}) {
  return new QuicError(message || native.strerror(errno), native.errorName(errno), errno, protocolCode);
}

function attempt(call) {
  try {
    return call();
  } catch (thrown) {
    if (typeof thrown?.errno !== "number") throw thrown;
    throw new QuicError(thrown.message, thrown.code, thrown.errno);
  }
}

function dispatch(events) {
  for (const [name, id, ...rest] of events) {
    const entry = registered.get(id);
    const handler = entry?.handlers[name];
    if (handler === undefined) continue;
    try {
      handler(entry.target, ...rest);
    } catch (thrown) {
      reportUncaught(thrown);
    }
  }
}

module.exports = { attempt, error, forget, hold, native, register, release, reportUncaught };
