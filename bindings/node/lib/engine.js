// The native module, and the ways between it and the objects that programs hold.
//
//   engine.native                         what the module does: engine.native.createStream(id), ...
//   engine.register(id, target, handlers) events of this id go to handlers[name](target, ...items): the event "data" of
//                                         7, with bytes, calls handlers.data(target, bytes) of what 7 is registered with.
//                                         One `handlers` object per class is enough. Events without a handler, or of an
//                                         id that is not registered, are dropped. One that has `takesItems` gets the
//                                         items as the array that they came in.
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
const { EventReader } = require("./events.js");
const { loadNative, reportUncaught } = require("./runtime.js");

const reader = new EventReader();
// Each copy of this module has its own. What it is told to do goes to the QUIC thread at the end of the turn.
const native = loadNative().start(
  (...batch) => reader.read(...batch, dispatch),
  () => queueMicrotask(flush),
);
const registered = new Map();
const held = new Set();

function flush() {
  native.flush();
}

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

function dispatch(name, id, items) {
  const entry = registered.get(id);
  const handler = entry?.handlers[name];
  if (handler === undefined) return;
  try {
    if (handler.takesItems) handler(entry.target, items);
    else handler(entry.target, ...items);
  } catch (thrown) {
    reportUncaught(thrown);
  }
}

module.exports = { attempt, error, forget, hold, native, register, release, reportUncaught };
