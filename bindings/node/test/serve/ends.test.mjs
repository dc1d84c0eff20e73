// How servers and their processes end: what was written before goes out, and several servers live beside each other.
import assert from "node:assert/strict";
import { textProgram } from "../runner.mjs";
import {
  deferred, fetch3, insecure, makeBytes, rejection, root, run, runScript, serve, sha256, test, within, withProgram,
  withServer,
} from "../web.mjs";

const library = JSON.stringify(root);
const asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

test("Symbol.asyncDispose stops a server in good order", async () => {
  const [started, goOn] = [deferred(), deferred()];
  const server = serve({ port: 0, fetch: async () => (started.resolve(), await goOn.promise, new Response("whole")) });
  const answer = fetch3(server.url, { tls: insecure });
  await started.promise;
  let isDisposed = false;
  const disposed = server[asyncDispose]().then((value) => {
    isDisposed = true;
    assert.equal(value, undefined);
  });
  await new Promise(setImmediate);
  assert.equal(isDisposed, false);
  goOn.resolve();
  assert.equal(await (await answer).text(), "whole");
  await within(disposed, "the server ends");
  assert.ok((await rejection(fetch3(server.url, { tls: insecure }))) instanceof TypeError);
  await server[asyncDispose]();
});

const hasUsing = (() => {
  try {
    return typeof new Function("return async () => { await using x = null; }")() === "function";
  } catch {
    return false;
  }
})();
if (hasUsing) {
  test("await using ends a server, and with it the process", async () => {
    const done = await runScript(`(async () => {
      {
        await using server = serve({ port: 0, fetch: () => new Response("hi") });
        console.log(await (await fetch3(server.url, { tls: { rejectUnauthorized: false } })).text());
      }
      console.log("over");
    })();`);
    assert.deepEqual([done.code, done.stdout], [0, "hi\nover\n"], done.stderr);
  });
}

test("servers with reusePort share a port, in one process, and one without does not join them", async () => {
  const options = { hostname: "127.0.0.1", reusePort: true };
  await withServer({ ...options, fetch: () => new Response("first") }, async (first) => {
    const shared = { ...options, port: first.port, fetch: () => new Response("second") };
    const second = serve(shared);
    assert.equal(second.port, first.port);
    try {
      const seen = new Set();
      // The kernel chooses by the client's port: one in 2^40 that all go to one.
      for (let i = 0; i < 40; ++i) {
        seen.add(await (await fetch3(first.url, { tls: insecure })).text());
        await fetch3.close();
      }
      assert.deepEqual([...seen].sort(), ["first", "second"]);
    } finally {
      await second.stop(true);
    }
    for (let i = 0; i < 5; ++i) {
      assert.equal(await (await fetch3(first.url, { tls: insecure })).text(), "first");
      await fetch3.close();
    }
    const alone = () => serve({ ...shared, reusePort: false });
    assert.throws(alone, { name: "QuicError", code: "ERR_QUIC_ADDRESS_IN_USE" });
  });
});

test("servers with reusePort share a port, in two processes", async () => {
  const options = { hostname: "127.0.0.1", reusePort: true, fetch: () => new Response("this") };
  await withServer(options, (server) => withProgram(...textProgram(`
    const { serve } = require(${library});
    const server = serve({
      hostname: "127.0.0.1", reusePort: true, port: ${server.port}, fetch: () => new Response("that"),
    });
    console.log("port " + server.port + ".");`), async (_, line) => {
    assert.equal((await line(/port (\d+)\./))[1], String(server.port));
    const seen = new Set();
    for (let i = 0; i < 40; ++i) {
      seen.add(await (await fetch3(server.url, { tls: insecure })).text());
      await fetch3.close();
    }
    assert.deepEqual([...seen].sort(), ["that", "this"]);
  }));
});

test("times are seconds, and fractions of them", async () => {
  const fetch = () => new Response();
  const open = (options) => () => serve({ port: 0, fetch, ...options });
  const value = { name: "TypeError", code: "ERR_INVALID_ARG_VALUE" };
  for (const name of ["idleTimeout", "httpIdleTimeout"]) {
    const message = new RegExp(`options\\.${name}.*seconds`);
    for (const wrong of [-1, NaN, Infinity, 30_000_000]) assert.throws(open({ [name]: wrong }), { ...value, message });
    for (const wrong of ["1", {}, true, 1n]) {
      assert.throws(open({ [name]: wrong }), { name: "TypeError", code: "ERR_INVALID_ARG_TYPE", message });
    }
    for (const right of [1, 0.5, 255, null, undefined]) await open({ [name]: right })().stop(true);
  }
  assert.throws(open({ idleTimeout: 0 }), { ...value, message: /idleTimeout/ });
  assert.throws(open({ idleTimeout: 0.0001 }), { ...value, message: /idleTimeout/ });
  await open({ httpIdleTimeout: 0 })().stop(true);
});

test("wrong values of reusePort are named", () => {
  for (const reusePort of [1, "true", {}]) {
    const open = () => serve({ port: 0, fetch: () => new Response(), reusePort });
    assert.throws(open, { name: "TypeError", code: "ERR_INVALID_ARG_TYPE", message: /options\.reusePort/ });
  }
});

// ---- What was told to the other thread just before the end ----

// A program with a server; the handler's words are `ending`.
const serving = (ending) => `
  const { serve } = require(${library});
  const server = serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => { ${ending} } });
  console.log("port " + server.port + ".");`;

async function withServing(ending, use) {
  await withProgram(...textProgram(serving(ending)), async (child, line) => {
    const [, port] = await line(/port (\d+)\./);
    await use(`https://127.0.0.1:${port}/`, line);
  });
}

for (const [what, ending] of Object.entries({
  "process.exit()": "process.exit(0);",
  "an exit listener": 'process.on("exit", () => server.stop(true)); process.exit(0);',
  "an exit listener that opens another server": `
    process.on("exit", () => { serve({ port: 0, fetch: () => new Response() }); server.reload({ fetch: () => new Response() }); });
    process.exit(0);`,
  "process.exit() behind reload() and stop()": "server.reload({ fetch: () => new Response() }); server.stop(); process.exit(0);",
})) {
  test(`clients of a server that ends by ${what} are told at once`, () =>
    withServing(ending, async (url) => {
      const failure = await within(rejection(fetch3(url, { tls: insecure })), "the request fails", 5000);
      assert.equal(failure.name, "TypeError");
    }));
}

test("what was answered before a synchronous loop is on its way when the loop is over", () =>
  withServing(`
    if (request.url.endsWith("/busy")) {
      setTimeout(() => { for (const end = Date.now() + 300; Date.now() < end;); }, 0);
      return new Response("answered");
    }
    return new Response("another");`, async (url) => {
    const ask = async (path) => (await fetch3(new URL(path, url), { tls: insecure })).text();
    const all = within(Promise.all([ask("/busy"), ask("/other"), ask("/busy")]), "the answers");
    assert.deepEqual(await all, ["answered", "another", "answered"]);
  }));

test("a stream's chunks that are made in one turn arrive in their order", async () => {
  const bytes = makeBytes(1 << 20);
  const fetch = () => new Response(new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 1000) controller.enqueue(new Uint8Array(bytes.subarray(at, at + 1000)));
      controller.close();
    },
  }));
  await withServer({ fetch }, async (server, get) => {
    const answers = await Promise.all(Array.from({ length: 10 }, async () => (await get()).arrayBuffer()));
    for (const answer of answers) assert.equal(sha256(Buffer.from(answer)), sha256(bytes));
  });
});

test("threads have servers of their own, and end with them", async () => {
  const count = 3;
  const done = await run(`
    const { Worker } = require("node:worker_threads");
    const { fetch3 } = require(${library});
    const program = \`
      const { parentPort, workerData } = require("node:worker_threads");
      const { serve } = require(${library.replaceAll("\\", "\\\\")});
      const server = serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("thread " + workerData) });
      parentPort.on("message", async () => { await server.stop(); process.exit(0); });
      parentPort.postMessage(server.port);\`;
    (async () => {
      const threads = Array.from({ length: ${count} }, (_, i) => new Worker(program, { eval: true, workerData: i }));
      const ports = await Promise.all(threads.map((thread) => new Promise((resolve) => thread.once("message", resolve))));
      const ask = async (port) =>
        (await fetch3("https://127.0.0.1:" + port + "/", { tls: { rejectUnauthorized: false } })).text();
      console.log((await Promise.all(ports.map(ask))).join(", "));
      await fetch3.close();
      const ended = threads.map((thread) => new Promise((resolve) => thread.once("exit", resolve)));
      for (const thread of threads) thread.postMessage("stop");
      console.log((await Promise.all(ended)).join(", "));
    })();`, { limitMs: 20_000 });
  assert.equal(done.stdout, "thread 0, thread 1, thread 2\n0, 0, 0\n", done.stderr);
  assert.equal(done.code, 0);
});

test("a thread that is terminated closes its server, and the others go on", async () => {
  const done = await run(`
    const { Worker } = require("node:worker_threads");
    const { fetch3 } = require(${library});
    const program = \`
      const { parentPort } = require("node:worker_threads");
      const { serve } = require(${library.replaceAll("\\", "\\\\")});
      const body = () => new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(9)) });
      const server = serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(body()) });
      parentPort.postMessage(server.port);\`;
    (async () => {
      const start = async () => {
        const thread = new Worker(program, { eval: true });
        const port = await new Promise((resolve) => thread.once("message", resolve));
        const response = await fetch3("https://127.0.0.1:" + port + "/", { tls: { rejectUnauthorized: false } });
        const reader = response.body.getReader();
        await reader.read();
        return { thread, reader };
      };
      const [one, other] = [await start(), await start()];
      await one.thread.terminate();
      console.log(await one.reader.read().then(() => "went on", () => "ended"));
      let isOver = false;
      other.reader.read().then(() => (isOver = true), () => (isOver = true));
      await new Promise((resolve) => setTimeout(resolve, 50));
      console.log(isOver);
      process.exit(0);
    })();`, { limitMs: 20_000 });
  assert.equal(done.stdout, "ended\nfalse\n", done.stderr);
});

// Calls into the other thread ask for a turn in which they are sent: one that fails must not keep all later ones back.
test("a stack overflow in the midst of calls does not silence what comes later", async () => {
  const done = await runScript(`
    const { native } = require(${JSON.stringify(`${root}/lib/engine.js`)});
    const nobody = 0;
    // The first call is where the stack has no room for more.
    const dive = () => {
      try {
        dive();
      } catch (error) {
        native.readBody(nobody);
        throw error;
      }
    };
    const server = serve({ port: 0, fetch: () => new Response("hi") });
    const ask = async () => (await fetch3(server.url, { tls: { rejectUnauthorized: false } })).text();
    (async () => {
      console.log(await ask());
      for (let i = 0; i < 20; ++i) {
        try {
          dive();
        } catch {}
        await null;
      }
      console.log(await ask());
      await server.stop();
    })();`);
  assert.deepEqual([done.code, done.stdout], [0, "hi\nhi\n"], done.stderr);
});
