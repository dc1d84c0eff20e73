// What the tests of serve and fetch3 share: servers for one test, certificates, bodies, other people's programs.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { deferred, repository, run, skip, test } from "./runner.mjs";

export {
  certificate as makeCertificate, deferred, isBun, repository, root, run, temporaryFolder, test, withEnvironment, within,
} from "./runner.mjs";

const require = createRequire(import.meta.url);
export const { serve } = require("../lib/serve.js");
export const { fetch3 } = require("../lib/fetch.js");
export const { QuicError } = require("../lib/errors.js");

// Where a peer's program is not installed; under USQUIC_REQUIRE_PEERS that is a failure.
export function testWith(program, what, name, body) {
  if (program !== undefined) test(name, body);
  else if (process.env.USQUIC_REQUIRE_PEERS) test(name, () => assert.fail(`${what} is not installed`));
  else skip(`${name} (no ${what})`);
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
export async function withProgram(command, args, use, options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
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

// Runs a JavaScript program of its own in this runtime; `serve` and `fetch3` are there. See run() of runner.mjs.
export function runScript(source) {
  return run(`const {serve} = require(${JSON.stringify(require.resolve("../lib/serve.js"))});
    const {fetch3} = require(${JSON.stringify(require.resolve("../lib/fetch.js"))});\n${source}`);
}
