import assert from "node:assert/strict";
import { deferred, endless, fetch3, insecure, rejection, runScript, test, withServer } from "../web.mjs";

const why = new Error("why");

test("a signal that is aborted already: nothing is sent", async () => {
  let count = 0;
  await withServer({ fetch: () => (++count, new Response()) }, async (server, get) => {
    assert.equal(await rejection(get("/", { signal: AbortSignal.abort(why) })), why);
    assert.equal((await rejection(get("/", { signal: AbortSignal.abort() }))).name, "AbortError");
    await get();
    assert.equal(count, 1);
  });
});

test("abort while waiting for the response rejects with the reason, and the server is told", async () => {
  const [started, aborted] = [deferred(), deferred()];
  const fetch = (request) => {
    request.signal.addEventListener("abort", aborted.resolve);
    started.resolve();
    return new Promise(() => {});
  };
  await withServer({ fetch }, async (server, get) => {
    const controller = new AbortController();
    const answer = rejection(get("/", { signal: controller.signal }));
    await started.promise;
    controller.abort(why);
    assert.equal(await answer, why);
    await aborted.promise;
  });
});

test("abort in mid-body fails the body with the reason, and the server is told", async () => {
  const source = endless();
  await withServer({ fetch: () => new Response(source.stream) }, async (server, get) => {
    const controller = new AbortController();
    const reader = (await get("/", { signal: controller.signal })).body.getReader();
    await reader.read();
    controller.abort(why);
    const drain = async () => {
      while (!(await reader.read()).done);
    };
    assert.equal(await rejection(drain()), why);
    await source.cancelled;
  });
});

test("abort fails a read that waits", async () => {
  const stream = new ReadableStream({});
  await withServer({ fetch: () => new Response(stream) }, async (server, get) => {
    const controller = new AbortController();
    const text = rejection((await get("/", { signal: controller.signal })).text());
    controller.abort(why);
    assert.equal(await text, why);
  });
});

test("abort in mid-upload cancels the source with the reason", async () => {
  const source = endless();
  const started = deferred();
  const fetch = async (request) => {
    await request.body.getReader().read();
    started.resolve();
    return new Promise(() => {});
  };
  await withServer({ fetch }, async (server, get) => {
    const controller = new AbortController();
    const init = { method: "POST", body: source.stream, duplex: "half", signal: controller.signal };
    const answer = rejection(get("/", init));
    await started.promise;
    controller.abort(why);
    assert.equal(await answer, why);
    assert.equal(await source.cancelled, why);
  });
});

test("AbortSignal.timeout ends a request that is not answered", async () => {
  await withServer({ fetch: () => new Promise(() => {}) }, async (server, get) => {
    assert.equal((await rejection(get("/", { signal: AbortSignal.timeout(50) }))).name, "TimeoutError");
  });
});

test("abort after the end has no effect", async () => {
  await withServer({ fetch: () => new Response("whole") }, async (server, get) => {
    const controller = new AbortController();
    const response = await get("/", { signal: controller.signal });
    assert.equal(await response.text(), "whole");
    controller.abort(why);
    assert.equal(await (await get()).text(), "whole");
  });
});

test("the server breaks the body off: reading it fails with a TypeError that has a QuicError as cause", async () => {
  const source = endless();
  await withServer({ fetch: () => new Response(source.stream) }, async (server, get) => {
    const response = await get();
    const text = rejection(response.arrayBuffer());
    await server.stop(true);
    const error = await text;
    assert.ok(error instanceof TypeError, String(error));
    assert.equal(error.cause.name, "QuicError");
  });
});

test("a response that nobody reads does not keep the process alive, one that is read does", async () => {
  await withServer({ fetch: () => new Response(endless().stream) }, async (server) => {
    const url = JSON.stringify(String(server.url));
    const done = await runScript(`
      fetch3(${url}, { tls: { rejectUnauthorized: false } }).then(async (response) => {
        const reader = response.body.getReader();
        let size = 0;
        while (size < 4 << 20) size += (await reader.read()).value.length;
        console.log(response.status);
      });`);
    assert.deepEqual([done.code, done.stdout], [0, "200\n"], done.stderr);
  });
});

test("64 fetches at once over one connection", async () => {
  const ports = new Set();
  const fetch = (request, server) => (ports.add(server.requestIP(request).port), new Response(request.url));
  await withServer({ fetch }, async (server) => {
    const urls = Array.from({ length: 64 }, (_, i) => `${server.url}${i}`);
    const texts = await Promise.all(urls.map(async (url) => (await fetch3(url, { tls: insecure })).text()));
    assert.deepEqual(texts, urls);
    assert.equal(ports.size, 1);
  });
});
