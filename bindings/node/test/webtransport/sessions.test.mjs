// Sessions: how they open, who refuses them, and how they end.
import assert from "node:assert/strict";
import { deferred, test, within } from "../runner.mjs";
import { freePort } from "../support.mjs";
import { insecure, serve } from "../web.mjs";
import { WebTransport, WebTransportError, failure, next, withPair, withSessions } from "./support.mjs";

function assertSessionError(error, pattern) {
  assert.ok(error instanceof WebTransportError, String(error?.stack ?? error));
  assert.ok(error instanceof DOMException);
  assert.equal(error.name, "WebTransportError");
  assert.equal(error.source, "session");
  assert.equal(error.streamErrorCode, null);
  assert.match(error.message, pattern);
}

test("a session opens, and its handler gets it with the request", async () => {
  const seen = deferred();
  const webTransport = {
    "/rooms/:name/*": (session, server) => {
      const { request } = session;
      seen.resolve({
        url: request.url, method: request.method, protocol: request.protocol, header: request.headers.get("x-mine"),
        params: { ...request.params }, address: server.requestIP(request).address, version: server.httpVersion(request),
        isRequest: request instanceof Request, body: request.body, reliability: session.reliability,
      });
    },
  };
  await withSessions({ webTransport }, async (connect, server) => {
    const client = connect("/rooms/caf%C3%A9/a/b?key=1", { headers: { "x-mine": "yes" } });
    assert.equal(client.reliability, "pending");
    assert.equal(await within(client.ready, "ready"), undefined);
    assert.equal(client.reliability, "supports-unreliable");
    assert.deepEqual(await within(seen.promise, "the handler"), {
      url: `${server.url.origin}/rooms/caf%C3%A9/a/b?key=1`, method: "CONNECT", protocol: "webtransport", header: "yes",
      params: { name: "café", "*": "a/b" }, address: "127.0.0.1", version: "3", isRequest: true, body: null,
      reliability: "supports-unreliable",
    });
  });
});

test("the client closes: both sides get code and reason", () => withPair(async (client, session) => {
  client.close({ closeCode: 4_000_000_000, reason: "enough, zu Ende, 終" });
  const expected = { closeCode: 4_000_000_000, reason: "enough, zu Ende, 終" };
  assert.deepEqual(await within(client.closed, "the client's end"), expected);
  assert.deepEqual(await within(session.closed, "the server's end"), expected);
}));

test("the server closes: both sides get code and reason", () => withPair(async (client, session) => {
  session.close({ closeCode: 7, reason: "goodbye" });
  assert.deepEqual(await within(session.closed, "the server's end"), { closeCode: 7, reason: "goodbye" });
  assert.deepEqual(await within(client.closed, "the client's end"), { closeCode: 7, reason: "goodbye" });
}));

test("close() says code 0 without a reason, and a second one nothing", () => withPair(async (client, session) => {
  client.close();
  client.close({ closeCode: 9 });
  assert.deepEqual(await within(client.closed, "the client's end"), { closeCode: 0, reason: "" });
  assert.deepEqual(await within(session.closed, "the server's end"), { closeCode: 0, reason: "" });
  client.close({ closeCode: 9 });
}));

test("a reason is cut to 1,024 bytes, between characters", () => withPair(async (client, session) => {
  client.close({ reason: `${"x".repeat(1022)}終終` });
  const { reason } = await within(session.closed, "the server's end");
  assert.equal(reason, "x".repeat(1022));
}));

test("streams and datagrams end with the session: cleanly where it was closed", () => withPair(async (client, session) => {
  const { readable, writable } = await client.createBidirectionalStream();
  const writer = writable.getWriter();
  await writer.write(new Uint8Array(1));
  const reading = failure(readable.getReader().read(), "the read");
  await next(session.incomingBidirectionalStreams, "the stream");
  session.close({ closeCode: 1 });
  await within(client.closed, "the client's end");
  // A reset may come before the word that the session is closed.
  assert.ok((await reading) instanceof WebTransportError);
  assertSessionError(await failure(writer.write(new Uint8Array(1)), "the write"), /over/);
  for (const arrivals of [client.incomingBidirectionalStreams, client.incomingUnidirectionalStreams, client.datagrams.readable]) {
    assert.deepEqual(await within(arrivals.getReader().read(), "its end"), { done: true, value: undefined });
  }
  assertSessionError(await failure(client.datagrams.writable.getWriter().write(new Uint8Array(1)), "a datagram"), /closed/);
  for (const create of ["createBidirectionalStream", "createUnidirectionalStream"]) {
    assert.equal((await failure(client[create](), create)).name, "InvalidStateError");
  }
}));

test("a session that breaks off rejects `closed` on the other side, and fails its streams", async () => {
  const opened = deferred();
  const server = serve({ port: 0, hostname: "127.0.0.1", webTransport: (session) => opened.resolve(session) });
  const client = new WebTransport(server.url, { tls: insecure });
  await within(client.ready, "ready");
  const session = await within(opened.promise, "the server's session");
  const arriving = failure(client.incomingBidirectionalStreams.getReader().read(), "the streams");
  await within(server.stop(true), "the server stops"); // at once: the connection is closed
  assertSessionError(await failure(client.closed, "the client's end"), /./);
  assertSessionError(await arriving, /./);
  await within(session.closed.catch(() => {}), "the server's end");
});

test("a client that closes before it is ready rejects both, and the process of opening ends", async () => {
  await withSessions({ webTransport: () => {} }, async (connect) => {
    const client = connect();
    client.close({ closeCode: 1 });
    assertSessionError(await failure(client.ready, "ready"), /closed before it was ready/);
    assertSessionError(await failure(client.closed, "closed"), /closed before it was ready/);
  });
});

test("nobody there: ready and closed reject, with the cause", async () => {
  const client = new WebTransport(`https://127.0.0.1:${await freePort()}/`, { tls: insecure });
  const error = await failure(client.ready, "ready", 20_000);
  assertSessionError(error, /./);
  assert.match(error.cause.code, /^ERR_QUIC_/);
  assert.equal(error.status, null);
  assert.equal(await failure(client.closed, "closed"), error);
});

test("a server that serves no WebTransport refuses", () => withSessions({ fetch: () => new Response() }, async (connect) => {
  assertSessionError(await failure(connect().ready, "ready"), /./);
}));

test("a path without a handler is answered 404, and others by their handlers", async () => {
  const opened = [];
  const webTransport = { "/a": () => opened.push("a"), "/b/:x": (session) => opened.push(session.request.params.x) };
  await withSessions({ webTransport }, async (connect) => {
    const error = await failure(connect("/c").ready, "ready");
    assertSessionError(error, /404/);
    assert.equal(error.status, 404);
    await within(connect("/a").ready, "a");
    await within(connect("/b/1").ready, "b");
    assert.deepEqual(opened, ["a", "1"]);
  });
});

test("upgrade refuses by a Response, at once or later, and lets others in", async () => {
  const opened = deferred();
  const webTransport = {
    async upgrade(request, server) {
      assert.equal(server.httpVersion(request), "3");
      if (request.headers.get("authorization") === "good") return undefined;
      await new Promise(setImmediate);
      return new Response("who are you?", { status: 401 });
    },
    open: (session) => opened.resolve(session.request.headers.get("authorization")),
  };
  await withSessions({ webTransport }, async (connect) => {
    const error = await failure(connect("/x").ready, "ready");
    assert.equal(error.status, 401);
    await within(connect("/x", { headers: { authorization: "good" } }).ready, "ready");
    assert.equal(await within(opened.promise, "the handler"), "good");
  });
});

test("a client that goes while upgrade decides aborts the request's signal, and no session is opened", async () => {
  const [asked, decided] = [deferred(), deferred()];
  const webTransport = {
    async upgrade(request) {
      const gone = new Promise((resolve) => request.signal.addEventListener("abort", resolve));
      asked.resolve();
      await gone;
      setImmediate(decided.resolve);
    },
    open: () => assert.fail("it is not open"),
  };
  await withSessions({ webTransport }, async (connect) => {
    const client = connect();
    await within(asked.promise, "upgrade");
    client.close();
    await within(decided.promise, "the signal aborts");
    await failure(client.ready, "ready");
  });
});

test("a session that is let in while the server stops is closed, too", async () => {
  const [asked, decide, opened] = [deferred(), deferred(), deferred()];
  const webTransport = {
    async upgrade() {
      asked.resolve();
      await decide.promise;
    },
    open: (session) => opened.resolve(session),
  };
  const server = serve({ port: 0, hostname: "127.0.0.1", webTransport });
  const client = new WebTransport(server.url, { tls: insecure });
  await within(asked.promise, "upgrade");
  const stopped = server.stop();
  decide.resolve();
  await within(client.ready, "ready");
  await within(client.draining, "draining");
  await within(client.closed, "its end");
  await within((await within(opened.promise, "the handler")).closed, "the server's end");
  await within(stopped, "the server's stop");
});

test("an upgrade that fails is told to `error`, whose Response refuses; one of 2xx does not let the session in", async () => {
  const told = [];
  const responses = [new Response("no", { status: 503 }), undefined, new Response("yes"), undefined];
  const options = {
    webTransport: {
      upgrade(request) {
        if (request.url.endsWith("/response")) return new Response("fine");
        throw new Error("of the upgrade");
      },
      open: () => assert.fail("it is not open"),
    },
    error(failed) {
      told.push(failed.message);
      return responses.shift();
    },
  };
  await withSessions(options, async (connect) => {
    assert.equal((await failure(connect("/throws").ready, "ready")).status, 503);
    assert.equal((await failure(connect("/throws").ready, "ready")).status, 500);
    assert.equal((await failure(connect("/response").ready, "ready")).status, 500);
    assert.deepEqual(told.slice(0, 2), ["of the upgrade", "of the upgrade"]);
    assert.match(told[2], /2xx/);
  });
});

test("a handler that fails closes its session with code 500, and `error` is told", async () => {
  const told = deferred();
  const options = {
    webTransport: async () => {
      throw new Error("of the handler");
    },
    error: (failed) => told.resolve(failed.message),
  };
  await withSessions(options, async (connect) => {
    const { closeCode, reason } = await within(connect().closed, "the client's end");
    assert.deepEqual([closeCode, reason], [500, "the server's handler failed"]);
    assert.equal(await within(told.promise, "the error"), "of the handler");
  });
});

test("a handler that ends as its session broke off is no failure", async () => {
  const over = deferred();
  const options = {
    async webTransport(session) {
      try {
        await session.closed;
        await session.createBidirectionalStream();
      } finally {
        over.resolve();
      }
    },
    error: (failed) => over.reject(failed),
  };
  await withSessions(options, async (connect) => {
    const client = connect();
    await within(client.ready, "ready");
    client.close();
    await within(over.promise, "the handler's end");
    await new Promise(setImmediate);
  });
});

test("several sessions at once, each with its own streams", async () => {
  const webTransport = {
    "/:name": async (session) => {
      const { readable, writable } = await next(session.incomingBidirectionalStreams, "the stream");
      const writer = writable.getWriter();
      await writer.write(new TextEncoder().encode(`${session.request.params.name}:`));
      writer.releaseLock();
      await readable.pipeTo(writable);
    },
  };
  await withSessions({ webTransport }, async (connect) => {
    const talk = async (name) => {
      const client = connect(`/${name}`);
      const { readable, writable } = await client.createBidirectionalStream();
      const writer = writable.getWriter();
      await writer.write(new TextEncoder().encode(`hello from ${name}`));
      await writer.close();
      return new Response(readable).text();
    };
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
    const texts = await within(Promise.all(names.map(talk)), "all answers", 30_000);
    assert.deepEqual(texts, names.map((name) => `${name}:hello from ${name}`));
  });
});

test("reload brings other handlers, while sessions that are open go on", async () => {
  const first = deferred();
  await withSessions({ webTransport: { "/a": (session) => first.resolve(session) } }, async (connect, server) => {
    const client = connect("/a");
    await within(client.ready, "ready");
    const session = await within(first.promise, "the first session");
    const second = deferred();
    server.reload({ webTransport: { "/b": (other) => second.resolve(other) } });
    assert.equal((await failure(connect("/a").ready, "the former path")).status, 404);
    await within(connect("/b").ready, "the new path");
    await within(second.promise, "the new handler");
    server.reload({ routes: { "/": new Response("a route") } });
    await within(connect("/b").ready, "the new path after another reload");
    const { writable } = await client.createBidirectionalStream();
    await writable.getWriter().write(new Uint8Array(1));
    await next(session.incomingBidirectionalStreams, "the stream of the old session");
    server.reload({ webTransport: null });
    assert.equal((await failure(connect("/b").ready, "no path")).status, 404);
    client.close({ closeCode: 3 });
    assert.equal((await within(session.closed, "its end")).closeCode, 3);
  });
});

test("reload brings webTransport to a server that had none", () =>
  withSessions({ fetch: () => new Response() }, async (connect, server) => {
    server.reload({ webTransport: () => {} });
    await within(connect().ready, "ready");
  }));

test("a server that stops asks its sessions to end, and closes them", async () => {
  const opened = deferred();
  const server = serve({ port: 0, hostname: "127.0.0.1", webTransport: (session) => opened.resolve(session) });
  const client = new WebTransport(server.url, { tls: insecure });
  await within(client.ready, "ready");
  const session = await within(opened.promise, "the server's session");
  const stopped = server.stop();
  await within(client.draining, "draining");
  assert.deepEqual(await within(client.closed, "the client's end"), { closeCode: 0, reason: "" });
  await within(session.closed, "the server's end");
  await within(stopped, "the server's stop");
});

test("`await using` closes a session", () => withPair(async (client, session) => {
  await client[Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]();
  assert.deepEqual(await within(session.closed, "the server's end"), { closeCode: 0, reason: "" });
}));

test("fetch and webTransport share a server", async () => {
  const { fetch3 } = await import("../web.mjs");
  await withSessions({ fetch: () => new Response("fetched"), webTransport: () => {} }, async (connect, server) => {
    await within(connect("/anything").ready, "ready");
    assert.equal(await (await fetch3(server.url, { tls: insecure })).text(), "fetched");
  });
});
