import assert from "node:assert/strict";
import { collectGarbage } from "../runner.mjs";
import { collector, echoServer, marks, quic, runProgram, test } from "../support.mjs";

async function endsBySaying(program, expected) {
  const { code, signal, stdout, stderr } = await runProgram(program);
  assert.deepEqual({ code, signal, stdout, stderr }, { code: 0, signal: null, stdout: expected, stderr: "" });
}

test("a process that only loads the package ends", () => endsBySaying("", ""));

test("a process ends once its server and client are closed", () => endsBySaying(`
  const message = (socket, bytes) => socket.write(bytes);
  const server = quic({ hostname: "localhost", port: 0, server: true, message });
  quic({
    hostname: "localhost",
    port: server.port,
    open: (socket) => socket.write("over"),
    message(socket, bytes) {
      console.log(String(bytes));
      socket.close();
      server.close();
    },
  });
`, "over\n"));

test("a process ends after a connection that failed", () => endsBySaying(`
  quic({ hostname: "no-such-host.invalid", port: 1, error: (socket, error) => console.log(error.code) });
`, "ERR_QUIC_RESOLVE\n"));

test("a socket without an address does not hold the process", () => endsBySaying(`
  quic({});
  quic({ server: true });
`, ""));

test("a server that is unref'd does not hold the process", () => endsBySaying(`
  quic({ hostname: "localhost", port: 0, server: true, open: () => console.log("open") }).unref();
`, "open\n"));

test("a connected client that is unref'd does not hold the process", async (open) => {
  const server = echoServer(open);
  await endsBySaying(`
    quic({
      hostname: "localhost",
      port: ${server.port},
      open(socket) {
        console.log("open");
        socket.unref();
      },
    });
  `, "open\n");
});

test("unref before connect() counts", async (open) => {
  const server = echoServer(open);
  await endsBySaying(`quic({ open() {} }).unref().connect("localhost", ${server.port});`, "");
});

test("a listening server holds the process until it is closed", () => endsBySaying(`
  const server = quic({ hostname: "localhost", port: 0, server: true, close: () => console.log("closed") });
  process.on("exit", () => console.log("exit"));
  setTimeout(() => server.close(), 300).unref();
`, "closed\nexit\n"));

test("ref() after unref() holds the process again", () => endsBySaying(`
  const server = quic({ hostname: "localhost", port: 0, server: true, close: () => console.log("closed") });
  server.unref();
  server.ref();
  setTimeout(() => server.close(), 300).unref();
`, "closed\n"));

test("a stream that is ref'd holds the process for a socket that is not", async (open) => {
  const server = echoServer(open);
  await endsBySaying(`
    const client = quic({
      hostname: "localhost",
      port: ${server.port},
      data(stream, bytes) {
        console.log(String(bytes));
        stream.unref();
      },
    });
    client.unref();
    client.stream().ref().write("held");
  `, "held\n");
});

test("process.exit() in a callback is safe", () => endsBySaying(`
  const server = quic({ hostname: "localhost", port: 0, server: true, message() {} });
  quic({
    hostname: "localhost",
    port: server.port,
    open(socket) {
      socket.write("x".repeat(1e6));
      process.exit();
    },
  });
`, ""));

test("a hundred sockets made and closed at once leave nothing behind", () => endsBySaying(`
  const server = quic({ hostname: "localhost", port: 0, server: true, message() {} });
  let left = 100;
  const close = () => { if (--left === 0) server.close(); };
  for (let i = 0; i < 100; i++) quic({ hostname: "localhost", port: server.port, close, message() {} }).close();
`, ""));

test("a socket that nobody refers to lives on with its connection", async (open) => {
  const [events, received] = [marks(), collector()];
  let connection;
  const server = echoServer(open, { connection: (socket) => events.set("connection", (connection = socket)) });
  const { port } = server;
  const isGone = new Map();
  const registry = new FinalizationRegistry((name) => isGone.set(name, true));
  const connectAndForget = () => registry.register(quic({
    hostname: "localhost",
    port,
    message: (socket, bytes) => received.add(bytes),
    close: () => events.set("close"),
  }), "client");
  connectAndForget();
  await events.get("connection");
  for (let i = 0; i < 5; i++) await collectGarbage();
  assert.equal(isGone.has("client"), false);
  connection.write("still there?");
  await received.untilText("still there?");
  connection.close();
  await events.get("close");
});
