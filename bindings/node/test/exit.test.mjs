// Processes that end with connections open: their peers learn it at once, not after 30 s of silence.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { textProgram } from "./runner.mjs";
import { collector, echoServer, marks, test, within } from "./support.mjs";
import { fetch3, insecure, rejection, root, withProgram } from "./web.mjs";

const usquic = JSON.stringify(root);
const limitMs = 5000;

const endings = {
  "process.exit()": "process.exit(0);",
  "an uncaught exception": 'setImmediate(() => { throw new Error("thrown by the test"); });',
  "an unhandled rejection": 'Promise.reject(new Error("rejected by the test"));',
  "process.exit() in a handler of its own, after others closed and opened more": `
    process.on("exit", () => { server.close(); quic({ server: true, port: 0, message() {} }); });
    process.exit(0);`,
};

// A program that says on which port it serves, and ends when it is told to.
const servers = (ending) => `
  const { quic, serve } = require(${usquic});
  const http = serve({
    port: 0, hostname: "127.0.0.1",
    fetch: () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(9)) })),
  });
  const server = quic({
    server: true, hostname: "127.0.0.1", port: 0,
    message(socket, bytes) {
      if (String(bytes) === "end") { ${ending} }
      else socket.write(bytes);
    },
  });
  console.log("ports " + server.port + " " + http.port + ".");`;

for (const [name, ending] of Object.entries(endings)) {
  test(`clients of a process that ends by ${name} are told`, (open) =>
    withProgram(...textProgram(servers(ending)), async (_, line) => {
      const [, port, httpPort] = await line(/ports (\d+) (\d+)\./);
      const events = marks();
      const client = open({ hostname: "127.0.0.1", port: Number(port), message() {}, close: () => events.set("close") });
      const other = open({ hostname: "127.0.0.1", port: Number(port), message() {}, close: () => events.set("other") });
      for (const socket of [client, other]) socket.write("hello");
      const reader = (await fetch3(`https://127.0.0.1:${httpPort}/`, { tls: insecure })).body.getReader();
      await reader.read();
      client.write("end");
      await events.get("close", limitMs);
      await events.get("other", limitMs);
      await within(rejection(reader.read()), "the response fails", limitMs);
    }));

  test(`a server is told of a client whose process ends by ${name}`, async (open) => {
    const events = marks();
    const { port } = echoServer(open, {
      connection: (socket) => events.set("connection", socket),
      close: () => events.set("close"),
    });
    const program = `
      const { quic } = require(${usquic});
      const server = quic({
        hostname: "localhost", port: ${port}, tls: { rejectUnauthorized: false },
        open: (socket) => socket.write("hello"),
        message() { ${ending} },
      });`;
    await withProgram(...textProgram(program), async () => {
      await events.get("connection");
      await events.get("close", limitMs);
    });
  });
}

test("with a secret, a server that was killed and started again tells the clients of before", async (open) => {
  const start = (port, use) => withProgram(...textProgram(`
    const { quic } = require(${usquic});
    const server = quic({
      server: true, hostname: "127.0.0.1", port: ${port}, secret: Buffer.from("${secret}", "hex"),
      message: (socket, bytes) => socket.write(bytes),
    });
    console.log("port " + server.port + ".");`), async (_, line) => use(Number((await line(/port (\d+)\./))[1])));
  const secret = randomBytes(32).toString("hex");
  const events = marks();
  const echo = collector();
  const { client, port } = await start(0, async (port) => {
    const client = open({
      hostname: "127.0.0.1", port, message: (_, bytes) => echo.add(bytes),
      error: (_, error) => events.set("error", error.code),
    });
    client.write("hello");
    await echo.untilText("hello");
    return { client, port };
  });
  await start(port, async () => {
    client.write("x".repeat(1000));
    assert.match(await events.get("error", limitMs), /^ERR_QUIC_/);
  });
});
