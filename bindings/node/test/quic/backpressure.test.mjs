// A program that is slow, or pauses, holds its peer back, and hears of everything in its order.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { collector, deferred, marks, test, within } from "../support.mjs";

const mebibyte = 1 << 20;
// What may be on its way to a receiver that takes nothing: windows of flow control and what is buffered.
const mostAhead = 24 * mebibyte;
const far = 64 * mebibyte;

// A server that sends `size` bytes on each stream, as fast as the peer takes them; sent() tells how many went.
function source(open, size) {
  const chunk = Buffer.alloc(256 * 1024, "x");
  const left = new Map();
  let sent = 0;
  const more = (stream) => {
    const bytes = Math.min(left.get(stream), chunk.length);
    if (bytes === 0) return stream.end();
    left.set(stream, left.get(stream) - bytes);
    sent += bytes;
    return stream.write(chunk.subarray(0, bytes));
  };
  const server = open({
    hostname: "localhost", port: 0, server: true,
    open: (stream) => left.set(stream, size),
    data: more,
    drain: (stream) => more(stream),
  });
  return { port: server.port, sent: () => sent };
}

// Until `value()` is the same for half a second.
async function settled(value) {
  for (;;) {
    const before = value();
    await sleep(500);
    if (value() === before) return before;
  }
}

for (const mode of ["stream", "socket"]) {
  test(`in ${mode} mode no further callback runs while a promise is pending, and the sender waits`, async (open) => {
    const server = source(open, far);
    let [running, most, calls, received] = [0, 0, 0, 0];
    let gate = deferred();
    const ended = deferred();
    const take = async (from, bytes) => {
      most = Math.max(most, ++running);
      calls++;
      await gate.promise;
      received += bytes.length;
      running--;
      if (received === far) ended.resolve();
    };
    const client = open({
      hostname: "localhost", port: server.port, ...(mode === "stream" ? { data: take } : { message: take }),
    });
    client.stream().write("go");
    const ahead = await settled(server.sent);
    assert.equal(calls, 1);
    assert.equal(received, 0);
    assert.ok(ahead > 0 && ahead < mostAhead, `${ahead} bytes were sent to a callback that takes none`);
    gate.resolve();
    await within(ended.promise, "all bytes", 60_000);
    assert.equal(most, 1);
  });
}

test("what came while a promise was pending is told in one call", async (open) => {
  const told = [];
  const events = marks();
  const server = open({
    hostname: "localhost", port: 0, server: true,
    async data(stream, bytes) {
      told.push(`${bytes}`);
      events.set("data");
      await events.get("go on");
    },
    end: () => events.set("end"),
  });
  const client = open({ hostname: "localhost", port: server.port, data() {} });
  const stream = client.stream();
  stream.write("first");
  await events.get("data");
  for (const text of ["a", "b", "c", "d"]) {
    stream.write(text);
    await sleep(20);
  }
  stream.end();
  await sleep(200);
  events.set("go on");
  await events.get("end");
  assert.deepEqual(told, ["first", "abcd"]);
});

test("a callback that fails counts as done, and its error is told", async (open) => {
  const received = collector();
  const events = marks();
  const server = open({
    hostname: "localhost", port: 0, server: true,
    async data(stream, bytes) {
      received.add(bytes);
      if (String(bytes) === "one") throw new Error("of the callback");
    },
    error: (stream, error) => events.set("error", error),
  });
  const client = open({ hostname: "localhost", port: server.port, data() {} });
  const stream = client.stream();
  stream.write("one");
  assert.equal((await events.get("error")).message, "of the callback");
  stream.write("two");
  await received.untilText("two");
});

test("end and close come after all data that came before, however slow the callback is", async (open) => {
  const told = [];
  const closed = deferred();
  const server = open({
    hostname: "localhost", port: 0, server: true,
    async data(stream, bytes) {
      await sleep(30);
      told.push(`${bytes}`);
    },
    end(stream) {
      told.push("end");
      stream.end();
    },
    close() {
      told.push("close");
      closed.resolve();
    },
  });
  const client = open({ hostname: "localhost", port: server.port, data() {} });
  const stream = client.stream();
  for (const text of ["a", "b", "c"]) {
    stream.write(text);
    await sleep(10);
  }
  stream.end();
  await within(closed.promise, "the close");
  assert.equal(told.join(""), "abcendclose");
});

test("what came whole is told to the end, also when the connection is gone by then", async (open) => {
  const told = [];
  const asked = marks();
  const server = open({
    hostname: "localhost", port: 0, server: true,
    async data(stream, bytes) {
      asked.set("data");
      await asked.get("go on");
      told.push(`${bytes}`);
    },
    end(stream) {
      asked.set("end", stream.readyState);
      told.push("end");
    },
    close: () => told.push("close"),
    socketClose(socket) {
      if (socket !== server) asked.set("closed");
    },
    socketError: () => told.push("error"),
  });
  const client = open({ hostname: "localhost", port: server.port, data() {}, idleTimeoutMs: 500 });
  const stream = client.stream();
  stream.write("first;");
  await asked.get("data");
  stream.end("second;");
  await sleep(1500);
  assert.deepEqual(told, ["error"]);
  asked.set("go on");
  await asked.get("closed");
  assert.equal(told.join(" "), "error first; second; end close");
});

test("a stream that broke off is closed at once, and what waits is not told", async (open) => {
  const told = [];
  const asked = marks();
  const server = open({
    hostname: "localhost", port: 0, server: true,
    async data(stream, bytes) {
      told.push(`${bytes}`);
      asked.set("data");
      await asked.get("never", 60_000).catch(() => {});
    },
    error: (stream, error) => told.push(error.protocolCode),
    close: () => asked.set("closed"),
  });
  const client = open({ hostname: "localhost", port: server.port, data() {} });
  const stream = client.stream();
  stream.write("first");
  await asked.get("data");
  stream.write("second");
  await sleep(100);
  stream.close(7);
  await asked.get("closed");
  assert.deepEqual(told, ["first", 7]);
  asked.set("never");
});

test("pause() of a stream tells nothing until resume(), and the sender waits", async (open) => {
  const server = source(open, far);
  let received = 0;
  const [paused, ended] = [deferred(), deferred()];
  const client = open({
    hostname: "localhost", port: server.port,
    data(stream, bytes) {
      received += bytes.length;
      if (received === bytes.length) {
        assert.equal(stream.pause(), stream);
        paused.resolve(stream);
      }
    },
    end: () => ended.resolve(),
  });
  const stream = client.stream();
  assert.equal(stream.isPaused, false);
  stream.write("go");
  assert.equal(await within(paused.promise, "the pause"), stream);
  const before = received;
  const ahead = await settled(server.sent);
  assert.equal(received, before);
  assert.equal(stream.isPaused, true);
  assert.ok(ahead < mostAhead, `${ahead} bytes were sent to a paused stream`);
  assert.equal(stream.resume(), stream);
  assert.equal(stream.isPaused, false);
  await within(ended.promise, "the end", 60_000);
  assert.equal(received, far);
});

test("pause() of a socket holds all its streams, also in socket mode", async (open) => {
  const received = collector();
  let connection;
  const events = marks();
  const server = open({
    hostname: "localhost", port: 0, server: true,
    connection(socket) {
      connection = socket;
      assert.equal(socket.pause(), socket);
      events.set("connection");
    },
    message: (socket, bytes) => received.add(bytes),
  });
  const client = open({ hostname: "localhost", port: server.port, message() {} });
  client.stream().write("one");
  client.stream().write("two");
  await events.get("connection");
  await sleep(300);
  assert.equal(connection.isPaused, true);
  assert.equal((await received.until(() => true, "nothing")).length, 0);
  connection.resume();
  assert.equal(connection.isPaused, false);
  await received.untilLength(6);
});

test("closing while paused drops what waits", async (open) => {
  const told = [];
  const events = marks();
  const server = open({
    hostname: "localhost", port: 0, server: true,
    open: (stream) => events.set("stream", stream.pause()),
    data: () => told.push("data"),
    close: () => events.set("closed"),
  });
  const client = open({ hostname: "localhost", port: server.port, data() {} });
  client.stream().end("bytes");
  const stream = await events.get("stream");
  await sleep(100);
  stream.close();
  await events.get("closed");
  stream.resume();
  assert.deepEqual(told, []);
});

test("a paused stream that came whole is told after resume(), though the connection is gone", async (open) => {
  const told = [];
  const events = marks();
  const server = open({
    hostname: "localhost", port: 0, server: true,
    open: (stream) => events.set("stream", stream.pause()),
    data: (stream, bytes) => told.push(`${bytes}`),
    end: () => told.push("end"),
    close: () => told.push("close"),
    socketClose: (socket) => socket !== server && events.set("socket closed"),
    socketError: () => events.set("lost"),
  });
  const client = open({ hostname: "localhost", port: server.port, data() {}, idleTimeoutMs: 300 });
  client.stream().end("all of it");
  const stream = await events.get("stream");
  await events.get("lost");
  assert.deepEqual([told, stream.readyState, stream.socket.readyState], [[], 3, "closed"]);
  stream.resume();
  await events.get("socket closed");
  assert.deepEqual(told, ["all of it", "end", "close"]);
});

test("closing a socket whose connection is gone drops what is paused", async (open) => {
  const told = [];
  const events = marks();
  const server = open({
    hostname: "localhost", port: 0, server: true,
    open: (stream) => events.set("stream", stream.pause()),
    data: () => told.push("data"),
    close: () => told.push("close"),
    socketError: () => events.set("lost"),
  });
  const client = open({ hostname: "localhost", port: server.port, data() {}, idleTimeoutMs: 300 });
  client.stream().end("all of it");
  const { socket } = await events.get("stream");
  await events.get("lost");
  socket.close();
  assert.deepEqual(told, []);
  await within(socket.closed, "the end of the socket");
  assert.deepEqual(told, ["close"]);
});

test("without a data callback bytes wait for a reader, and the socket's end does not wait for one", async (open) => {
  const told = [];
  const events = marks();
  const server = open({
    hostname: "localhost", port: 0, server: true,
    open: (stream) => events.set("stream", stream),
    end: () => told.push("end"),
    close: () => told.push("close"),
    socketClose: (socket) => socket !== server && told.push("socketClose") && events.set("gone"),
  });
  const client = open({ hostname: "localhost", port: server.port, data() {} });
  client.stream().end("nobody reads it");
  const stream = await events.get("stream");
  stream.end();
  await sleep(200);
  assert.deepEqual(told, []);
  assert.equal(stream.isReadable, true);
  client.close();
  await events.get("gone");
  assert.deepEqual(told, ["close", "socketClose"]);
});
