import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { collector, echoServer, marks, test } from "../support.mjs";

// Bytes in which every place tells where it is.
function pattern(length) {
  const bytes = Buffer.alloc(length);
  for (let offset = 0; offset + 4 <= length; offset += 4) bytes.writeUInt32BE(offset, offset);
  return bytes;
}

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

test("64 KiB written in connection arrive whole and in order", async (open) => {
  const sent = pattern(64 * 1024);
  const received = collector();
  const server = echoServer(open, {
    connection(socket) {
      assert.equal(socket.write(sent), sent.length);
    },
  });
  open({ hostname: "localhost", port: server.port, message: (socket, bytes) => received.add(bytes) });
  const bytes = await received.untilLength(sent.length);
  assert.equal(bytes.length, sent.length);
  assert.equal(digest(bytes), digest(sent));
});

test("64 KiB of text too", async (open) => {
  const text = "x".repeat(64 * 1024);
  const received = collector();
  const server = echoServer(open, { connection: (socket) => socket.write(text) });
  open({ hostname: "localhost", port: server.port, message: (socket, bytes) => received.add(bytes) });
  assert.equal((await received.untilLength(text.length)).toString(), text);
});

test("8 MiB go there and back over one stream", async (open) => {
  const sent = pattern(8 * 1024 * 1024);
  const hash = createHash("sha256");
  const events = marks();
  let length = 0;
  const server = open({ hostname: "localhost", port: 0, server: true, data: (stream, bytes) => stream.write(bytes) });
  const client = open({
    hostname: "localhost",
    port: server.port,
    data(stream, bytes) {
      hash.update(bytes);
      length += bytes.length;
    },
    close: () => events.set("close", hash.digest("hex")),
  });
  client.stream().end(sent);
  assert.equal(await events.get("close", 25_000), digest(sent));
  assert.equal(length, sent.length);
  assert.equal(client.stats.bytesSent, sent.length);
  assert.equal(client.stats.bytesReceived, sent.length);
});

test("a socket that is not read holds its peer back, and read() lets it go on", async (open) => {
  const sent = pattern(4 * 1024 * 1024);
  const events = marks();
  let connection;
  const server = open({
    hostname: "localhost",
    port: 0,
    server: true,
    connection(socket) {
      connection = socket;
      const stream = socket.stream();
      stream.write(sent);
    },
    drain: () => events.set("all sent"),
    socketError() {},
  });
  const client = open({ hostname: "localhost", port: server.port });
  const chunks = [];
  let length = 0;
  let longestUnread = 0;
  const limit = Date.now() + 20_000;
  while (length < sent.length) {
    assert.ok(Date.now() < limit, `only ${length} bytes came`);
    await new Promise(setImmediate);
    const chunk = client.read();
    if (chunk === null) continue;
    longestUnread = Math.max(longestUnread, chunk.length);
    chunks.push(chunk);
    length += chunk.length;
  }
  assert.equal(digest(Buffer.concat(chunks)), digest(sent));
  assert.ok(longestUnread < sent.length, "it came piece by piece");
  await events.get("all sent");
  assert.equal(connection.stats.bytesSent, sent.length);
});
