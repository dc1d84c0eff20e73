import assert from "node:assert/strict";
import { collector, echoServer, freePort, marks, test, within } from "../support.mjs";

const big = Buffer.alloc(3 << 20);
for (let offset = 0; offset < big.length; offset += 4) big.writeUInt32BE(offset, offset);

// A server that gathers what its one connection says.
function gatherer(open, received) {
  return open({ hostname: "localhost", port: 0, server: true, message: (socket, bytes) => received.add(bytes) });
}

test("close() delivers what was written, to the last byte", async (open) => {
  const [events, received] = [marks(), collector()];
  const server = gatherer(open, received);
  const client = open({
    hostname: "localhost",
    port: server.port,
    open(socket) {
      assert.equal(socket.write(big), big.length);
      socket.close();
      assert.equal(socket.readyState, "closed");
      assert.equal(socket.isConnected, false);
      assert.equal(socket.write("too late"), 0);
    },
    close: (socket) => events.set("close", socket),
  });
  assert.equal(await events.get("close"), client);
  assert.ok((await received.untilLength(big.length)).equals(big));
  assert.equal(client.stats.bytesSent, big.length);
});

test("close() before the handshake delivers what was written before it", async (open) => {
  const [events, received] = [marks(), collector()];
  const server = gatherer(open, received);
  const client = open({ hostname: "localhost", port: server.port, close: () => events.set("close") });
  client.write("early");
  client.close();
  assert.equal(client.readyState, "closed");
  await events.get("close");
  assert.equal((await received.untilLength(5)).toString(), "early");
});

test("close() in several streams at once delivers all of them", async (open) => {
  const received = collector();
  const server = open({ hostname: "localhost", port: 0, server: true, data: (stream, bytes) => received.add(bytes) });
  const client = open({ hostname: "localhost", port: server.port, data() {} });
  for (let i = 0; i < 20; i++) client.stream().write(Buffer.alloc(10_000, i));
  client.close();
  const bytes = await received.untilLength(200_000);
  for (let i = 0; i < 20; i++) assert.equal(bytes.filter((byte) => byte === i).length, 10_000);
});

test("a server's connection delivers what it wrote before close(), a server what its connections wrote", async (open) => {
  for (const closer of ["connection", "server"]) {
    const [events, received] = [marks(), collector()];
    const server = open({
      hostname: "localhost",
      port: 0,
      server: true,
      connection(socket) {
        socket.write(big);
        (closer === "server" ? server : socket).close();
      },
      message() {},
      close: (socket) => socket === server && events.set("server close"),
    });
    const client = open({
      hostname: "localhost",
      port: server.port,
      message: (socket, bytes) => received.add(bytes),
      close: () => events.set("close"),
      error: (socket, error) => events.set("close", error),
    });
    assert.ok((await received.untilLength(big.length)).equals(big));
    assert.equal(await events.get("close"), undefined);
    assert.equal(client.readyState, "closed");
    server.close();
    await events.get("server close");
  }
});

test("a server that closes takes no new connections, and its port is free after its close", async (open) => {
  const events = marks();
  const server = echoServer(open, {
    connection: () => events.set("connection"),
    close: (socket) => socket === server && events.set("server close"),
  });
  const { port } = server;
  open({ hostname: "localhost", port, message() {} }).write("x");
  await events.get("connection");
  server.close();
  const late = open({
    hostname: "localhost", port, message() {}, open: () => events.set("late", "open"),
    error: (socket, error) => events.set("late", error.code), close: () => events.set("late", "close"),
  });
  assert.notEqual(await events.get("late"), "open");
  assert.equal(late.readyState, "closed");
  await events.get("server close");
  assert.equal(echoServer(open, { port }).port, port);
});

test("a peer that takes nothing delays close() only so long", async (open) => {
  const events = marks();
  const server = open({ hostname: "localhost", port: 0, server: true, connection: () => events.set("connection") });
  const client = open({ hostname: "localhost", port: server.port, close: () => events.set("close") });
  client.write(Buffer.alloc(16 << 20));
  await events.get("connection");
  const began = Date.now();
  client.close();
  await events.get("close");
  assert.ok(Date.now() - began >= 2900, "it had its time");
  assert.ok(client.stats.bytesSent < 16 << 20);
});

test("close() with nothing written does not wait for the peer", async (open) => {
  const events = marks();
  const server = echoServer(open);
  const client = open({
    hostname: "localhost", port: server.port, message() {}, open: () => events.set("open"),
    close: () => events.set("close"),
  });
  await events.get("open");
  client.createStream();
  client.close();
  assert.equal(client.streamCount, 0);
  await events.get("close", 1000);
});

test("Symbol.asyncDispose closes, and settles after the last callback; `closed` tells the same", async (open) => {
  const received = collector();
  const server = gatherer(open, received);
  const told = [];
  const client = open({ hostname: "localhost", port: server.port, close: () => told.push("close") });
  assert.equal(client.closed, client.closed);
  client.closed.then(() => told.push("closed"));
  client.write("last words");
  await within(client[Symbol.asyncDispose](), "the end of the client");
  assert.deepEqual(told, ["close", "closed"]);
  assert.equal(client.readyState, "closed");
  assert.equal((await received.untilLength(10)).toString(), "last words");
  await within(client[Symbol.asyncDispose](), "a second time");
  await within(server[Symbol.asyncDispose](), "the end of the server");
  await within(server.closed, "a look at it afterwards");
});

test("`closed` settles also when the connection fails, or was never made", async (open) => {
  const client = open({ hostname: "localhost", port: await freePort(), message() {}, error() {} });
  await within(client.closed, "the end of a client that nobody answers");
  assert.equal(client.readyState, "closed");
  const idle = open({ message() {} });
  idle.close();
  await within(idle.closed, "the end of a socket without an address");
});
