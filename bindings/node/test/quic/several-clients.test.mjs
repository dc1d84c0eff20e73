import assert from "node:assert/strict";
import { collector, echoServer, marks, test } from "../support.mjs";

async function echoes(client, received, text) {
  assert.equal(client.write(text), text.length);
  assert.equal((await received.untilLength(text.length)).toString(), text);
}

test("two clients at once each get their own echo", async (open) => {
  const connections = new Set();
  const server = echoServer(open, { connection: (socket) => connections.add(socket) });
  const clients = ["first", "second"].map((text) => {
    const received = collector();
    const message = (socket, bytes) => received.add(bytes);
    return { text, received, socket: open({ hostname: "localhost", port: server.port, message }) };
  });
  await Promise.all(clients.map(({ socket, received, text }) => echoes(socket, received, text)));
  assert.equal(connections.size, 2);
  const [one, other] = connections;
  assert.notEqual(one.connectionId, other.connectionId);
  assert.ok(!connections.has(server));
});

test("clients that come after another have gone are served", async (open) => {
  const server = echoServer(open);
  for (const text of ["one", "two", "three"]) {
    const received = collector();
    const events = marks();
    const client = open({
      hostname: "localhost",
      port: server.port,
      message: (socket, bytes) => received.add(bytes),
      close: () => events.set("close"),
    });
    await echoes(client, received, text);
    client.close();
    await events.get("close");
  }
});

test("twenty clients at once", async (open) => {
  const server = echoServer(open);
  await Promise.all(Array.from({ length: 20 }, (_, index) => {
    const received = collector();
    const message = (socket, bytes) => received.add(bytes);
    return echoes(open({ hostname: "localhost", port: server.port, message }), received, `client ${index}`);
  }));
});
