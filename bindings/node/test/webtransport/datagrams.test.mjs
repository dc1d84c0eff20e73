// Datagrams of sessions, and those that are dropped.
import assert from "node:assert/strict";
import { deferred, test, within } from "../runner.mjs";
import { encode, failure, next, withPair } from "./support.mjs";

const sides = {
  client: (client, session) => [client, session],
  server: (client, session) => [session, client],
};

for (const [whose, order] of Object.entries(sides)) {
  test(`datagrams go from the ${whose} to its peer`, () => withPair(async (...both) => {
    const [from, to] = order(...both);
    const size = from.datagrams.maxDatagramSize;
    assert.ok(size > 1000 && size < 65536, `${size}`);
    const writer = from.datagrams.writable.getWriter();
    await writer.write(encode("hello"));
    assert.equal(String(Buffer.from(await next(to.datagrams.readable, "a datagram"))), "hello");
    await writer.write(new Uint8Array(size).fill(7));
    const largest = await next(to.datagrams.readable, "the largest");
    assert.equal(Object.getPrototypeOf(largest), Uint8Array.prototype);
    assert.deepEqual([largest.length, largest.at(-1)], [size, 7]);
  }));
}

test("createWritable() makes more of them, and each closes by itself", () => withPair(async (client, session) => {
  const [one, two] = [client.datagrams.createWritable().getWriter(), client.datagrams.createWritable().getWriter()];
  await one.write(encode("1"));
  assert.equal(String(Buffer.from(await next(session.datagrams.readable, "one"))), "1");
  await one.close();
  await two.write(encode("2"));
  assert.equal(String(Buffer.from(await next(session.datagrams.readable, "two"))), "2");
  assert.equal(client.datagrams.writable, client.datagrams.writable);
}));

test("a datagram that is too large is dropped and counted, and the next one goes", () => withPair(async (client, session) => {
  const writer = client.datagrams.writable.getWriter();
  await writer.write(new Uint8Array(client.datagrams.maxDatagramSize + 1));
  await writer.write(encode("small"));
  assert.equal(String(Buffer.from(await next(session.datagrams.readable, "the small one"))), "small");
  assert.deepEqual(await client.getStats(), { datagrams: { droppedIncoming: 0, expiredOutgoing: 1 } });
}));

test("the oldest of those that nobody reads are dropped and counted", () => withPair(async (client, session) => {
  session.datagrams.incomingHighWaterMark = 3;
  const writer = client.datagrams.writable.getWriter();
  // Each is answered by a stream, so that all have come.
  for (let index = 0; index < 8; ++index) await writer.write(Uint8Array.of(index));
  const dropped = async () => (await session.getStats()).datagrams.droppedIncoming;
  const five = (async () => {
    while ((await dropped()) < 5) await new Promise(setImmediate);
  })();
  await within(five, "five are dropped");
  const reader = session.datagrams.readable.getReader();
  const left = [];
  for (let count = 0; count < 3; ++count) left.push((await within(reader.read(), "a datagram")).value[0]);
  assert.deepEqual(left, [5, 6, 7]);
  assert.equal(await dropped(), 5);
}));

test("a lower mark drops what waits beyond it", () => withPair(async (client, session) => {
  const writer = client.datagrams.writable.getWriter();
  for (const byte of [1, 2, 3]) await writer.write(Uint8Array.of(byte));
  const reader = session.datagrams.readable.getReader();
  assert.deepEqual([...(await within(reader.read(), "the first")).value], [1]);
  assert.equal((await within(reader.read(), "the second")).value[0], 2);
  assert.equal((await within(reader.read(), "the third")).value[0], 3);
  session.datagrams.incomingHighWaterMark = 0; // one is kept nevertheless
  await writer.write(Uint8Array.of(4));
  assert.equal((await within(reader.read(), "one more")).value[0], 4);
}));

test("writes wait for the session to be ready", async () => {
  const { serve, insecure } = await import("../web.mjs");
  const { WebTransport } = await import("./support.mjs");
  const received = deferred();
  const server = serve({
    port: 0, hostname: "127.0.0.1",
    webTransport: async (session) => received.resolve(await next(session.datagrams.readable, "a datagram")),
  });
  try {
    const client = new WebTransport(server.url, { tls: insecure });
    assert.equal(client.datagrams.maxDatagramSize, 0);
    const bytes = encode("early");
    const written = client.datagrams.writable.getWriter().write(bytes);
    assert.equal(String(Buffer.from(await within(received.promise, "the datagram"))), "early");
    await within(written, "the write");
    client.close();
  } finally {
    await server.stop(true);
  }
});

test("a writer that is faster than the QUIC thread waits, and loses nothing on its way there", () =>
  withPair(async (client, session) => {
    client.datagrams.outgoingHighWaterMark = 2;
    const writer = client.datagrams.writable.getWriter();
    const reader = session.datagrams.readable.getReader();
    for (let index = 0; index < 100; ++index) {
      await writer.write(Uint8Array.of(index));
      assert.equal((await within(reader.read(), `datagram ${index}`)).value[0], index);
    }
  }));

test("an empty datagram and what is no bytes are refused by their names", () => withPair(async (client) => {
  for (const [chunk, code] of [[new Uint8Array(0), "ERR_INVALID_ARG_VALUE"], ["text", "ERR_INVALID_ARG_TYPE"]]) {
    const error = await failure(client.datagrams.createWritable().getWriter().write(chunk), "the write");
    assert.deepEqual([error.name, error.code], ["TypeError", code]);
    assert.match(error.message, /"chunk"/);
  }
  assert.throws(() => (client.datagrams.incomingHighWaterMark = -1), { name: "TypeError", message: /incomingHighWaterMark/ });
  assert.throws(() => (client.datagrams.outgoingHighWaterMark = "1"), { name: "TypeError", message: /outgoingHighWaterMark/ });
}));

test("what came before a session was closed can still be read", () => withPair(async (client, session) => {
  await client.datagrams.writable.getWriter().write(encode("the last"));
  const stream = (await client.createUnidirectionalStream()).getWriter();
  await stream.write(encode("x"));
  await next(session.incomingUnidirectionalStreams, "a stream behind it");
  client.close();
  await within(session.closed, "the end");
  const reader = session.datagrams.readable.getReader();
  assert.equal(String(Buffer.from((await reader.read()).value)), "the last");
  assert.deepEqual(await reader.read(), { done: true, value: undefined });
}));

test("readers that cancel the datagrams get no more of them, and the session goes on", () => withPair(async (client, session) => {
  await session.datagrams.readable.cancel();
  await client.datagrams.writable.getWriter().write(encode("x"));
  const writer = (await client.createUnidirectionalStream()).getWriter();
  await writer.write(encode("y"));
  await next(session.incomingUnidirectionalStreams, "the stream");
}));
