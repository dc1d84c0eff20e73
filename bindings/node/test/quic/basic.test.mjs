import assert from "node:assert/strict";
import { echoServer, marks, quic, test } from "../support.mjs";

test("quic is a function that needs an object", () => {
  assert.equal(typeof quic, "function");
  for (const wrong of [undefined, null, "text", 4433, [], () => {}]) {
    assert.throws(() => quic(wrong), { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" });
  }
});

test("a client has its methods and properties at once", async (open) => {
  const server = echoServer(open);
  const socket = open({ hostname: "localhost", port: server.port, data: { test: true }, message() {} });
  for (const name of [
    "connect", "listen", "write", "read", "stream", "createStream", "getStream", "closeStream", "close", "ref", "unref",
  ]) {
    assert.equal(typeof socket[name], "function", name);
  }
  assert.equal(socket.isConnected, false);
  assert.equal(socket.isServer, false);
  assert.equal(socket.has0RTT, false);
  assert.equal(socket.streamCount, 0);
  assert.deepEqual(socket.streamIds, []);
  assert.deepEqual(socket.data, { test: true });
  assert.equal(socket.serverName, "localhost");
  assert.equal(socket.port, server.port);
  assert.equal(socket.readyState, "open");
  socket.close();
  assert.equal(socket.readyState, "closed");
});

test("a server is open right after the call and closed right after close()", async (open) => {
  const server = echoServer(open);
  assert.equal(server.isServer, true);
  assert.equal(server.readyState, "open");
  server.close();
  assert.equal(server.readyState, "closed");
});

test("port 0 becomes the port that was taken, also inside open", async (open) => {
  const events = marks();
  const server = echoServer(open, { open: (socket) => events.set("open", [socket, socket.port]) });
  assert.ok(server.port > 0 && server.port < 65536);
  assert.deepEqual(await events.get("open"), [server, server.port]);
});

test("the result can be awaited", async (open) => {
  const server = await echoServer(open);
  const client = await open({ hostname: "localhost", port: server.port, message() {} });
  assert.equal(server.isServer, true);
  assert.equal(client.isServer, false);
  assert.equal(client.readyState, "open");
});

test("the port is 443 and the host is localhost where they are not given", (open) => {
  const [onlyHost, onlyPort] = [open({ hostname: "localhost", error() {} }), open({ port: 9, error() {} })];
  assert.deepEqual([onlyHost.serverName, onlyHost.port], ["localhost", 443]);
  assert.deepEqual([onlyPort.serverName, onlyPort.port], ["localhost", 9]);
});

test("ref() and unref() give back what they were called on", async (open) => {
  const server = echoServer(open);
  const client = open({ hostname: "localhost", port: server.port, message() {} });
  const stream = client.createStream();
  for (const each of [server, client, stream]) assert.equal(each.unref().ref(), each);
});

test("without an address nothing happens until connect()", async (open) => {
  const events = marks();
  const server = echoServer(open);
  const socket = open({ open: (self) => events.set("open", self), message() {} });
  assert.equal(socket.readyState, "connecting");
  assert.throws(() => socket.write("too early"), { code: "ERR_QUIC_STATE" });
  assert.throws(() => socket.createStream(), { code: "ERR_QUIC_STATE" });
  assert.equal(socket.connect("localhost", server.port), socket);
  assert.equal(socket.readyState, "open");
  assert.equal(await events.get("open"), socket);
  assert.equal(socket.isConnected, true);
});

test("without an address nothing happens until listen()", async (open) => {
  const events = marks();
  const server = open({ server: true, open: (self) => events.set("open", self.port), message() {} });
  assert.equal(server.port, 0);
  assert.equal(server.listen("localhost", 0), server);
  assert.equal(server.readyState, "open");
  assert.equal(await events.get("open"), server.port);
  assert.ok(server.port > 0);
});

test("a socket that never had an address still gets its close", async (open) => {
  const events = marks();
  const socket = open({ close: (self) => events.set("close", self), message() {} });
  socket.close();
  assert.equal(await events.get("close"), socket);
});

test("createStream() before the handshake gives distinct streams", async (open) => {
  const server = echoServer(open);
  const socket = open({ hostname: "localhost", port: server.port, message() {} });
  assert.equal(socket.streamCount, 0);
  const [first, second] = [socket.createStream(), socket.createStream()];
  assert.notEqual(first, second);
  assert.notEqual(first.id, second.id);
  assert.equal(first.readyState, 1);
  assert.equal(first.socket, socket);
  assert.equal(socket.streamCount, 2);
  assert.deepEqual(socket.streamIds, [first.id, second.id]);
  assert.equal(socket.getStream(second.id), second);
});
