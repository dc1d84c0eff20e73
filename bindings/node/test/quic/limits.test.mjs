// Each number that quic() takes acts: a timeout by when a connection ends, a bound by what waits for it.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
import { collector, deferred, echoServer, marks, quic, test, within } from "../support.mjs";

const value = { name: "TypeError", code: "ERR_INVALID_ARG_VALUE" };
const type = { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" };
const defaultIdleMs = 30_000;
const defaultHandshakeMs = 10_000;

// A client of `server` with further options; events: "open", "error" and "close".
function connect(open, server, options = {}) {
  const events = marks();
  const client = open({
    hostname: "localhost",
    port: server.port,
    message() {},
    open: () => events.set("open"),
    error: (socket, error) => events.set("error", error),
    close: () => events.set("close"),
    ...options,
  });
  return { client, events };
}

test("idleTimeoutMs gives up a silent connection, of a client and of a server", async (open) => {
  for (const side of ["client", "server"]) {
    const options = { idleTimeoutMs: 300 };
    const server = echoServer(open, side === "server" ? options : {});
    const { events } = connect(open, server, side === "client" ? options : {});
    await events.get("open");
    assert.ok(300 < defaultIdleMs);
    assert.equal((await events.get("error", 5000)).code, "ERR_QUIC_IDLE_TIMEOUT", side);
    await events.get("close");
  }
});

test("with keepAliveMs, of a client or of a server, a connection outlives its idle timeout", async (open) => {
  for (const side of ["client", "server"]) {
    const options = { idleTimeoutMs: 400, keepAliveMs: 100 };
    const received = collector();
    const server = echoServer(open, side === "server" ? options : {});
    const { client, events } = connect(open, server, {
      ...(side === "client" ? options : {}),
      message: (socket, bytes) => received.add(bytes),
    });
    await events.get("open");
    await sleep(4 * options.idleTimeoutMs);
    assert.equal(client.isConnected, true, side);
    client.write("still there");
    await received.untilText("still there");
  }
});

test("handshakeTimeoutMs gives up a handshake that nobody answers", async (open) => {
  const silent = createSocket("udp4");
  const bound = deferred();
  silent.bind(0, "127.0.0.1", bound.resolve);
  await within(bound.promise, "a silent port");
  try {
    const began = Date.now();
    const server = { port: silent.address().port };
    const { events } = connect(open, server, { hostname: "127.0.0.1", handshakeTimeoutMs: 300 });
    assert.equal((await events.get("error", 5000)).code, "ERR_QUIC_HANDSHAKE_TIMEOUT");
    assert.ok(Date.now() - began < defaultHandshakeMs / 2);
  } finally {
    silent.close();
  }
});

test("maxStreams bounds the streams that the peer has open", async (open) => {
  const opened = [];
  const seen = collector();
  const server = open({
    hostname: "localhost",
    port: 0,
    server: true,
    maxStreams: 2,
    open: (stream) => opened.push(stream),
    data: (stream, bytes) => seen.add(bytes),
  });
  const events = marks();
  const client = open({ hostname: "localhost", port: server.port, data() {}, socketOpen: () => events.set("open") });
  await events.get("open");
  const streams = [1, 2, 3].map((number) => {
    const stream = client.createStream();
    stream.write(`${number};`);
    return stream;
  });
  await seen.untilText("1;");
  await seen.untilText("2;");
  await sleep(200);
  assert.equal(opened.length, 2);
  streams[0].close();
  await seen.untilText("3;");
});

test("numbers out of their bounds throw, and name the option", () => {
  for (const name of ["idleTimeoutMs", "handshakeTimeoutMs", "keepAliveMs", "maxStreams"]) {
    const message = new RegExp(`"options.${name}"`);
    for (const wrong of [-1, 0.5, 2 ** 40]) {
      assert.throws(() => quic({ message() {}, [name]: wrong }), { ...value, message }, `${name} ${wrong}`);
    }
    assert.throws(() => quic({ message() {}, [name]: "1" }), { ...type, message });
  }
  for (const name of ["idleTimeoutMs", "handshakeTimeoutMs"]) {
    assert.throws(() => quic({ message() {}, [name]: 0 }), value);
  }
});
