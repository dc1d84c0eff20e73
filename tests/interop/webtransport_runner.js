// Runs the checks of webtransport_checks.js, which follow behind in the same script, in a page of a browser or in Deno.
"use strict";

// server: {url: "https://host:port", hash: the SHA-256 of its certificate, an array of bytes}. names: of checks.
// Returns {name: {saw: value} or {error: text}}. One after the other: what one leaves behind the next would meet.
async function runChecks(server, names) {
  const results = {};
  for (const name of names) results[name] = await runCheck(server, CHECKS[name]);
  return results;
}

const CHECK_MILLISECONDS = 20_000;
const COUNTS = [1, 1200, 65_536, 3_000_000];
const CODES = [0, 1, 29, 30, 31, 255];

async function runCheck(server, check) {
  const sessions = [];
  const began = performance.now();
  const timeout = new Promise((_, reject) => setTimeout(() => reject(new Error("it takes too long")), CHECK_MILLISECONDS));
  try {
    const saw = await Promise.race([check(new Connector(server, sessions)), timeout]);
    return { saw, milliseconds: Math.round(performance.now() - began) };
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  } finally {
    for (const session of sessions) closeQuietly(session);
  }
}

// A check's sessions, which end with it.
class Connector {
  constructor(server, sessions) {
    this.server = server;
    this.sessions = sessions;
  }

  start(path, hash = this.server.hash) {
    const session = new WebTransport(this.server.url + path, {
      serverCertificateHashes: [{ algorithm: "sha-256", value: new Uint8Array(hash) }],
    });
    // Each is looked at where a check cares.
    session.ready.catch(() => {});
    session.closed.catch(() => {});
    this.sessions.push(session);
    return session;
  }

  async open(path) {
    const session = this.start(path);
    await session.ready;
    return session;
  }
}

function closeQuietly(session) {
  try {
    session.close();
  } catch {
    // It is over.
  }
}

// The bytes that both sides expect: of a prime period, so that none may change its place.
function pattern(length) {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; ++index) bytes[index] = index % 251;
  return bytes;
}

function isPattern(bytes) {
  return bytes.every((byte, index) => byte === index % 251);
}

// The length of what came, when it is the pattern.
function describe(bytes) {
  return isPattern(bytes) ? bytes.length : `${bytes.length} bytes, and other ones`;
}

// All, or as many bytes, and what came with them.
async function readBytes(readable, count) {
  const chunks = [];
  let length = 0;
  for (const reader = readable.getReader(); length < count; ) {
    const { value, done } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  const all = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}

function readAll(readable) {
  return readBytes(readable, Infinity);
}

async function writeAll(writable, bytes) {
  const writer = writable.getWriter();
  if (bytes.length > 0) await writer.write(bytes);
  await writer.close();
}

const text = (string) => new TextEncoder().encode(string);

// A stream that echoes: a byte came back.
async function startEcho(session) {
  const stream = await session.createBidirectionalStream();
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  await writer.write(text("x"));
  await reader.read();
  return { writer, reader };
}

async function echo(session, bytes) {
  const stream = await session.createBidirectionalStream();
  const [echoed] = await Promise.all([readAll(stream.readable), writeAll(stream.writable, bytes)]);
  return describe(echoed);
}

// Streams that the server opens, one after the other.
function incoming(streams) {
  const reader = streams.getReader();
  return async () => {
    const { value, done } = await reader.read();
    if (done) throw new Error("no more streams");
    return value;
  };
}

function datagramWriter(session) {
  const datagrams = session.datagrams;
  return (datagrams.writable ?? datagrams.createWritable()).getWriter();
}

// A session that the server closes. It is asked by datagrams: where a stream ends just before the session does, Chromium may
// tell that the connection is lost, in place of code and reason.
async function closedByServer(connector, code, reason, beforehand = async () => {}) {
  const session = await connector.open(`/close?code=${code}&reason=${encodeURIComponent(reason)}`);
  const waiting = await beforehand(session);
  const writer = datagramWriter(session);
  const ask = () => writer.write(text("x")).catch(() => {});
  ask();
  const again = setInterval(ask, 50);
  const ending = await closing(session);
  clearInterval(again);
  return { session, ending, waiting };
}

// How a closed session is told.
async function closing(session) {
  try {
    const { closeCode, reason } = await session.closed;
    return { closeCode, reason };
  } catch (error) {
    return { error: error.name, source: error.source };
  }
}

// The code that an operation fails with.
async function streamError(operation) {
  try {
    await operation;
    return "no error";
  } catch (error) {
    return error.streamErrorCode ?? `${error.name}: ${error.message}`;
  }
}

// What a stream is given up with. The constructor's form before 2023 is Chromium's.
function codeOf(code) {
  try {
    return new WebTransportError("given up", { streamErrorCode: code });
  } catch {
    return new WebTransportError({ message: "given up", streamErrorCode: code });
  }
}
