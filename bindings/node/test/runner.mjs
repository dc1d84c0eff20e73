// The same test files run in `node --test`, `bun test` and `deno test`: test(), and what all tests share.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
export const repository = resolve(root, "../..");
export const isBun = process.versions.bun !== undefined;
export const isDeno = process.versions.deno !== undefined;

const runner = isBun ? await import("bun:test") : await import("node:test");

const TEST_LIMIT_MS = 120_000; // Bun's own limit of 5 s is too short for 64 MiB on a busy machine
const WAIT_LIMIT_MS = 10_000;

export function test(name, body, limitMs = TEST_LIMIT_MS) {
  if (isBun) runner.test(name, body, limitMs);
  else runner.test(name, { timeout: limitMs }, () => body());
}

// [program, words] that run a JavaScript text (CommonJS), or a file, in this runtime; with these flags where it has V8.
export function textProgram(text, v8Flags = []) {
  const flags = isDeno && v8Flags.length > 0 ? [`--v8-flags=${v8Flags.join(",")}`] : v8Flags;
  if (isDeno) return [process.execPath, ["eval", "--ext=cjs", ...flags, text]];
  return [process.execPath, isBun ? ["-e", text] : [...flags, "-e", text]];
}

export function fileProgram(file) {
  return [process.execPath, isDeno ? ["run", "--allow-all", file] : [file]];
}

export function skip(name) {
  runner.test.skip(name, () => {});
}

// A promise with its resolve and reject outside.
export function deferred() {
  const result = {};
  result.promise = new Promise((settle, fail) => Object.assign(result, { resolve: settle, reject: fail }));
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

const folders = [];

// A folder that is gone when the test file ends.
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "usquic-test-"));
  if (folders.length === 0) process.on("exit", () => folders.forEach((one) => rmSync(one, { recursive: true, force: true })));
  folders.push(folder);
  return folder;
}

// A certificate for localhost and 127.0.0.1 that signs itself, so that it is its own `ca`:
// {cert, key, certFile, keyFile}.
export function certificate(names = "DNS:localhost,IP:127.0.0.1") {
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

// Runs `body` with variables of the environment, which are as before afterwards. Undefined: not set.
export async function withEnvironment(variables, body) {
  const set = (values) => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  set(variables);
  try {
    return await body();
  } finally {
    set(before);
  }
}

// Other programs are not built for the sanitizer that is put in front of this one: some never end with it.
const { LD_PRELOAD: _preloaded, ...environmentOfOthers } = process.env;

// Runs a JavaScript text in this runtime, or `command` with its words, in a process of its own: {code, signal, stdout,
// stderr} once it ended by itself. One that is still there after the limit is killed, and the promise rejects.
export async function run(text, { limitMs, command = textProgram(text).flat(), ...options } = {}) {
  const env = command[0] === process.execPath ? process.env : environmentOfOthers;
  const child = spawn(command[0], command.slice(1), { env, stdio: ["ignore", "pipe", "pipe"], ...options });
  const told = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].on("data", (bytes) => (told[name] += bytes));
  const ended = deferred();
  child.on("error", ended.reject);
  child.on("close", (code, signal) => ended.resolve({ code, signal, ...told }));
  try {
    return await within(ended.promise, "the process ends", limitMs);
  } catch (error) {
    throw new Error(`${error.message}; it said ${JSON.stringify(told)}`, { cause: error });
  } finally {
    child.kill("SIGKILL");
  }
}

let collectNow;

// Everything that is garbage when it is called goes; what FinalizationRegistry tells of it comes with the event loop.
export async function collectGarbage() {
  if (collectNow === undefined && isBun) collectNow = () => Bun.gc(true);
  if (collectNow === undefined) {
    setFlagsFromString("--expose-gc");
    collectNow = runInNewContext("gc");
  }
  // What runs now, and the turn before, still holds what it used.
  await new Promise(setImmediate);
  collectNow();
  await new Promise(setImmediate);
}

// Collects until `promise` settles.
export async function collectUntil(promise, what, limitMs) {
  let isSettled = false;
  const settle = () => (isSettled = true);
  promise.then(settle, settle);
  const collecting = (async () => {
    while (!isSettled) await collectGarbage();
    return promise;
  })();
  try {
    return await within(collecting, what, limitMs);
  } finally {
    isSettled = true;
  }
}
