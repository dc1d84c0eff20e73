// What the tests of serve and fetch3 share: servers for one test, certificates, bodies, other people's programs.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
export const repository = resolve(root, "../..");
export const { serve } = require("../lib/serve.js");
export const { fetch3 } = require("../lib/fetch.js");
export const { QuicError } = require("../lib/errors.js");
export const isBun = process.versions.bun !== undefined;

// The two test runners under one name each. Bun's own limit of 5 s per test is too short for 64 MiB on a busy machine.
const runner = isBun ? await import("bun:test") : await import("node:test");
export function test(name, run, timeout = 120_000) {
  if (isBun) runner.test(name, run, timeout);
  else runner.test(name, { timeout }, () => run());
}
// Where a peer's program is not installed; under USQUIC_REQUIRE_PEERS that is a failure.
export function testWith(program, what, name, run) {
  if (program !== undefined) test(name, run);
  else if (process.env.USQUIC_REQUIRE_PEERS) test(name, () => assert.fail(`${what} is not installed`));
  else runner.test.skip(`${name} (no ${what})`, () => {});
}

export const insecure = { rejectUnauthorized: false };

// Runs `use(server, get)` with a server; get(path, init) is fetch3 to it.
export async function withServer(options, use) {
  const server = serve({ port: 0, hostname: "127.0.0.1", ...options });
  const get = (path = "/", init = {}) => fetch3(new URL(path, server.url), { tls: insecure, ...init });
  try {
    return await use(server, get);
  } finally {
    await server.stop(true);
  }
}

export function deferred() {
  const result = {};
  result.promise = new Promise((settle, fail) => Object.assign(result, { resolve: settle, reject: fail }));
  return result;
}

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

// Random bytes of any size: pieces of 1 MiB, repeated with a number in front, so that order matters.
export function makeBytes(size) {
  const block = randomBytes(Math.min(size, 1 << 20));
  const bytes = Buffer.alloc(size);
  for (let at = 0, n = 0; at < size; at += block.length, ++n) {
    block.copy(bytes, at);
    if (size - at >= 4) bytes.writeUInt32BE(n, at);
  }
  return bytes;
}

// A stream of `bytes` in pieces; `given` counts what was asked for.
export function pieces(bytes, size = 64 * 1024) {
  let at = 0;
  const source = {
    given: 0,
    stream: new ReadableStream(
      {
        pull(controller) {
          if (at < bytes.length) controller.enqueue(new Uint8Array(bytes.subarray(at, (at += size))));
          source.given = Math.min(at, bytes.length);
          if (at >= bytes.length) controller.close();
        },
      },
      { highWaterMark: 0 },
    ),
  };
  return source;
}

// An endless stream; `given` counts its bytes, `cancelled` is settled with the reason.
export function endless(size = 64 * 1024) {
  const cancelled = deferred();
  const source = {
    given: 0,
    cancelled: cancelled.promise,
    stream: new ReadableStream(
      {
        pull(controller) {
          source.given += size;
          controller.enqueue(new Uint8Array(size));
        },
        cancel: (reason) => cancelled.resolve(reason),
      },
      { highWaterMark: 0 },
    ),
  };
  return source;
}

export async function hashOf(stream) {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest("hex");
}

// Fails unless `promise` rejects; gives the error.
export async function rejection(promise) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  return assert.fail(`did not reject, but gave ${value}`);
}

// A folder that is gone when the test file ends.
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "usquic-test-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// A self-signed certificate for localhost and 127.0.0.1: {cert, key, certFile, keyFile}.
export function makeCertificate(names = "DNS:localhost,IP:127.0.0.1") {
  const folder = temporaryFolder();
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const done = spawnSync("openssl", [
    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "10",
    "-subj", "/CN=test", "-addext", `subjectAltName=${names}`, "-addext", "basicConstraints=critical,CA:TRUE",
    "-keyout", keyFile, "-out", certFile,
  ]);
  assert.equal(done.status, 0, String(done.stderr ?? done.error));
  return { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8"), certFile, keyFile };
}

// A program's path, or undefined. Debian puts gtlsserver into sbin.
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

export function findTool() {
  const path = process.env.USQUIC_TOOL ?? join(repository, "build/dev/bin/usquic");
  return existsSync(path) ? path : undefined;
}

// Runs `use(child, line)` with a program in the background; line(pattern) waits for what it prints.
export async function withProgram(command, args, use) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let changed = deferred();
  const tell = (text) => {
    output += text;
    changed.resolve();
    changed = deferred();
  };
  child.stdout.on("data", tell);
  child.stderr.on("data", tell);
  const ended = new Promise((settle) => child.on("exit", settle));
  let hasEnded = false;
  ended.then(() => {
    hasEnded = true;
    tell("");
  });
  const line = async (pattern) => {
    for (;;) {
      const match = pattern.exec(output);
      if (match !== null) return match;
      if (hasEnded) assert.fail(`${command} ended without ${pattern}: ${output}`);
      await changed.promise;
    }
  };
  try {
    return await use(child, line);
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

// Runs a JavaScript program of its own in this runtime: {code, stdout, stderr}. `serve` and `fetch3` are there.
export async function runScript(source) {
  const prelude = `const {serve} = require(${JSON.stringify(join(root, "lib/serve.js"))});
    const {fetch3} = require(${JSON.stringify(join(root, "lib/fetch.js"))});\n`;
  const child = spawn(process.execPath, ["-e", prelude + source], { stdio: ["ignore", "pipe", "pipe"] });
  const told = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => (told.stdout += text));
  child.stderr.on("data", (text) => (told.stderr += text));
  const code = await new Promise((settle) => child.on("close", settle));
  return { code, ...told };
}
