// A content-length of the program's own: what it says is what is sent, or the request fails.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { rejection, test, withServer } from "../web.mjs";

const require = createRequire(import.meta.url);
const { DeclaredLength } = require("../../lib/content_length.js");

const text = (size) => "x".repeat(size);
const encoder = new TextEncoder();

// Given at once, or a piece at a time with turns of the event loop between.
const streams = {
  "a stream that is there at once": (...parts) => new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(encoder.encode(part));
      controller.close();
    },
  }),
  "a stream that takes its time": (...parts) => new ReadableStream({
    async pull(controller) {
      await new Promise((turn) => setTimeout(turn, 5));
      if (parts.length > 0) controller.enqueue(encoder.encode(parts.shift()));
      else controller.close();
    },
  }),
};

async function withEcho(use) {
  const seen = [];
  const fetch = async (request) => {
    seen.push(request.method);
    return new Response(`${request.headers.get("content-length")} ${await request.text()}`);
  };
  await withServer({ fetch, error: () => {} }, (server, get) => use(get, seen));
}

async function assertMismatch(promise, message = /content-length says 5 bytes/) {
  const error = await rejection(promise);
  assert.equal(error.name, "TypeError");
  assert.match(error.cause.message, message);
}

test("a content-length that is not a whole body's fails before anything is sent", () => withEcho(async (get, seen) => {
  for (const body of [text(4), text(6), new Blob([text(4)]), new URLSearchParams({ a: "b" }), new Uint8Array(0)]) {
    await assertMismatch(get("/", { method: "POST", body, headers: { "content-length": "5" } }));
  }
  await assertMismatch(get("/", { method: "POST", headers: { "content-length": "5" } }));
  await assertMismatch(get("/", { headers: { "content-length": "5" } }));
  assert.deepEqual(seen, []);
  const response = await get("/", { method: "POST", body: text(5), headers: { "content-length": "5" } });
  assert.equal(await response.text(), "5 xxxxx");
}));

for (const [name, stream] of Object.entries(streams)) {
  test(`a content-length that is not that of ${name} fails`, () => withEcho(async (get) => {
    const post = (body) => get("/", { method: "POST", body, duplex: "half", headers: { "content-length": "5" } });
    await assertMismatch(post(stream("x", "xxx")));
    await assertMismatch(post(stream("xxx", "xxx")));
    await assertMismatch(post(stream()));
    assert.equal(await (await post(stream("xx", "xxx"))).text(), "5 xxxxx");
  }));
}

test("what is too long of a stream is not read to its end", () => withEcho(async (get) => {
  let isCancelled = false;
  const body = new ReadableStream({
    async pull(controller) {
      await new Promise((turn) => setTimeout(turn, 1));
      controller.enqueue(new Uint8Array(4));
    },
    cancel: () => void (isCancelled = true),
  });
  await assertMismatch(get("/", { method: "POST", body, duplex: "half", headers: { "content-length": "5" } }));
  assert.equal(isCancelled, true);
}));

test("a content-length that is no number of bytes fails", () => withEcho(async (get, seen) => {
  for (const length of ["", "-1", "+5", "5, 5", "0x5", "5.0", "9007199254740993"]) {
    const promise = get("/", { method: "POST", body: text(5), headers: { "content-length": length } });
    await assertMismatch(promise, /content-length must be a number of bytes/);
  }
  assert.deepEqual(seen, []);
}));

test("DeclaredLength counts up to what was declared", () => {
  const declared = (value) => new DeclaredLength(value ?? null);
  const exact = declared("3");
  for (const size of [0, 1, 2]) exact.add(size);
  exact.finish();
  const range = (message) => ({ name: "RangeError", message: `content-length says 3 bytes, and the body has ${message}` });
  assert.throws(() => exact.add(1), range("4 or more"));
  const short = declared("3");
  short.add(2);
  assert.throws(() => short.finish(), range("2"));
  const none = declared(undefined);
  none.add(1e9);
  none.finish();
  declared("0").finish();
  assert.throws(() => declared("0").add(1), { name: "RangeError" });
});
