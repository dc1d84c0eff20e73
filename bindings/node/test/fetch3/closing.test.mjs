// fetch3.close(): the end of the connections that are kept.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { deferred, fetch3, insecure, runScript, test, within, withServer } from "../web.mjs";

const { quic } = createRequire(import.meta.url)("../../index.cjs");
const tellPort = (request, server) => new Response(String(server.requestIP(request).port));

test("requests after close() open a new connection", () => withServer({ fetch: tellPort }, async (server, get) => {
  const ask = async () => (await get()).text();
  const port = await ask();
  assert.equal(await ask(), port);
  assert.equal(await fetch3.close(), undefined);
  assert.notEqual(await ask(), port);
}));

test("close() closes connections of every kind of trust, and is allowed without any", async () => {
  await fetch3.close();
  await withServer({ fetch: tellPort }, async (server, get) => {
    const kinds = [insecure, { ca: server.developmentCertificate.cert }];
    const ask = () => Promise.all(kinds.map(async (tls) => (await get("/", { tls })).text()));
    const ports = await ask();
    await Promise.all([fetch3.close(), fetch3.close()]);
    for (const port of await ask()) assert.ok(!ports.includes(port), port);
  });
});

test("close() waits for requests that are under way, bodies of responses too", async () => {
  const [asked, answer] = [deferred(), deferred()];
  let controller;
  const fetch = async (request, server) => {
    if (request.url.endsWith("/slow")) {
      asked.resolve();
      await answer.promise;
      return new Response(new ReadableStream({ start: (given) => (controller = given) }));
    }
    return tellPort(request, server);
  };
  await withServer({ fetch }, async (server, get) => {
    const slow = get("/slow");
    await within(asked.promise, "the request came");
    let isClosed = false;
    const closed = fetch3.close().then(() => (isClosed = true));
    await (await get("/other")).text(); // by a connection of its own
    assert.equal(isClosed, false);
    answer.resolve();
    const response = await within(slow, "the response's head");
    controller.enqueue(new TextEncoder().encode("all "));
    await (await get("/other")).text();
    assert.equal(isClosed, false);
    controller.enqueue(new TextEncoder().encode("of it"));
    controller.close();
    assert.equal(await within(response.text(), "the response's body"), "all of it");
    await within(closed, "the connections closed");
  });
});

test("close() waits for a request whose body is not there yet", () => {
  const echo = async (request) => new Response(await request.text());
  return withServer({ fetch: echo }, async (server, get) => {
    let controller;
    const body = new ReadableStream({ start: (given) => (controller = given) });
    const response = get("/", { method: "POST", body, duplex: "half" });
    let isClosed = false;
    const closed = fetch3.close().then(() => (isClosed = true));
    await new Promise(setImmediate);
    assert.equal(isClosed, false);
    controller.enqueue(new TextEncoder().encode("late"));
    controller.close();
    assert.equal(await (await within(response, "the response")).text(), "late");
    await within(closed, "the connections closed");
  });
});

test("a request that is given up does not hold close() back", () => {
  return withServer({ fetch: () => new Promise(() => {}) }, async (server, get) => {
    const abort = new AbortController();
    const given = get("/", { signal: abort.signal }).catch(() => "given up");
    const closed = fetch3.close();
    abort.abort();
    assert.equal(await given, "given up");
    await within(closed, "the connections closed");
  });
});

test("the server is told that its connection is closed", async () => {
  const [connected, asked, closed] = [deferred(), deferred(), deferred()];
  const server = quic({
    server: true, hostname: "127.0.0.1", port: 0, alpn: "h3", connection: connected.resolve,
    open: asked.resolve, data() {}, socketClose: closed.resolve, socketError: closed.reject,
  });
  try {
    const abort = new AbortController();
    const url = `https://127.0.0.1:${server.port}/`;
    const given = fetch3(url, { tls: insecure, signal: abort.signal }).catch(() => "given up");
    const connection = await within(connected.promise, "the client came");
    await within(asked.promise, "the request came");
    abort.abort();
    assert.equal(await given, "given up");
    await fetch3.close();
    assert.equal(await within(closed.promise, "the connection closed"), connection);
  } finally {
    server.close();
  }
});

test("a process waits for close(), and then ends by itself", async () => {
  const { code, stdout, stderr } = await runScript(`
    (async () => {
      const server = serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("hello") });
      await (await fetch3(server.url, { tls: { ca: server.developmentCertificate.cert } })).text();
      server.unref();
      await fetch3.close();
      console.log("closed");
    })();`);
  assert.deepEqual([code, stdout.trim(), stderr], [0, "closed", ""]);
});
