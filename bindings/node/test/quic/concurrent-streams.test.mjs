import assert from "node:assert/strict";
import { collector, echoServer, marks, test } from "../support.mjs";

test("fifty streams at once each get their own echo", async (open) => {
  const server = open({ hostname: "localhost", port: 0, server: true, data: (stream, bytes) => stream.write(bytes) });
  const client = open({
    hostname: "localhost",
    port: server.port,
    data: (stream, bytes) => stream.data.received.add(bytes),
    close: (stream) => stream.data.events.set("close", stream.id),
  });
  const ids = await Promise.all(Array.from({ length: 50 }, async (_, index) => {
    const meta = { received: collector(), events: marks() };
    const stream = client.stream(meta);
    const text = `stream ${index} `.repeat(100);
    stream.end(text);
    assert.equal((await meta.received.untilLength(text.length)).toString(), text);
    return meta.events.get("close");
  }));
  assert.equal(new Set(ids).size, 50);
  assert.equal(client.streamCount, 0);
});

test("more streams than the peer allows at once wait for their turn", async (open) => {
  const server = open({ hostname: "localhost", port: 0, server: true, data: (stream, bytes) => stream.write(bytes) });
  const client = open({
    hostname: "localhost",
    port: server.port,
    data: (stream, bytes) => stream.data.received.add(bytes),
  });
  await Promise.all(Array.from({ length: 400 }, async (_, index) => {
    const meta = { received: collector() };
    client.stream(meta).end(`number ${index}.`);
    assert.equal((await meta.received.untilText(".")).toString(), `number ${index}.`);
  }));
});

test("socket mode: write() uses the streams that are there", async (open) => {
  const received = collector();
  const counted = marks();
  const server = echoServer(open, {
    connection(socket) {
      for (let i = 0; i < 10; i++) {
        socket.createStream();
        socket.write(`message ${i};`);
      }
      counted.set("streamCount", socket.streamCount);
    },
  });
  open({ hostname: "localhost", port: server.port, message: (socket, bytes) => received.add(bytes) });
  assert.equal(await counted.get("streamCount"), 10);
  const text = Array.from({ length: 10 }, (_, i) => `message ${i};`).join("");
  assert.equal((await received.untilLength(text.length)).toString(), text);
});

test("streamCount goes down as streams are closed", async (open) => {
  const events = marks();
  const server = echoServer(open);
  const client = open({ hostname: "localhost", port: server.port, data() {}, close: (s) => events.set(s.id, s) });
  const [first, second] = [client.createStream(), client.createStream()];
  first.write("1");
  second.write("2");
  assert.equal(client.streamCount, 2);
  second.close();
  assert.equal(client.streamCount, 1);
  assert.deepEqual(client.streamIds, [first.id]);
  first.end();
  assert.equal(await events.get(first.id), first);
  assert.equal(client.streamCount, 0);
});
