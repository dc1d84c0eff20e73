// What the tests of quic() share.
import { createRequire } from "node:module";
import { deferred, run, test as runnerTest, within, withEnvironment } from "./runner.mjs";

export { certificate, deferred, repository, root, within } from "./runner.mjs";

const require = createRequire(import.meta.url);

export const quicModule = require.resolve("../lib/quic.js");
export const { quic, QuicError } = require(quicModule);

// body(open): open(options) is quic(options), and closes the socket when the test is over, however it ends. Clients take
// any certificate unless their options say otherwise: servers have one that nobody knows.
export function test(name, body, limitMs) {
  testThatVerifies(name, (open) => withEnvironment({ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, () => body(open)), limitMs);
}

// The same without that.
export function testThatVerifies(name, body, limitMs) {
  const bodyWithSockets = async () => {
    const sockets = [];
    const open = (options) => {
      const socket = quic(options);
      sockets.push(socket);
      return socket;
    };
    try {
      await body(open);
    } finally {
      for (const socket of sockets) socket.close();
    }
  };
  runnerTest(name, bodyWithSockets, limitMs);
}

// Named marks that callbacks set and tests wait for: events.set("open", value); await events.get("open").
export function marks() {
  const all = new Map();
  const mark = (name) => {
    if (!all.has(name)) all.set(name, deferred());
    return all.get(name);
  };
  return {
    set: (name, value) => mark(name).resolve(value),
    get: (name, limitMs) => within(mark(name).promise, name, limitMs),
  };
}

// Text that comes in pieces: add(bytes), and until(predicate) for all of it so far.
export function collector() {
  const waiting = new Set();
  const chunks = [];
  let length = 0;
  const check = () => {
    for (const wait of waiting) {
      if (length < wait.least) continue;
      const bytes = Buffer.concat(chunks);
      if (!wait.predicate(bytes)) continue;
      waiting.delete(wait);
      wait.resolve(bytes);
    }
  };
  return {
    add(bytes) {
      chunks.push(bytes);
      length += bytes.length;
      check();
    },
    until(predicate, what, least = 0) {
      const wait = { predicate, least, ...deferred() };
      waiting.add(wait);
      check();
      return within(wait.promise, what);
    },
    untilLength(least) {
      return this.until(() => true, `${least} bytes`, least);
    },
    untilText(text) {
      return this.until((bytes) => bytes.toString().includes(text), `text ${JSON.stringify(text)}`);
    },
  };
}

// A server in socket mode that says back what comes.
export function echoServer(open, options = {}) {
  return open({
    hostname: "localhost",
    port: 0,
    server: true,
    message(socket, bytes) {
      socket.write(bytes);
    },
    ...options,
  });
}

// A UDP port where nobody listens. It is below those that the kernel gives to clients: none of them takes it meanwhile.
export async function freePort() {
  const { createSocket } = await import("node:dgram");
  for (let left = 100; left > 0; left--) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const socket = createSocket("udp6");
    const bound = deferred();
    socket.on("error", () => bound.resolve(false));
    socket.bind(port, "::", () => bound.resolve(true));
    const isFree = await within(bound.promise, "a free port");
    const closed = deferred();
    socket.close(closed.resolve);
    await within(closed.promise, "the free port's socket closed");
    if (isFree) return port;
  }
  throw new Error("none of a hundred ports is free");
}

// Runs a program text (CommonJS; `quic` is there, its clients take any certificate); see run() of runner.mjs.
export function runProgram(text, limitMs) {
  const quicOfTests = `const { quic: usquic } = require(${JSON.stringify(quicModule)});
    const quic = (options) => usquic(options.server ? options : { tls: { rejectUnauthorized: false }, ...options });\n`;
  return run(quicOfTests + text, { limitMs, env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: "" } });
}
