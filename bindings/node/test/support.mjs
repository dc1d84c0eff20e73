// The same test files run in `node --test` and in `bun test`: test() and what tests share.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const isBun = process.versions.bun !== undefined;
const runner = isBun ? (await import("bun:test")).test : (await import("node:test")).test;

export const quicModule = fileURLToPath(new URL("../lib/quic.js", import.meta.url));
export const { quic, QuicError } = require(quicModule);

const TEST_LIMIT_MS = 30_000;
const WAIT_LIMIT_MS = 10_000;

// body(open): open(options) is quic(options), and closes the socket when the test is over, however it ends.
export function test(name, body) {
  const run = async () => {
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
  if (isBun) runner(name, run, TEST_LIMIT_MS);
  else runner(name, { timeout: TEST_LIMIT_MS }, run);
}

// A promise with its resolve and reject outside.
export function deferred() {
  const result = {};
  result.promise = new Promise((resolve, reject) => Object.assign(result, { resolve, reject }));
  return result;
}

// What the promise gives, or an error that names what did not come in time.
export async function within(promise, what, limitMs = WAIT_LIMIT_MS) {
  const limit = deferred();
  const timer = setTimeout(() => limit.reject(new Error(`did not happen in ${limitMs} ms: ${what}`)), limitMs);
  try {
    return await Promise.race([promise, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
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
  const check = () => {
    const bytes = Buffer.concat(chunks);
    for (const wait of waiting) {
      if (!wait.predicate(bytes)) continue;
      waiting.delete(wait);
      wait.resolve(bytes);
    }
  };
  return {
    add(bytes) {
      chunks.push(bytes);
      check();
    },
    until(predicate, what) {
      const wait = { predicate, ...deferred() };
      waiting.add(wait);
      check();
      return within(wait.promise, what);
    },
    untilLength(length) {
      return this.until((bytes) => bytes.length >= length, `${length} bytes`);
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

// A port of localhost where nobody listens: it was free a moment ago.
export async function freePort() {
  const { createSocket } = await import("node:dgram");
  const socket = createSocket("udp6");
  const bound = deferred();
  socket.on("error", bound.reject);
  socket.bind(0, "::", bound.resolve);
  await within(bound.promise, "a free port");
  const { port } = socket.address();
  const closed = deferred();
  socket.close(closed.resolve);
  await within(closed.promise, "the free port's socket closed");
  return port;
}

// A certificate for localhost that signs itself, so that it is its own `ca`.
export function certificate({ name = "localhost" } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "usquic-test-"));
  try {
    const [keyFile, certFile] = ["key.pem", "cert.pem"].map((file) => path.join(folder, file));
    execFileSync("openssl", [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`, "-keyout", keyFile, "-out", certFile,
    ], { stdio: ["ignore", "ignore", "pipe"] });
    return { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// Runs a program text (CommonJS; `quic` is there) in a process of its own: {code, signal, stdout, stderr} once it
// ended by itself; a process that is still there after the limit is killed, and the promise rejects.
export async function runProgram(text, limitMs = WAIT_LIMIT_MS) {
  const program = `const { quic } = require(${JSON.stringify(quicModule)});\n${text}`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].on("data", (bytes) => (output[name] += bytes));
  const ended = deferred();
  child.on("error", ended.reject);
  child.on("close", (code, signal) => ended.resolve({ code, signal, ...output }));
  try {
    return await within(ended.promise, `the process ends (it said: ${JSON.stringify(output)})`, limitMs);
  } finally {
    child.kill("SIGKILL");
  }
}
