// Worker threads that end with sockets and servers open.
import assert from "node:assert/strict";
import { Worker } from "node:worker_threads";
import { run, root, test } from "../runner.mjs";
import * as support from "../support.mjs";

// A worker's program: a server, a client that sends without end, an HTTP/3 server and a request that it never answers.
const busy = `
  const { parentPort } = require("node:worker_threads");
  const { quic, serve, fetch3 } = require(${JSON.stringify(root)});
  const server = quic({
    hostname: "127.0.0.1", port: 0, server: true, message: (socket, bytes) => socket.write(bytes),
    connection: (socket) => socket.unref(),
  });
  const client = quic({
    hostname: "127.0.0.1", port: server.port, tls: { rejectUnauthorized: false },
    message: (socket, bytes) => socket.write(bytes),
  });
  client.write("x".repeat(10_000));
  const http = serve({ port: 0, hostname: "127.0.0.1", fetch: () => (parentPort.postMessage("busy"), new Promise(() => {})) });
  const request = new AbortController();
  fetch3(http.url, { signal: request.signal, tls: { rejectUnauthorized: false } }).catch(() => {});
`;

// Starts workers one after another; `end` says how each ends once it is busy.
async function endings(worker, end, count = 5) {
  const program = `
    const { Worker } = require("node:worker_threads");
    (async () => {
      for (let i = 0; i < ${count}; i++) {
        const worker = new Worker(${JSON.stringify(worker)}, { eval: true });
        worker.on("error", (error) => { console.error(error); process.exitCode = 1; });
        const ended = new Promise((resolve) => worker.on("exit", resolve));
        await new Promise((resolve) => worker.on("message", resolve));
        ${end}
        await ended;
      }
      console.log("all ended");
    })();`;
  const { code, signal, stdout, stderr } = await run(program, { limitMs: 20_000 });
  assert.deepEqual({ code, signal, stdout, stderr }, { code: 0, signal: null, stdout: "all ended\n", stderr: "" });
}

test("a worker that is terminated with sockets and servers open", () => endings(busy, "worker.terminate();"));

test("a worker that exits with sockets and servers open", () =>
  endings(`${busy} parentPort.on("message", () => process.exit(0));`, 'worker.postMessage("exit");'));

test("a worker that ends by itself, its sockets and servers unref'd", () => endings(`${busy}
  parentPort.once("message", () => {
    for (const open of [server, client, http]) open.unref();
    request.abort();
    parentPort.unref();
  });`, 'worker.postMessage("end");'));

test("the process exits at once while its workers have sockets and servers open", async () => {
  const { code, signal, stdout } = await run(`
    const { Worker } = require("node:worker_threads");
    let count = 0;
    for (let i = 0; i < 3; i++) {
      new Worker(${JSON.stringify(busy)}, { eval: true }).on("message", () => {
        if (++count < 3) return;
        console.log("exits");
        process.exit(0);
      });
    }`);
  assert.deepEqual({ code, signal, stdout }, { code: 0, signal: null, stdout: "exits\n" });
});

for (const [how, end] of [["is terminated", "terminate"], ["exits", "exit"]]) {
  support.test(`a server is told at once of a client whose worker ${how}`, async (open) => {
    const events = support.marks();
    const { port } = support.echoServer(open, { connection: () => events.set("open"), close: () => events.set("close") });
    const worker = new Worker(`
      const { parentPort } = require("node:worker_threads");
      const { quic } = require(${JSON.stringify(root)});
      const tls = { rejectUnauthorized: false };
      quic({ hostname: "localhost", port: ${port}, tls, message() {}, open: (socket) => socket.write("hello") });
      parentPort.on("message", () => process.exit(0));`, { eval: true });
    await events.get("open");
    if (end === "exit") worker.postMessage("exit");
    else worker.terminate();
    await events.get("close", 5000); // its idle timeout is 30 s
  });
}
