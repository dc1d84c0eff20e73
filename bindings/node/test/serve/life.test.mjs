import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import {
  deferred, endless, fetch3, insecure, makeCertificate, QuicError, rejection, runScript, serve, test, withProgram, withServer,
  within,
} from "../web.mjs";
import { textProgram } from "../runner.mjs";

const require = createRequire(import.meta.url);
const { quic } = require("../../lib/quic.js");

test("64 requests at once are in the handler at once, and each gets its own answer", async () => {
  const all = deferred();
  let count = 0;
  const handler = async (request) => {
    if (++count === 64) all.resolve();
    await all.promise;
    return new Response(new URL(request.url).pathname + (await request.text()));
  };
  await withServer({ fetch: handler }, async (server, get) => {
    const ask = async (_, i) => (await get(`/${i}`, { method: "POST", body: `:${i}` })).text();
    const expected = Array.from({ length: 64 }, (_, i) => `/${i}:${i}`);
    assert.deepEqual(await Promise.all(Array.from({ length: 64 }, ask)), expected);
  });
});

test("stop() lets requests in flight finish", async () => {
  const [started, goOn] = [deferred(), deferred()];
  const server = serve({ port: 0, fetch: async () => (started.resolve(), await goOn.promise, new Response("whole")) });
  const answer = fetch3(server.url, { tls: insecure });
  await started.promise;
  let isStopped = false;
  const stopped = server.stop().then(() => (isStopped = true));
  assert.equal(server.stop() instanceof Promise, true);
  goOn.resolve();
  assert.equal(isStopped, false);
  assert.equal(await (await answer).text(), "whole");
  await stopped;
  assert.ok((await rejection(fetch3(server.url, { tls: insecure }))) instanceof TypeError);
});

test("stop(true) cuts requests off", async () => {
  const [started, aborted] = [deferred(), deferred()];
  const handler = (request) => {
    request.signal.addEventListener("abort", () => aborted.resolve(request.signal.reason));
    started.resolve();
    return new Promise(() => {});
  };
  const server = serve({ port: 0, fetch: handler });
  const answer = rejection(fetch3(server.url, { tls: insecure }));
  await started.promise;
  const graceful = server.stop();
  await server.stop(true);
  await graceful;
  assert.equal((await aborted.promise).name, "AbortError");
  const error = await answer;
  assert.ok(error instanceof TypeError && error.cause instanceof QuicError, String(error));
});

test("stop(true) cancels the streams of responses", async () => {
  const source = endless();
  const server = serve({ port: 0, fetch: () => new Response(source.stream) });
  const response = await fetch3(server.url, { tls: insecure });
  await server.stop(true);
  await source.cancelled;
  assert.ok((await rejection(response.text())) instanceof TypeError);
});

test("reload changes the handlers of the requests to come", async () => {
  await withServer({ fetch: () => new Response("old") }, async (server, get) => {
    assert.equal(await (await get()).text(), "old");
    assert.equal(server.reload({ fetch: () => new Response("new") }), server);
    assert.equal(await (await get()).text(), "new");
    server.reload({ error: (e) => new Response(e.message) });
    assert.equal(await (await get()).text(), "new");
    server.reload({ fetch: () => { throw new Error("told"); } });
    assert.equal(await (await get()).text(), "told");
    for (const wrong of [undefined, { fetch: 1 }, { error: "x" }]) assert.throws(() => server.reload(wrong), TypeError);
  });
});

test("the handler gets the server, which tells where a request came from", async () => {
  const seen = {};
  const handler = function (request, server) {
    const other = server.requestIP(new Request(request.url));
    Object.assign(seen, { server, self: this, ip: server.requestIP(request), other });
    return new Response();
  };
  await withServer({ fetch: handler }, async (server, get) => {
    await get();
    assert.equal(seen.server, server);
    assert.equal(seen.self, server);
    assert.equal(seen.other, null);
    assert.equal(seen.ip.address, "127.0.0.1");
    assert.equal(seen.ip.family, "IPv4");
    assert.ok(seen.ip.port > 0 && seen.ip.port < 65536 && seen.ip.port !== server.port);
    assert.throws(() => server.requestIP(), TypeError);
  });
});

test("port, hostname and url", async () => {
  await withServer({ hostname: "127.0.0.1", fetch: () => new Response() }, (server) => {
    assert.ok(Number.isInteger(server.port) && server.port > 0);
    assert.equal(server.hostname, "127.0.0.1");
    assert.equal(String(server.url), `https://127.0.0.1:${server.port}/`);
  });
  await withServer({ hostname: undefined, fetch: () => new Response() }, (server) => {
    assert.equal(server.hostname, "localhost");
    assert.equal(String(server.url), `https://localhost:${server.port}/`);
  });
});

test("the server shows the certificate that it was given", async () => {
  const { cert, key } = makeCertificate();
  const tls = { cert: Buffer.from(cert), key: [key] };
  await withServer({ tls, fetch: () => new Response("hi") }, async (server, get) => {
    assert.equal(await (await get("/", { tls: { ca: cert } })).text(), "hi");
  });
});

test("request.signal aborts when the client gives up, and the stream of the response is cancelled", async () => {
  const [aborted, source] = [deferred(), endless()];
  const handler = (request) => {
    request.signal.addEventListener("abort", () => aborted.resolve(request.signal.reason));
    return new Response(source.stream);
  };
  await withServer({ fetch: handler }, async (server, get) => {
    const response = await get();
    await response.body.cancel();
    assert.equal((await aborted.promise).name, "AbortError");
    assert.equal((await source.cancelled).name, "AbortError");
  });
});

test("a client that gives up in mid-upload aborts the signal and fails the request's body", async () => {
  const [signal, read, started] = [deferred(), deferred(), deferred()];
  const handler = async (request) => {
    request.signal.addEventListener("abort", () => signal.resolve());
    const reader = request.body.getReader();
    await reader.read();
    started.resolve();
    for (;;) {
      try {
        if ((await reader.read()).done) return read.resolve("ended");
      } catch (error) {
        read.resolve(error.name);
        throw error;
      }
    }
  };
  await withServer({ fetch: handler }, async (server, get) => {
    const controller = new AbortController();
    const init = { method: "POST", body: endless().stream, duplex: "half", signal: controller.signal };
    const answer = rejection(get("/", init));
    await started.promise;
    controller.abort();
    await signal.promise;
    assert.equal(await read.promise, "AbortError");
    assert.equal((await answer).name, "AbortError");
  });
});

test("idleTimeout gives up a connection that says nothing, and with it its requests", async () => {
  const [asked, aborted] = [deferred(), deferred()];
  const handler = (request) => {
    request.signal.addEventListener("abort", () => aborted.resolve(request.signal.reason));
    asked.resolve();
    return new Promise(() => {});
  };
  await withServer({ fetch: handler, idleTimeout: 0.2 }, async (server) => {
    const client = `require(${JSON.stringify(require.resolve("../../lib/fetch.js"))})
      .fetch3(${JSON.stringify(server.url)}, { tls: { rejectUnauthorized: false } });`;
    await withProgram(...textProgram(client), async (child) => {
      await within(asked.promise, "the request comes");
      process.kill(child.pid, "SIGSTOP"); // Deno's child.kill() counts it as dead then
      assert.equal((await within(aborted.promise, "the connection is given up", 5000)).name, "AbortError");
    });
  });
});

test("a request waits longer than idleTimeout while its client is there", async () => {
  const handler = async () => (await sleep(700), new Response("late"));
  await withServer({ fetch: handler, idleTimeout: 0.2 }, async (server, get) => {
    assert.equal(await (await get()).text(), "late");
  });
});

test("httpIdleTimeout shuts down a connection without requests, although its client keeps it alive", async () => {
  await withServer({ fetch: () => new Response(), httpIdleTimeout: 0.3 }, async (server) => {
    const closed = deferred();
    const client = quic({
      hostname: "127.0.0.1",
      port: server.port,
      alpn: "h3",
      keepAliveMs: 100,
      tls: insecure,
      message() {},
      close: closed.resolve,
    });
    try {
      await within(closed.promise, "the connection is shut down", 10_000);
    } finally {
      client.close();
    }
  });
});

test("httpIdleTimeout: 0 lets a connection without requests be", async () => {
  await withServer({ fetch: () => new Response(), httpIdleTimeout: 0 }, async (server, get) => {
    assert.equal((await get()).status, 200);
  });
});

test("the signal of a request that was answered does not abort", async () => {
  let signal;
  await withServer({ fetch: (request) => ((signal = request.signal), new Response("done")) }, async (server, get) => {
    await (await get()).text();
    await server.stop();
    assert.equal(signal.aborted, false);
  });
});

test("the process lives as long as the server, and ends by itself after stop()", async () => {
  const done = await runScript(`
    const server = serve({ port: 0, fetch: () => new Response("hi") });
    fetch3(server.url, { tls: { rejectUnauthorized: false } }).then((r) => r.text()).then(async (text) => {
      console.log(text);
      await server.stop();
      console.log("stopped");
    });`);
  assert.deepEqual([done.code, done.stdout], [0, "hi\nstopped\n"], done.stderr);
});

test("a server that is unref'd does not keep the process alive", async () => {
  const done = await runScript('serve({ port: 0, fetch: () => new Response() }).unref(); console.log("end");');
  assert.deepEqual([done.code, done.stdout], [0, "end\n"], done.stderr);
});
