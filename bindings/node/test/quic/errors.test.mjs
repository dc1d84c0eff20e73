import assert from "node:assert/strict";
import { certificate, collector, echoServer, freePort, marks, QuicError, quic, runProgram, test } from "../support.mjs";

for (const [mode, callbacks] of Object.entries({ socket: { message() {} }, stream: { data() {} } })) {
  test(`${mode} mode: where nobody listens, error comes within 2 s, then close, and never open`, async (open) => {
    const events = marks();
    const order = [];
    const began = Date.now();
    const client = open({
      hostname: "localhost",
      port: await freePort(),
      ...callbacks,
      open: () => order.push("open"),
      ...(mode === "stream" && { socketOpen: () => order.push("socketOpen") }),
      error(socket, error) {
        order.push("error");
        events.set("error", [socket, error]);
      },
      [mode === "stream" ? "socketClose" : "close"]() {
        order.push("close");
        events.set("close");
      },
    });
    const [socket, error] = await events.get("error", 2000);
    assert.ok(Date.now() - began < 2000);
    assert.equal(socket, client);
    assert.ok(error instanceof QuicError && error instanceof Error);
    assert.equal(error.name, "QuicError");
    assert.equal(error.code, "ERR_QUIC_REFUSED");
    assert.equal(error.errno, -11);
    assert.equal(error.protocolCode, undefined);
    await events.get("close");
    assert.deepEqual(order, ["error", "close"]);
    assert.equal(client.readyState, "closed");
  });
}

test("socketError takes a socket's errors where it is given", async (open) => {
  const events = marks();
  const client = open({
    hostname: "localhost",
    port: await freePort(),
    data() {},
    error: () => events.set("outcome", "error"),
    socketError: (socket, error) => events.set("outcome", [socket, error.code]),
  });
  assert.deepEqual(await events.get("outcome"), [client, "ERR_QUIC_REFUSED"]);
});

test("a host name that does not resolve is an error", async (open) => {
  const events = marks();
  open({ hostname: "no-such-host.invalid", port: 4433, message() {}, error: (s, error) => events.set("error", error) });
  const error = await events.get("error");
  assert.equal(error.code, "ERR_QUIC_RESOLVE");
  assert.match(error.message, /no-such-host\.invalid:4433/);
});

test("a server that cannot have its address says which", (open) => {
  const { port } = echoServer(open, { hostname: "127.0.0.1" });
  const again = (hostname) => () => quic({ hostname, port, server: true, message() {} });
  const inUse = (place) => ({ name: "QuicError", code: "ERR_QUIC_ADDRESS_IN_USE", errno: -7, message: place });
  assert.throws(again("127.0.0.1"), inUse(new RegExp(`address already in use \\(127\\.0\\.0\\.1:${port}\\)`)));
  const { port: all } = echoServer(open, { hostname: "::1" });
  const onIpv6 = { hostname: "::1", port: all, server: true, message() {} };
  assert.throws(() => quic(onIpv6), inUse(new RegExp(`\\(\\[::1\\]:${all}\\)`)));
  const { port: any } = echoServer(open, { hostname: undefined });
  assert.throws(() => quic({ port: any, server: true, message() {} }), inUse(new RegExp(`\\(port ${any}\\)`)));
  assert.throws(() => quic({ hostname: "no-such-host.invalid", port: 0, server: true, message() {} }), {
    code: "ERR_QUIC_RESOLVE", message: /no-such-host\.invalid:0/,
  });
});

test("no protocol in common is an error", async (open) => {
  const events = marks();
  const server = echoServer(open, { alpn: "one" });
  const { port } = server;
  open({ hostname: "localhost", port, alpn: ["other"], message() {}, error: (s, error) => events.set("error", error) });
  assert.equal((await events.get("error")).code, "ERR_QUIC_ALPN");
});

test("wrong options throw a TypeError that names them", () => {
  const wrong = {
    ERR_INVALID_ARG_TYPE: [
      { hostname: 1 }, { port: "443" }, { server: "yes" }, { tls: "pem" }, { tls: { cert: 1, key: "k" } }, { alpn: 1 },
      { tls: { rejectUnauthorized: 1 } }, { alpn: [1] },
      ...["open", "connection", "message", "close", "error", "drain", "socketOpen", "socketClose", "socketError"]
        .map((name) => ({ [name]: "not a function" })),
    ],
    ERR_INVALID_ARG_VALUE: [
      { hostname: "" }, { hostname: "a\0b" }, { port: -1 }, { port: 65536 }, { port: 1.5 }, { port: NaN }, { port: 0 },
      { tls: { cert: "only" } }, { tls: { key: "only" } }, { alpn: [] }, { alpn: "" }, { alpn: "x".repeat(256) },
      { message() {}, data() {} }, { message() {}, socketOpen() {} },
    ],
  };
  for (const [code, list] of Object.entries(wrong)) {
    for (const options of list) {
      assert.throws(() => quic(options), { name: "TypeError", code }, JSON.stringify(options));
    }
  }
});

test("wrong arguments of methods throw a TypeError", async (open) => {
  const server = echoServer(open);
  const client = open({ hostname: "localhost", port: server.port, data() {} });
  const stream = client.stream();
  for (const wrong of [undefined, null, 1, {}, ["x"]]) {
    assert.throws(() => client.write(wrong), { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" });
    assert.throws(() => stream.write(wrong), { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" });
  }
  const idle = open({});
  assert.throws(() => idle.connect("localhost", 70000), { code: "ERR_INVALID_ARG_VALUE" });
  assert.throws(() => idle.connect(5, 5), { code: "ERR_INVALID_ARG_TYPE" });
  assert.throws(() => open({ server: true }).listen("localhost", "http"), { code: "ERR_INVALID_ARG_TYPE" });
});

test("what a socket cannot do is ERR_QUIC_STATE", async (open) => {
  const server = echoServer(open);
  const client = open({ hostname: "localhost", port: server.port, message() {} });
  const state = { name: "QuicError", code: "ERR_QUIC_STATE", errno: -4 };
  assert.throws(() => server.connect("localhost", 1), state);
  assert.throws(() => server.listen("localhost", 0), state);
  assert.throws(() => server.write("to nobody"), state);
  assert.throws(() => server.stream(), state);
  assert.throws(() => client.listen("localhost", 0), state);
  assert.throws(() => client.connect("localhost", server.port), state);
});

test("certificates that cannot be used throw", () => {
  const [one, other] = [certificate(), certificate()];
  const start = (tls) => quic({ hostname: "localhost", port: 0, server: true, message() {}, tls });
  assert.throws(() => start({ cert: "no PEM", key: "no PEM" }), { name: "QuicError", code: "ERR_QUIC_CERT_PARSE" });
  assert.throws(() => start({ cert: one.cert, key: other.key }), { name: "QuicError", code: "ERR_QUIC_CERT_MISMATCH" });
});

test("a port that is taken throws", async (open) => {
  const hostname = "127.0.0.1";
  const { port } = echoServer(open, { hostname });
  const error = { name: "QuicError", code: "ERR_QUIC_ADDRESS_IN_USE", errno: -7 };
  assert.throws(() => echoServer(open, { hostname, port }), error);
});

test("a port of localhost that is taken throws, although localhost has another address", async (open) => {
  const { port } = echoServer(open);
  assert.throws(() => echoServer(open, { port }), { code: "ERR_QUIC_ADDRESS_IN_USE" });
});

test("the code of close() reaches the peer's error, once", async (open) => {
  const events = marks();
  const told = [];
  const server = open({
    hostname: "localhost",
    port: 0,
    server: true,
    data: (stream) => stream.write("go on"),
    error: (stream, error) => told.push([stream.id, error.code, error.protocolCode]),
    close: () => events.set("close"),
  });
  const client = open({ hostname: "localhost", port: server.port, data: (stream) => stream.close(77) });
  client.stream().write("go");
  await events.get("close");
  assert.equal(told.length, 1);
  const [id, code, protocolCode] = told[0];
  assert.deepEqual([id, protocolCode], [0, 77]);
  assert.match(code, /^ERR_QUIC_(RESET|STOPPED)$/);
  for (const wrong of ["1", -1, 0.5, 2 ** 53]) assert.throws(() => client.stream().close(wrong), TypeError);
});

test("what a callback throws goes to error, and later callbacks still come", async (open) => {
  const received = collector();
  const events = marks();
  const boom = new Error("boom");
  const server = echoServer(open);
  const client = open({
    hostname: "localhost",
    port: server.port,
    open() {
      throw boom;
    },
    message: (socket, bytes) => received.add(bytes),
    error: (socket, error) => events.set("error", [socket, error]),
  });
  assert.deepEqual(await events.get("error"), [client, boom]);
  client.write("still here");
  await received.untilText("still here");
});

test("what an async callback rejects with goes to error too", async (open) => {
  const events = marks();
  const server = open({
    hostname: "localhost",
    port: 0,
    server: true,
    async data() {
      throw new Error("async boom");
    },
    error: (stream, error) => events.set("error", [stream.id, error.message]),
  });
  open({ hostname: "localhost", port: server.port, data() {} }).stream().write("go");
  assert.deepEqual(await events.get("error"), [0, "async boom"]);
});

for (const [what, callbacks] of Object.entries({
  "without an error callback": "",
  "and an error callback that throws too": 'error() { throw new Error("boom"); },',
})) {
  test(`a callback that throws ${what} is an uncaught exception`, async () => {
    const { code, stdout } = await runProgram(`
      process.on("uncaughtException", (error) => {
        console.log("uncaught:", error.message);
        server.close();
      });
      const server = quic({ hostname: "localhost", port: 0, server: true, ${callbacks} message() {},
        open() { throw new Error("boom"); } });
    `);
    assert.equal(stdout, "uncaught: boom\n");
    assert.equal(code, 0);
  });
}

test("without a handler an uncaught exception ends the process", async () => {
  const { code, stderr } = await runProgram(`
    quic({ hostname: "localhost", port: 0, server: true, open() { throw new Error("boom"); } });
  `);
  assert.notEqual(code, 0);
  assert.match(stderr, /boom/);
});

test("a connection that fails without an error callback does not end the process", async () => {
  const { code, stdout } = await runProgram(`
    quic({ hostname: "localhost", port: ${await freePort()}, close(socket) { console.log(socket.readyState); } });
  `);
  assert.equal(stdout, "closed\n");
  assert.equal(code, 0);
});

test("calls after close do nothing", async (open) => {
  const events = marks();
  const server = echoServer(open);
  const client = open({ hostname: "localhost", port: server.port, data() {}, socketClose: () => events.set("close") });
  const stream = client.stream();
  for (const check of [() => {}, () => events.get("close")]) {
    client.close();
    await check();
    assert.equal(client.write("x"), 0);
    assert.equal(client.read(), null);
    assert.equal(client.connect("localhost", server.port), client);
    assert.equal(client.closeStream(stream.id), false);
    assert.equal(client.getStream(stream.id), undefined);
    assert.equal(client.streamCount, 0);
    assert.equal(stream.write("x"), 0);
    assert.equal(stream.readyState, 3);
    stream.end();
    stream.close();
    stream.ref().unref();
    client.ref().unref();
    const late = client.stream("meta");
    assert.equal(late.readyState, 3);
    assert.equal(late.write("x"), 0);
    assert.equal(late.data, "meta");
    late.close();
  }
  server.close();
  server.close();
  assert.equal(server.listen("localhost", 0), server);
  assert.equal(server.readyState, "closed");
});

test("sockets are not made with new", () => {
  const { constructor } = quic({});
  assert.throws(() => new constructor(), { name: "TypeError", message: /quic\(\)/ });
});
