// Streams of sessions: both kinds, both ways, held back where nobody reads, and given up with codes.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { collectUntil, deferred, test, within } from "../runner.mjs";
import { makeBytes } from "../web.mjs";
import { WebTransportError, bytesOf, encode, failure, hashOfBytes, next, send, textOf, withPair } from "./support.mjs";

const mebibyte = 1 << 20;
// What may be on its way to a receiver that takes nothing: windows of flow control and what is buffered.
const mostAhead = 24 * mebibyte;
const far = 64 * mebibyte;

function assertStreamError(error, code) {
  assert.ok(error instanceof WebTransportError, String(error?.stack ?? error));
  assert.deepEqual([error.source, error.streamErrorCode], ["stream", code]);
}

const sides = {
  "the client's": (client, session) => [client, session],
  "the server's": (client, session) => [session, client],
};

for (const [whose, order] of Object.entries(sides)) {
  test(`${whose} bidirectional streams carry bytes both ways`, () => withPair(async (...both) => {
    const [from, to] = order(...both);
    const { readable, writable } = await from.createBidirectionalStream();
    const sent = send(writable, "a question");
    const stream = await next(to.incomingBidirectionalStreams, "the stream");
    assert.equal(await textOf(stream.readable, "the question"), "a question");
    await send(stream.writable, "the answer");
    assert.equal(await textOf(readable, "the answer"), "the answer");
    await within(sent, "the writer");
  }));

  test(`${whose} unidirectional streams carry bytes one way`, () => withPair(async (...both) => {
    const [from, to] = order(...both);
    const writable = await from.createUnidirectionalStream();
    assert.ok(writable instanceof WritableStream);
    const sent = send(writable, "some bytes");
    const readable = await next(to.incomingUnidirectionalStreams, "the stream");
    assert.ok(readable instanceof ReadableStream);
    assert.equal(await textOf(readable, "the bytes"), "some bytes");
    await within(sent, "the writer");
  }));

  test(`8 MiB go through ${whose} stream and back as they are`, () => withPair(async (...both) => {
    const [from, to] = order(...both);
    const bytes = makeBytes(8 * mebibyte);
    const { readable, writable } = await from.createBidirectionalStream();
    const sent = send(writable, bytes);
    const stream = await next(to.incomingBidirectionalStreams, "the stream");
    const echoed = stream.readable.pipeTo(stream.writable);
    assert.equal(hashOfBytes(await bytesOf(readable)), hashOfBytes(bytes));
    await within(Promise.all([sent, echoed]), "both ends");
  }));

  test(`what is not read of ${whose} stream holds the sender back, and comes in full later`, () => withPair(async (...both) => {
    const [from, to] = order(...both);
    const writer = (await from.createUnidirectionalStream()).getWriter();
    const chunk = new Uint8Array(64 * 1024);
    let sent = 0;
    const writing = (async () => {
      while (sent < far) {
        await writer.write(chunk);
        sent += chunk.length;
      }
      await writer.close();
    })();
    const reader = (await next(to.incomingUnidirectionalStreams, "the stream")).getReader();
    for (let before = -1; before !== sent; await sleep(500)) before = sent;
    assert.ok(sent < mostAhead, `${sent} bytes were written to a stream that nobody reads`);
    let received = 0;
    for (;;) {
      const { done, value } = await within(reader.read(), "more bytes");
      if (done) break;
      received += value.length;
    }
    assert.equal(received, far);
    await within(writing, "the writer");
  }));

  test(`abort() of ${whose} stream fails the reader with its code, and cancel() the writer`, () => withPair(async (...both) => {
    const [from, to] = order(...both);
    const { readable, writable } = await from.createBidirectionalStream();
    const writer = writable.getWriter();
    await writer.write(encode("x"));
    const stream = await next(to.incomingBidirectionalStreams, "the stream");
    const reader = stream.readable.getReader();
    assert.deepEqual((await within(reader.read(), "a byte")).value, encode("x"));
    const reading = reader.read();
    await writer.abort(new WebTransportError("enough", { streamErrorCode: 254 }));
    assertStreamError(await failure(reading, "the read"), 254);
    const peer = stream.writable.getWriter();
    await peer.write(encode("y"));
    await next(readable, "a byte");
    await readable.cancel(new WebTransportError("no more", { streamErrorCode: 4_294_967_295 }));
    assertStreamError(await failure(peer.closed, "the writer"), 4_294_967_295);
    assertStreamError(await failure(peer.write(encode("z")), "a write"), 4_294_967_295);
  }));
}

test("a reason that is no WebTransportError has the code 0", () => withPair(async (client, session) => {
  const writer = (await client.createUnidirectionalStream()).getWriter();
  await writer.write(encode("x"));
  const readable = await next(session.incomingUnidirectionalStreams, "the stream");
  const reading = failure(bytesOf(readable), "the reader");
  await writer.abort(new Error("of the program"));
  assertStreamError(await reading, 0);
}));

test("one side of a stream that is over leaves the other alone", () => withPair(async (client, session) => {
  const { readable, writable } = await client.createBidirectionalStream();
  await send(writable, "all of it");
  const stream = await next(session.incomingBidirectionalStreams, "the stream");
  assert.equal(await textOf(stream.readable, "the bytes"), "all of it");
  const writer = stream.writable.getWriter();
  for (const text of ["one", "two"]) {
    await writer.write(encode(text));
    assert.equal(String(Buffer.from(await next(readable, text))), text);
  }
  await writer.close();
  assert.equal(await textOf(readable, "the rest"), "");
}));

test("many streams at once, and more than the peer allows at a time", () => withPair(async (client, session) => {
  const count = 500;
  (async () => {
    for await (const readable of session.incomingUnidirectionalStreams) {
      const text = await textOf(readable);
      await send(await session.createUnidirectionalStream(), text);
    }
  })().catch(() => {});
  const sent = Array.from({ length: count }, async (_, index) => send(await client.createUnidirectionalStream(), `n${index}`));
  const received = [];
  const reader = client.incomingUnidirectionalStreams.getReader();
  while (received.length < count) received.push(await textOf((await within(reader.read(), "a stream", 30_000)).value));
  await within(Promise.all(sent), "the writers");
  const expected = Array.from({ length: count }, (_, index) => `n${index}`);
  assert.deepEqual(received.sort(), expected.sort());
}));

test("a stream that waits is there when the program looks, with what came", () => withPair(async (client, session) => {
  await send(await client.createUnidirectionalStream(), "early");
  const { writable } = await client.createBidirectionalStream();
  const sent = send(writable, "also early");
  const stream = await next(session.incomingBidirectionalStreams, "the second");
  assert.equal(await textOf(await next(session.incomingUnidirectionalStreams, "the first")), "early");
  assert.equal(await textOf(stream.readable), "also early");
  await within(sent, "the writer");
}));

test("streams that nobody wants are refused, and their sender learns it", () => withPair(async (client, session) => {
  await session.incomingUnidirectionalStreams.cancel();
  const writer = (await client.createUnidirectionalStream()).getWriter();
  await writer.write(encode("x"));
  assertStreamError(await failure(writer.closed, "the writer"), 0);
}));

test("a readable that the program drops is cancelled", () => withPair(async (client, session) => {
  const writer = (await client.createUnidirectionalStream()).getWriter();
  await writer.write(encode("x"));
  const stopped = deferred();
  writer.closed.catch(stopped.resolve);
  await next(session.incomingUnidirectionalStreams, "the stream");
  assertStreamError(await collectUntil(stopped.promise, "the writer learns it", 30_000), 0);
}));

test("a stream may be asked for before the session is ready", async () => withPair(async (_client, session, server) => {
  const { WebTransport } = await import("./support.mjs");
  const { insecure } = await import("../web.mjs");
  const other = new WebTransport(server.url, { tls: insecure });
  await send(await within(other.createUnidirectionalStream(), "the stream"), "x");
  other.close();
  await within(other.closed, "its end");
  assert.equal(session.reliability, "supports-unreliable");
}));

test("what is no bytes fails the write, and says what is wanted", () => withPair(async (client) => {
  for (const chunk of ["text", 1, null, {}]) {
    const writer = (await client.createUnidirectionalStream()).getWriter();
    const error = await failure(writer.write(chunk), "the write");
    assert.deepEqual([error.name, error.code], ["TypeError", "ERR_INVALID_ARG_TYPE"]);
    assert.match(error.message, /bytes/);
  }
}));

test("every view of bytes can be written", () => withPair(async (client, session) => {
  const bytes = encode("0123456789abcdef");
  const writer = (await client.createUnidirectionalStream()).getWriter();
  await writer.write(bytes.buffer.slice(0));
  await writer.write(new DataView(bytes.buffer, 2, 3));
  await writer.write(new Uint16Array(bytes.buffer, 4, 2));
  await writer.write(new Uint8Array(0));
  const closed = writer.close();
  const readable = await next(session.incomingUnidirectionalStreams, "the stream");
  assert.equal(await textOf(readable), "0123456789abcdef" + "234" + "4567");
  await within(closed, "the writer");
}));
