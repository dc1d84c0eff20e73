import assert from "node:assert/strict";
import { echoServer, marks, test } from "../support.mjs";

test("has0RTT is a boolean on both sides, and false on a first connection", async (open) => {
  const events = marks();
  const server = echoServer(open, {
    connection: (socket) => events.set("server", [socket.has0RTT, socket.stats.has0RTT]),
  });
  const client = open({
    hostname: "localhost",
    port: server.port,
    open: (socket) => events.set("client", [socket.has0RTT, socket.stats.has0RTT]),
    message() {},
  });
  assert.equal(client.has0RTT, false);
  assert.deepEqual(await events.get("server"), [false, false]);
  assert.deepEqual(await events.get("client"), [false, false]);
});
