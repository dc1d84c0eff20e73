// Streams on which one side alone sends (RFC 9000 section 2.1).
import assert from "node:assert/strict";
import { collector, marks, test, within } from "../support.mjs";

const state = { name: "QuicError", code: "ERR_QUIC_STATE" };

test("a unidirectional stream carries bytes one way; each side knows which", async (open) => {
  const events = marks();
  const received = collector();
  const server = open({
    hostname: "localhost", port: 0, server: true,
    open: (stream) => events.set("stream", stream),
    data: (stream, bytes) => received.add(bytes),
    end: () => events.set("end"),
    close: (stream) => events.set("peer's close", stream),
  });
  const client = open({ hostname: "localhost", port: server.port, data() {}, close: (s) => events.set("close", s) });
  const stream = client.createStream({ purpose: "test" }, { unidirectional: true });
  assert.deepEqual(stream.data, { purpose: "test" });
  assert.equal(stream.id, 2);
  assert.deepEqual([stream.isUnidirectional, stream.isWritable, stream.isReadable], [true, true, false]);
  assert.throws(() => stream.readable, { ...state, message: /cannot be read/ });
  assert.throws(() => stream[Symbol.asyncIterator](), state);
  assert.equal(stream.write("one way"), 7);

  const peer = await events.get("stream");
  await received.untilText("one way");
  assert.equal(peer.id, 2);
  assert.deepEqual([peer.isUnidirectional, peer.isWritable, peer.isReadable], [true, false, true]);
  assert.equal(peer.write("swallowed?"), 0);
  assert.equal(peer.writableLength, 0);
  assert.throws(() => peer.writable, { ...state, message: /cannot be written to/ });
  assert.throws(() => peer.write(7), { code: "ERR_INVALID_ARG_TYPE" });
  peer.end();
  assert.equal(client.stats.bytesReceived, 0);

  stream.end();
  await events.get("end");
  assert.equal(peer.isReadable, false);
  assert.equal(await events.get("close"), stream);
  assert.equal(await events.get("peer's close"), peer);
});

test("a server opens unidirectional streams too, and IDs of each kind count for themselves", async (open) => {
  const received = collector();
  const events = marks();
  const server = open({
    hostname: "localhost", port: 0, server: true,
    socketOpen() {},
    connection(socket) {
      const streams = [true, false, true, false].map((unidirectional) => socket.stream(undefined, { unidirectional }));
      for (const stream of streams) stream.end(`${stream.id};`);
      events.set("ids", streams.map((stream) => stream.id));
    },
  });
  const kinds = new Map();
  open({
    hostname: "localhost", port: server.port,
    open: (stream) => kinds.set(stream.id, stream.isUnidirectional),
    data: (stream, bytes) => received.add(bytes),
  });
  assert.deepEqual(await events.get("ids"), [3, 1, 7, 5]);
  await received.untilLength(8);
  assert.deepEqual([...kinds].sort(), [[1, false], [3, true], [5, false], [7, true]]);
});

test("write() of a socket does not take a unidirectional stream", async (open) => {
  const received = collector();
  const server = open({ hostname: "localhost", port: 0, server: true, message: (socket, bytes) => socket.write(bytes) });
  const client = open({ hostname: "localhost", port: server.port, message: (socket, bytes) => received.add(bytes) });
  client.createStream(undefined, { unidirectional: true }).write("a");
  client.write("b");
  const echo = await received.until((bytes) => bytes.includes("b") , "the echo of b");
  assert.ok(echo.includes("b"));
  assert.equal(client.streamCount, 2);
});

test("what came in on a unidirectional stream alone can be answered by write() of the socket", async (open) => {
  const received = collector();
  const server = open({ hostname: "localhost", port: 0, server: true, message: (socket, bytes) => socket.write(bytes) });
  const client = open({ hostname: "localhost", port: server.port, message: (socket, bytes) => received.add(bytes) });
  client.createStream(undefined, { unidirectional: true }).end("question");
  assert.equal((await received.untilLength(8)).toString(), "question");
});

test("the web streams of a unidirectional stream", async (open) => {
  const events = marks();
  const server = open({
    hostname: "localhost", port: 0, server: true,
    socketOpen() {},
    async open(stream) {
      let text = "";
      for await (const chunk of stream) text += Buffer.from(chunk);
      events.set("text", text);
    },
  });
  const client = open({ hostname: "localhost", port: server.port, socketOpen() {} });
  const writer = client.createStream(undefined, { unidirectional: true }).writable.getWriter();
  await writer.write("over ");
  await writer.write("there");
  await within(writer.close(), "the end");
  assert.equal(await events.get("text"), "over there");
});

test("close() of a socket delivers what was written to a unidirectional stream", async (open) => {
  const received = collector();
  const server = open({ hostname: "localhost", port: 0, server: true, data: (stream, bytes) => received.add(bytes) });
  const client = open({ hostname: "localhost", port: server.port, data() {} });
  client.createStream(undefined, { unidirectional: true }).write(Buffer.alloc(100_000, "x"));
  await within(client[Symbol.asyncDispose](), "the close");
  assert.equal((await received.untilLength(100_000)).length, 100_000);
});


test("maxStreams bounds the peer's unidirectional streams by themselves", async (open) => {
  const opened = collector();
  const streams = [];
  const server = open({
    hostname: "localhost", port: 0, server: true, maxStreams: 1,
    open: (stream) => streams.push(stream),
    data: (stream, bytes) => opened.add(bytes),
  });
  const client = open({ hostname: "localhost", port: server.port, data() {} });
  const [first, second] = [1, 2].map((number) => {
    const stream = client.createStream(undefined, { unidirectional: true });
    stream.write(`one way ${number};`);
    return stream;
  });
  client.createStream().write("both ways;");
  await opened.untilText("both ways;");
  await opened.untilText("one way 1;");
  assert.deepEqual(streams.map((stream) => stream.id).sort(), [0, 2]);
  assert.equal(second.readyState, 1);
  first.end();
  await opened.untilText("one way 2;");
});

test("options of createStream() are checked", (open) => {
  const client = open({ hostname: "localhost", port: 4433, message() {} });
  assert.throws(() => client.createStream(0, { unidirectional: 1 }), {
    code: "ERR_INVALID_ARG_TYPE", message: /"options.unidirectional"/,
  });
  assert.throws(() => client.createStream(0, { oneway: true }), { code: "ERR_INVALID_ARG_VALUE", message: /oneway/ });
  assert.throws(() => client.createStream(0, 7), { code: "ERR_INVALID_ARG_TYPE", message: /"options"/ });
});
