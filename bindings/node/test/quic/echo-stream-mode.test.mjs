import assert from "node:assert/strict";
import { collector, marks, test } from "../support.mjs";

function streamEcho(open, callbacks = {}) {
  return open({
    hostname: "localhost",
    port: 0,
    server: true,
    data(stream, bytes) {
      assert.equal(stream.write(`Echo: ${bytes}`), bytes.length + 6);
    },
    ...callbacks,
  });
}

test("a stream carries bytes there and back, and all callbacks come", async (open) => {
  const events = marks();
  const received = collector();
  const server = streamEcho(open, {
    socketOpen: (socket) => events.set("server open", socket),
    connection: (socket) => events.set("connection", socket),
    open: (stream) => events.set("server stream", stream),
    close: (stream) => events.set("server stream closed", stream),
    socketClose: (socket) => events.set(socket.isServer && socket === server ? "server closed" : "peer closed", socket),
  });
  const client = open({
    hostname: "localhost",
    port: server.port,
    socketOpen: (socket) => events.set("client open", socket),
    open: (stream) => events.set("client stream", [stream, stream.readyState, stream.id]),
    data: (stream, bytes) => received.add(bytes),
    drain: (stream) => events.set("drain", stream),
    close: (stream) => events.set("client stream closed", stream),
    socketClose: (socket) => events.set("client closed", socket),
  });
  assert.equal(await events.get("server open"), server);
  assert.equal(await events.get("client open"), client);
  const connection = await events.get("connection");
  assert.notEqual(connection, server);

  const meta = { purpose: "test" };
  const stream = client.stream(meta);
  assert.equal(stream.data, meta);
  assert.equal(stream.readyState, 1);
  assert.equal(stream.write(Buffer.from("Hello QUIC!")), 11);
  assert.deepEqual(await events.get("client stream"), [stream, 2, 0]);
  assert.equal((await received.untilText("!")).toString(), "Echo: Hello QUIC!");
  assert.equal(await events.get("drain"), stream);
  assert.equal(stream.writableLength, 0);

  const peerStream = await events.get("server stream");
  assert.equal(peerStream.id, stream.id);
  assert.equal(peerStream.socket, connection);
  assert.equal(peerStream.readyState, 2);
  assert.equal(connection.getStream(0), peerStream);
  assert.equal(connection.streamCount, 0);

  stream.close();
  assert.equal(stream.readyState, 3);
  assert.equal(client.streamCount, 0);
  assert.equal(client.getStream(0), undefined);
  assert.equal(await events.get("client stream closed"), stream);
  assert.equal(await events.get("server stream closed"), peerStream);

  client.close();
  assert.equal(await events.get("client closed"), client);
  assert.equal(await events.get("peer closed"), connection);
  server.close();
  assert.equal(await events.get("server closed"), server);
});

test("end() sends what was written, the peer's side ends in turn, and both streams close", async (open) => {
  const events = marks();
  const received = collector();
  const server = streamEcho(open, { close: (stream) => events.set("server stream closed", stream.readyState) });
  const client = open({
    hostname: "localhost",
    port: server.port,
    data: (stream, bytes) => received.add(bytes),
    close: (stream) => events.set("client stream closed", stream),
  });
  const stream = client.stream();
  stream.write("last words");
  stream.end();
  assert.equal(stream.write("too late"), 0);
  assert.equal(await events.get("client stream closed"), stream);
  assert.equal(stream.readyState, 3);
  assert.equal(await events.get("server stream closed"), 3);
  assert.equal((await received.untilLength(16)).toString(), "Echo: last words");
});

test("an async data callback can answer after the peer's end", async (open) => {
  const received = collector();
  const asked = marks();
  const server = streamEcho(open, {
    async data(stream, bytes) {
      asked.set("data");
      await asked.get("go on");
      stream.write(`late: ${bytes}`);
    },
  });
  const client = open({ hostname: "localhost", port: server.port, data: (stream, bytes) => received.add(bytes) });
  client.stream().end("question");
  await asked.get("data");
  asked.set("go on");
  assert.equal((await received.untilLength(14)).toString(), "late: question");
});

test("with an end callback the stream stays half open until the program ends it", async (open) => {
  const events = marks();
  const received = collector();
  const server = streamEcho(open, { data() {}, end: (stream) => events.set("end", stream) });
  const client = open({
    hostname: "localhost",
    port: server.port,
    data: (stream, bytes) => received.add(bytes),
    close: (stream) => events.set("close", stream),
  });
  const stream = client.stream();
  stream.end("all");
  const peerStream = await events.get("end");
  assert.equal(peerStream.readyState, 2);
  assert.equal(peerStream.write("answer"), 6);
  peerStream.end();
  assert.equal((await received.untilLength(6)).toString(), "answer");
  assert.equal(await events.get("close"), stream);
});

test("closeStream() takes an id or a stream and tells whether there was one", async (open) => {
  const server = streamEcho(open);
  const client = open({ hostname: "localhost", port: server.port, data() {} });
  const [first, second] = [client.stream(), client.stream()];
  assert.equal(client.closeStream(first.id), true);
  assert.equal(first.readyState, 3);
  assert.equal(client.streamCount, 1);
  assert.equal(client.closeStream(second), true);
  assert.equal(client.streamCount, 0);
  assert.equal(client.closeStream(second), false);
  assert.equal(client.closeStream(12345), false);
});

test("a server opens streams too", async (open) => {
  const received = collector();
  const opened = marks();
  const server = streamEcho(open, {
    connection(socket) {
      assert.equal(socket.streamCount, 0);
      const streams = ["a", "b", "c"].map((meta) => socket.stream(meta));
      opened.set("streams", [streams.map((stream) => stream.id), socket.streamCount, socket.streamIds]);
      streams[0].write("from the server");
    },
  });
  open({ hostname: "localhost", port: server.port, data: (stream, bytes) => received.add(bytes) });
  const [ids, count, listed] = await opened.get("streams");
  assert.equal(new Set(ids).size, 3);
  assert.equal(count, 3);
  assert.deepEqual(listed, ids);
  assert.equal((await received.untilLength(15)).toString(), "from the server");
});
