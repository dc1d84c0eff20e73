// The server's side of a session: what a handler of serve({ webTransport }) gets.
"use strict";

const engine = require("../engine.js");
const { WebTransportError } = require("./error.js");
const { Session } = require("./session.js");

const { native } = engine;

// What a session is closed with whose handler failed.
const failed = { closeCode: 500, reason: "the server's handler failed" };

class WebTransportSession extends Session {
  #request;

  // requestId: of the CONNECT, which is accepted.
  constructor(requestId, request) {
    super(() => native.transportAccept(requestId), () => {});
    this.#request = request;
  }

  // The CONNECT that asked for it.
  get request() {
    return this.#request;
  }
}

// Accepts the session and runs its handler once it is open. report(failure): of the handler.
async function accept(requestId, request, handler, report) {
  const session = new WebTransportSession(requestId, request);
  try {
    await session.ready;
  } catch {
    return; // the client went meanwhile: nobody knows of the session
  }
  try {
    await handler(session);
  } catch (failure) {
    if (!isOfItsEnd(failure, session)) report(failure);
    session.close(failed);
  }
}

// A handler that stops because its session is over did what it should.
function isOfItsEnd(failure, session) {
  if (!Session.isOver(session)) return false;
  return failure instanceof WebTransportError || failure?.name === "InvalidStateError";
}

module.exports = { WebTransportSession, accept };
