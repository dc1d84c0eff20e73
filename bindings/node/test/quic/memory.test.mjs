// Programs of their own whose memory is looked at: resident memory after a warm-up, and after far more of the same.
import assert from "node:assert/strict";
import { isDeno, run, textProgram } from "../runner.mjs";
import { quicModule, test } from "../support.mjs";

// Bytes: of 10,000 connections less than 1 KiB each, of 100,000 messages less than any event or buffer takes, and for
// both more than what the allocators and engines breathe. Deno's memory takes longer to level off, and breathes more.
const mostForConnections = (isDeno ? 16 : 8) << 20;
const mostForMessages = 16 << 20;
const connectionsToWarmUp = isDeno ? 10_000 : 2000;
// Until V8 has compiled what it will: its compilers' memory comes and goes.
const streamsToWarmUp = 20_000;
const leakBytes = mostForConnections / 8192;

// V8's young generation would grow for as long as the test lasts.
const flags = ["--expose-gc", "--max-semi-space-size=1"];

// `body` defines rounds(count), which plays that many rounds against `server` and settles when they are over.
async function growth(body, { warmUp, count, callbacks }) {
  const program = `
    const { quic } = require(${JSON.stringify(quicModule)});
    const server = quic({ hostname: "127.0.0.1", port: 0, server: true, ${callbacks} });
    const where = { hostname: "127.0.0.1", port: server.port };
    ${body}
    async function memory() {
      for (let i = 0; i < 3; i++) {
        globalThis.Bun ? Bun.gc(true) : gc();
        await new Promise(setImmediate);
      }
      return process.memoryUsage().rss;
    }
    (async () => {
      await rounds(${warmUp});
      const before = await memory();
      await rounds(${count});
      console.log(await memory() - before);
      server.close();
    })();`;
  const command = textProgram(program, flags).flat();
  const { code, stdout, stderr } = await run(program, { command, limitMs: 100_000 });
  assert.equal(code, 0, stderr);
  return Number(stdout);
}

test("10,000 connections that are opened and closed leave memory flat", async () => {
  const bytes = await growth(`
    const cycle = () => new Promise((resolve, reject) => {
      quic({ ...where, open: (socket) => socket.close(), close: resolve, error: (socket, error) => reject(error) });
    });
    async function rounds(count) {
      await Promise.all(Array.from({ length: 8 }, async () => {
        while (count-- > 0) await cycle();
      }));
    }`, { warmUp: connectionsToWarmUp, count: 10_000, callbacks: "message() {}" });
  assert.ok(bytes < mostForConnections, `grew by ${bytes} bytes`);
});

test("100,000 messages that are echoed leave memory flat", async () => {
  const bytes = await growth(`
    function rounds(count) {
      return Promise.all(Array.from({ length: 32 }, () => new Promise((resolve) => {
        quic({
          ...where,
          data: (stream) => (count-- > 0 ? stream.write("sixteen bytes...") : stream.socket.close()),
          socketClose: resolve,
        }).stream().write("sixteen bytes...");
      })));
    }`, { warmUp: 10_000, count: 100_000, callbacks: "data: (stream, bytes) => stream.write(bytes)" });
  assert.ok(bytes < mostForMessages, `grew by ${bytes} bytes`);
});

// Bytes outside of the engine's heap count too when it decides to collect: nothing here asks for it.
test("256 MiB that come in and are dropped do not pile up", async () => {
  const program = `
    const { quic } = require(${JSON.stringify(quicModule)});
    const chunk = Buffer.alloc(1 << 20);
    let [left, most] = [256, 0];
    const server = quic({
      hostname: "127.0.0.1", port: 0, server: true,
      data() {},
      open: (stream) => stream.write(chunk),
      drain: (stream) => (--left > 0 ? stream.write(chunk) : stream.end()),
    });
    const client = quic({
      hostname: "127.0.0.1", port: server.port,
      open: (stream) => stream.write("go"),
      data: () => (most = Math.max(most, process.memoryUsage.rss())),
      close() {
        console.log(most);
        client.close();
        server.close();
      },
    });
    client.stream();`;
  const { code, stdout, stderr } = await run(program, { limitMs: 60_000 });
  assert.equal(code, 0, stderr);
  assert.ok(Number(stdout) > 0 && Number(stdout) < 192 << 20, `${stdout} bytes were resident`);
});

// Every second one is not read to its end, and nobody holds it any more.
test("20,000 streams that are read and written as web streams leave memory flat", async () => {
  const bytes = await growth(`
    const client = quic({ ...where, socketOpen() {} });
    async function round(isRead) {
      const stream = client.createStream();
      const writer = stream.writable.getWriter();
      writer.write(Buffer.alloc(1024)).then(() => writer.close());
      if (isRead) for await (const chunk of stream) chunk.length;
      else await stream.readable.getReader().read();
    }
    async function rounds(count) {
      await Promise.all(Array.from({ length: 8 }, async () => {
        while (count-- > 0) await round(count % 2 === 0);
      }));
      if (count < 0 && --left === 0) client.close();
    }
    let left = 2;`, {
    warmUp: streamsToWarmUp, count: 20_000,
    callbacks: "socketOpen() {}, open: (stream) => { stream.readable.pipeTo(stream.writable); }",
  });
  assert.ok(bytes < mostForConnections, `grew by ${bytes} bytes`);
});

test("a leak of 1 KiB in each of 10,000 rounds would be found (in Deno: of 2 KiB)", async () => {
  const bytes = await growth(`
    const kept = [];
    async function rounds(count) {
      while (count-- > 0) kept.push(Buffer.alloc(${leakBytes}, 1).toString("latin1"));
    }`, { warmUp: connectionsToWarmUp, count: 10_000, callbacks: "message() {}" });
  assert.ok(bytes > mostForConnections, `grew by ${bytes} bytes only`);
});
