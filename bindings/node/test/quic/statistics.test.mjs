import assert from "node:assert/strict";
import { collector, echoServer, test } from "../support.mjs";

const datagrams = { datagramsSent: 0, datagramsReceived: 0, datagramsDropped: 0 };

test("stats has its values from the beginning", async (open) => {
  const server = echoServer(open);
  const client = open({ hostname: "localhost", port: server.port, message() {} });
  const fresh = { streamCount: 0, isConnected: false, has0RTT: false, bytesSent: 0, bytesReceived: 0, ...datagrams };
  assert.deepEqual(client.stats, fresh);
  assert.deepEqual(server.stats, fresh);
});

test("stats counts what went and what came, on a connection and on its server", async (open) => {
  const received = collector();
  let connection;
  const server = echoServer(open, {
    connection(socket) {
      connection = socket;
      socket.write("Hello statistics!");
    },
    message(socket) {
      socket.write("!");
    },
  });
  const client = open({
    hostname: "localhost",
    port: server.port,
    open: (socket) => socket.write("Stats"),
    message: (socket, bytes) => {
      received.add(bytes);
      assert.ok(socket.stats.bytesReceived > 0);
    },
  });
  await received.untilText("!!");
  const expected = { streamCount: 1, isConnected: true, has0RTT: false, bytesSent: 5, bytesReceived: 18, ...datagrams };
  assert.deepEqual(client.stats, expected);
  const { bytesSent, bytesReceived } = connection.stats;
  assert.deepEqual({ bytesSent, bytesReceived }, { bytesSent: 18, bytesReceived: 5 });
  assert.equal(server.stats.bytesSent, 18);
  assert.equal(server.stats.bytesReceived, 5);
  client.close();
  assert.equal(client.stats.isConnected, false);
  assert.equal(client.stats.bytesReceived, 18);
});
