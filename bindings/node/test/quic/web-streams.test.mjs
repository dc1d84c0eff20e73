// A stream's two sides as web streams, and as an async iterator.
import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { collector, deferred, marks, test, within } from "../support.mjs";

const mebibyte = 1 << 20;
const mostAhead = 24 * mebibyte;
const far = 64 * mebibyte;

// The two ends of one stream, as [client's, server's]; callbacks: of the server, of the client.
async function pair(open, ofServer = {}, ofClient = {}) {
  const arrived = deferred();
  const server = open({
    hostname: "localhost", port: 0, server: true,
    socketOpen() {},
    ...ofServer,
    open: (stream) => {
      ofServer.open?.(stream);
      arrived.resolve(stream);
    },
  });
  const client = open({ hostname: "localhost", port: server.port, socketOpen() {}, ...ofClient });
  const stream = client.stream();
  stream.write("!");
  const peer = await within(arrived.promise, "the peer's stream");
  return [stream, peer];
}

async function text(readable) {
  const decoder = new TextDecoder();
  let all = "";
  for await (const chunk of readable) {
    assert.equal(Object.getPrototypeOf(chunk), Uint8Array.prototype);
    all += decoder.decode(chunk, { stream: true });
  }
  return all;
}

async function rejection(promise, what) {
  let value;
  try {
    value = await within(promise, what);
  } catch (error) {
    return error;
  }
  return assert.fail(`${what} did not reject, but gave ${value}`);
}

test("readable and writable carry bytes both ways, and close() is the end", async (open) => {
  const [stream, peer] = await pair(open);
  assert.equal(stream.readable, stream.readable);
  assert.equal(stream.writable, stream.writable);
  const answered = peer.readable.pipeTo(peer.writable);
  const writer = stream.writable.getWriter();
  await writer.write(new TextEncoder().encode("bytes, "));
  await writer.write("and text");
  await writer.close();
  assert.equal(stream.isWritable, false);
  assert.equal(await within(text(stream.readable), "the echo"), "!bytes, and text");
  await within(answered, "the peer's pipe");
  assert.equal(stream.isReadable, false);
});

test("what came before `readable` was looked at is in it, when no callback took it", async (open) => {
  const [stream, peer] = await pair(open);
  stream.end("early bytes");
  await sleep(300);
  assert.equal(await within(text(peer.readable), "the bytes"), "!early bytes");
});

test("an iterator reads a stream to its end, and the program answers afterwards", async (open) => {
  const [stream, peer] = await pair(open, { data: () => assert.fail("the iterator has it"), open: (s) => s.readable });
  stream.end("question");
  assert.equal(await within(text(peer), "the question"), "!question");
  await sleep(100);
  peer.end("answer");
  assert.equal(await within(text(stream), "the answer"), "answer");
});

test("what is not read is not consumed: the sender waits", async (open) => {
  const [stream, peer] = await pair(open);
  const reader = peer.readable.getReader();
  await reader.read();
  const chunk = new Uint8Array(64 * 1024);
  let sent = 0;
  const writer = stream.writable.getWriter();
  const writing = (async () => {
    while (sent < far) {
      await writer.write(chunk);
      sent += chunk.length;
    }
    await writer.close();
  })();
  for (let before = -1; before !== sent; await sleep(500)) before = sent;
  assert.ok(sent < mostAhead, `${sent} bytes were written to a stream that nobody reads`);
  assert.ok(stream.writableLength <= mebibyte, `${stream.writableLength} bytes wait in the writer`);
  let received = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    received += value.length;
  }
  assert.equal(received, far);
  await within(writing, "the writer");
});

test("cancel() tells the peer to stop, with the reason's code, and leaves the other side alone", async (open) => {
  const events = marks();
  const [stream, peer] = await pair(open, {}, { error: (of, error) => events.set("error", error) });
  await peer.readable.cancel(Object.assign(new Error("enough"), { protocolCode: 9 }));
  const error = await events.get("error");
  assert.equal(error.code, "ERR_QUIC_STOPPED");
  assert.equal(error.protocolCode, 9);
  assert.equal(stream.isWritable, false);
  assert.equal(peer.isReadable, false);
  assert.equal(stream.isReadable, true);
  peer.end("still here");
  assert.equal(await within(text(stream), "the other side"), "still here");
});

test("leaving an iterator early gives up the receiving side", async (open) => {
  const [stream, peer] = await pair(open);
  const writer = stream.writable.getWriter();
  for await (const chunk of peer) {
    assert.equal(chunk.length, 1);
    break;
  }
  assert.equal((await rejection(writer.closed, "the peer's writer")).code, "ERR_QUIC_STOPPED");
  assert.equal(peer.isReadable, false);
  assert.equal(peer.isWritable, true);
});

test("abort() resets with the reason's code: the peer's readable fails, and its other side is left alone", async (open) => {
  const [stream, peer] = await pair(open);
  await stream.writable.abort({ protocolCode: 5 });
  assert.equal(stream.isWritable, false);
  const error = await rejection(text(peer), "the peer's reading");
  assert.equal(error.code, "ERR_QUIC_RESET");
  assert.equal(error.protocolCode, 5);
  peer.end("still here");
  assert.equal(await within(text(stream), "the other side"), "still here");
});

test("abort() does not wait for a write that the peer holds back", async (open) => {
  const [stream, peer] = await pair(open);
  const writer = stream.writable.getWriter();
  const writing = rejection(writer.write(new Uint8Array(far)), "the write");
  await sleep(300);
  await within(writer.abort({ protocolCode: 6 }), "the abort");
  assert.equal((await writing).code, "ERR_QUIC_CLOSED");
  assert.equal((await rejection(text(peer), "the peer's reading")).protocolCode, 6);
});

test("a reset without a code is no good end either", async (open) => {
  const [stream, peer] = await pair(open);
  const reading = text(peer.readable);
  await stream.writable.abort();
  assert.equal((await rejection(reading, "the peer's reading")).code, "ERR_QUIC_RESET");
});

test("when the connection is lost, reading and writing fail", async (open) => {
  const [stream, peer] = await pair(open, { idleTimeoutMs: 300 });
  const errors = await Promise.all([
    rejection(stream.readable.getReader().read(), "reading"),
    rejection(stream.writable.getWriter().closed, "writing"),
    rejection(text(peer), "the peer's reading"),
  ]);
  for (const error of errors) assert.match(error.code, /^ERR_QUIC_/);
});

test("close() of a stream ends its web streams with an error", async (open) => {
  const [stream] = await pair(open);
  const reading = stream.readable.getReader().read();
  const writer = stream.writable.getWriter();
  stream.close();
  assert.equal((await rejection(reading, "reading")).code, "ERR_QUIC_CLOSED");
  assert.equal((await rejection(writer.write("x"), "writing")).code, "ERR_QUIC_CLOSED");
  const late = stream.socket.stream();
  late.close();
  assert.equal((await rejection(text(late.readable), "reading a closed stream")).code, "ERR_QUIC_CLOSED");
  assert.equal((await rejection(late.writable.getWriter().write("x"), "writing to it")).code, "ERR_QUIC_CLOSED");
});

test("the writer takes strings and bytes alone", async (open) => {
  const [stream] = await pair(open);
  const error = await rejection(stream.writable.getWriter().write(7), "writing a number");
  assert.equal(error.code, "ERR_INVALID_ARG_TYPE");
});

test("`readable` goes before the data and end callbacks from the moment that it is looked at", async (open) => {
  const told = [];
  const events = marks();
  const [stream, peer] = await pair(open, {
    data(of, bytes) {
      told.push(`${bytes}`);
      events.set("data");
    },
    end: () => told.push("end"),
  });
  await events.get("data");
  const { readable } = peer;
  stream.end("for the reader");
  assert.equal(await within(text(readable), "the rest"), "for the reader");
  await sleep(100);
  assert.deepEqual(told, ["!"]);
});

test("an async data callback may read the rest from `readable`", async (open) => {
  const events = marks();
  const [stream] = await pair(open, {
    async data(of, bytes) {
      events.set("all", `${bytes}${await text(of.readable)}`);
    },
  });
  stream.end("the rest");
  assert.equal(await events.get("all"), "!the rest");
});

test("in socket mode a stream's `readable` goes before `message`", async (open) => {
  const taken = deferred();
  const server = open({
    hostname: "localhost", port: 0, server: true,
    message: (socket, bytes) => socket.write(bytes),
  });
  const client = open({ hostname: "localhost", port: server.port, message: () => assert.fail("the reader has it") });
  const stream = client.stream();
  text(stream.readable).then(taken.resolve, taken.reject);
  stream.end("echo");
  assert.equal(await within(taken.promise, "the echo"), "echo");
});

test("Duplex.fromWeb() makes a stream of node:stream, for pipeline()", async (open) => {
  const [stream, peer] = await pair(open);
  const echo = Duplex.fromWeb({ readable: peer.readable, writable: peer.writable });
  const echoed = pipeline(echo, echo);
  const sent = Buffer.alloc(2 * mebibyte);
  for (let at = 0; at < sent.length; at += 4) sent.writeUInt32BE(at, at);
  const received = collector();
  const ours = Duplex.fromWeb({ readable: stream.readable, writable: stream.writable });
  const closed = deferred();
  ours.on("data", (bytes) => received.add(bytes)).on("error", closed.reject).on("close", closed.resolve);
  await within(pipeline([sent.subarray(0, mebibyte), sent.subarray(mebibyte)], ours, { end: true }), "writing", 60_000);
  const bytes = await received.untilLength(1 + sent.length);
  assert.ok(bytes.subarray(1).equals(sent));
  await within(echoed, "the echo's pipeline");
  await within(closed.promise, "the end of both sides");
});

test("destroy() of such a duplex gives up both sides", async (open) => {
  const [stream, peer] = await pair(open);
  const duplex = Duplex.fromWeb({ readable: stream.readable, writable: stream.writable });
  const closed = deferred();
  duplex.on("error", () => {}).on("close", closed.resolve);
  const writer = peer.writable.getWriter();
  duplex.destroy(new Error("enough"));
  await within(closed.promise, "the close of the duplex");
  assert.equal((await rejection(text(peer), "the peer's reading")).code, "ERR_QUIC_RESET");
  assert.equal((await rejection(writer.closed, "the peer's writing")).code, "ERR_QUIC_STOPPED");
});
