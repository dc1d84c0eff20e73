import assert from "node:assert/strict";
import { certificate, collector, echoServer, marks, test } from "../support.mjs";

test("socket mode: open, connection, message and close come on both sides", async (open) => {
  const events = marks();
  const received = collector();
  const server = echoServer(open, {
    data: { name: "server" },
    open: (socket) => events.set("server open", socket),
    connection: (socket) => events.set("connection", socket),
    message(socket, bytes) {
      assert.ok(Buffer.isBuffer(bytes));
      socket.write(`Echo: ${bytes}`);
    },
    close: (socket) => events.set(socket === server ? "server close" : "connection close", socket),
  });
  const client = open({
    hostname: "localhost",
    port: server.port,
    open(socket) {
      events.set("client open", [socket, socket.isConnected, socket.readyState, socket.serverName, socket.streamCount]);
      socket.write("Hello from the client");
    },
    message: (socket, bytes) => received.add(bytes),
    close: (socket) => events.set("client close", socket),
  });
  assert.equal(await events.get("server open"), server);
  assert.deepEqual(await events.get("client open"), [client, true, "open", "localhost", 0]);
  const connection = await events.get("connection");
  assert.notEqual(connection, server);
  assert.equal(connection.isServer, true);
  assert.equal(connection.isConnected, true);
  assert.equal(connection.readyState, "open");
  assert.equal(connection.serverName, "localhost");
  assert.equal(connection.data, server.data);
  assert.match(connection.connectionId, /^[0-9a-f]+$/);
  assert.match(client.connectionId, /^[0-9a-f]+$/);
  assert.ok(connection.port > 0);
  assert.match(connection.remoteAddress, /^(::1|127\.0\.0\.1)$/);
  assert.equal((await received.untilText("client")).toString(), "Echo: Hello from the client");
  assert.equal(client.streamCount, 1);
  assert.equal(connection.streamCount, 0);

  client.close();
  assert.equal(client.isConnected, false);
  assert.equal(await events.get("client close"), client);
  assert.equal(await events.get("connection close"), connection);
  assert.equal(connection.readyState, "closed");
  assert.equal(server.readyState, "open");
  server.close();
  assert.equal(await events.get("server close"), server);
});

test("what is written before the handshake arrives", async (open) => {
  const received = collector();
  const server = echoServer(open);
  const client = open({ hostname: "localhost", port: server.port, message: (socket, bytes) => received.add(bytes) });
  assert.equal(client.write("early "), 6);
  assert.equal(client.write(Buffer.from("bird")), 4);
  assert.equal(client.streamCount, 1);
  assert.equal((await received.untilLength(10)).toString(), "early bird");
});

test("close() of a server closes its connections first", async (open) => {
  const closed = [];
  const events = marks();
  const server = echoServer(open, {
    connection: () => events.set("connection"),
    close(socket) {
      closed.push(socket);
      if (socket === server) events.set("server close");
    },
  });
  const close = () => events.set("client close");
  const client = open({ hostname: "localhost", port: server.port, message() {}, close });
  await events.get("connection");
  server.close();
  await events.get("server close");
  assert.equal(closed.length, 2);
  assert.equal(closed[1], server);
  assert.equal(closed[0].readyState, "closed");
  await events.get("client close");
  assert.equal(client.readyState, "closed");
});

test("a server's connection can be closed alone", async (open) => {
  const events = marks();
  const server = echoServer(open, { connection: (socket) => socket.close() });
  const client = open({
    hostname: "localhost",
    port: server.port,
    message() {},
    close: (socket) => events.set("close", socket),
    error: (socket, error) => events.set("error", error),
  });
  assert.equal(await Promise.race([events.get("close"), events.get("error")]), client);
  assert.equal(server.readyState, "open");
});

test("a certificate of one's own is verified with its ca", async (open) => {
  const identity = certificate();
  const events = marks();
  const server = echoServer(open, { tls: { cert: identity.cert, key: identity.key } });
  const tls = { ca: Buffer.from(identity.cert), rejectUnauthorized: true };
  const client = open({ hostname: "localhost", port: server.port, tls, open: (socket) => events.set("open", socket) });
  assert.equal(await events.get("open"), client);
});

test("a socket and streams speak to each other across the modes", async (open) => {
  const received = collector();
  const server = echoServer(open);
  const client = open({ hostname: "localhost", port: server.port, data: (stream, bytes) => received.add(bytes) });
  client.stream().write("from a stream");
  assert.equal((await received.untilLength(13)).toString(), "from a stream");
});

test("a peer that closes a stream without a code causes close, not error", async (open) => {
  const events = marks();
  const server = open({
    hostname: "localhost",
    port: 0,
    server: true,
    data: (stream) => events.set("data", stream),
    close: (stream) => events.set("outcome", stream),
    error: (stream, error) => events.set("outcome", error),
  });
  const stream = open({ hostname: "localhost", port: server.port, data() {} }).stream();
  stream.write("and away");
  const peerStream = await events.get("data");
  stream.close();
  assert.equal(await events.get("outcome"), peerStream);
});
