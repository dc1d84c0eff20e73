import assert from "node:assert/strict";
import { certificate, echoServer, marks, test } from "../support.mjs";

const flags = ({ has0RTT, isResumed, stats }) => ({ has0RTT, isResumed, ofStats: stats.has0RTT });

test("has0RTT and isResumed are booleans on both sides, and false on a first connection", async (open) => {
  const events = marks();
  const server = echoServer(open, { connection: (socket) => events.set("server", flags(socket)) });
  const client = open({
    hostname: "localhost",
    port: server.port,
    open: (socket) => events.set("client", flags(socket)),
    message() {},
  });
  const none = { has0RTT: false, isResumed: false, ofStats: false };
  assert.deepEqual(flags(client), none);
  assert.deepEqual(await events.get("server"), none);
  assert.deepEqual(await events.get("client"), none);
});

test("a session that is resumed without early data says so on both sides, and has0RTT stays false", async (open) => {
  const { cert, key } = certificate();
  const connections = [];
  const server = echoServer(open, { tls: { cert, key }, connection: (socket) => connections.push(socket) });
  const clients = [];
  for (let visit = 0; visit < 2; ++visit) {
    const events = marks();
    const client = open({
      hostname: "localhost", port: server.port, tls: { ca: cert },
      open: (socket) => socket.write("hello"), // before the echo the ticket has come
      message: () => events.set("echo"),
      close: () => events.set("close"),
    });
    await events.get("echo");
    client.close();
    await events.get("close");
    clients.push(client);
  }
  const of = (isResumed) => ({ has0RTT: false, isResumed, ofStats: false });
  assert.deepEqual(clients.map(flags), [of(false), of(true)]);
  assert.deepEqual(connections.map(flags), [of(false), of(true)]);
});
