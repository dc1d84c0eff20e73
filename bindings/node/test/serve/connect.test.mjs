// Extended CONNECT: both ways stay open. Over HTTP/2 (RFC 8441), as fetch3 sends none over HTTP/3 (RFC 9220); the library's
// own tests ask both.
import assert from "node:assert/strict";
import { deferred, makeBytes, rejection, serve, sha256, test, within, withServer } from "../web.mjs";
import { testInNode, withHttp2 } from "../tcp.mjs";

const fetch = () => new Response("an ordinary answer");
const echo = (request) => new Response(request.body);
const asked = { ":method": "CONNECT", ":protocol": "websocket", ":path": "/chat?room=1" };

// Over HTTP/2: {stream, status(), chunk(), end}
function open(session, fields = {}) {
  const stream = session.request({ ":scheme": "https", ...asked, ...fields }, { endStream: false });
  const [responded, closed] = [deferred(), deferred()];
  stream.on("response", responded.resolve);
  stream.on("error", responded.reject);
  stream.on("close", () => closed.resolve(stream.rstCode));
  responded.promise.catch(() => {});
  const chunks = stream[Symbol.asyncIterator]();
  return {
    stream,
    head: () => within(responded.promise, "the response's head"),
    chunk: async () => String((await within(chunks.next(), "a chunk")).value ?? "its end"),
    closed: (what = "the stream closes") => within(closed.promise, what),
  };
}

testInNode("a CONNECT over HTTP/2 is echoed while it comes", async () => {
  const seen = deferred();
  const connect = (request, server) => {
    const { method, protocol, url, headers, body } = request;
    seen.resolve({ method, protocol, url, header: headers.get("x-mine"), isStream: body instanceof ReadableStream,
      version: server.httpVersion(request), address: server.requestIP(request).address, isRequest: request instanceof Request });
    return echo(request);
  };
  await withServer({ fetch, connect }, (server) => withHttp2(server, async (session) => {
    assert.equal(session.remoteSettings.enableConnectProtocol, true);
    const { stream, head, chunk } = open(session, { "x-mine": "yes" });
    assert.equal((await head())[":status"], 200);
    for (const text of ["one", "two", "three"]) {
      stream.write(text);
      assert.equal(await chunk(), text);
    }
    stream.end();
    assert.equal(await chunk(), "its end");
    assert.deepEqual(await seen.promise, {
      method: "CONNECT", protocol: "websocket", url: `${server.url.origin}/chat?room=1`, header: "yes", isStream: true,
      version: "2", address: "127.0.0.1", isRequest: true,
    });
  }));
});

testInNode("5 MiB go both ways through a CONNECT as they are", async () => {
  const bytes = makeBytes(5 << 20);
  await withServer({ fetch, connect: echo }, (server) => withHttp2(server, async (session) => {
    const { stream, head } = open(session);
    await head();
    stream.end(bytes);
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    assert.equal(sha256(Buffer.concat(chunks)), sha256(bytes));
  }));
});

testInNode("the server may speak first, and end first", async () => {
  const connect = () => new Response("hello, and goodbye");
  await withServer({ fetch, connect }, (server) => withHttp2(server, async (session) => {
    const { stream, head, chunk } = open(session);
    assert.equal((await head())[":status"], 200);
    assert.equal(await chunk(), "hello, and goodbye");
    assert.equal(await chunk(), "its end");
    stream.close();
  }));
});

testInNode("a handler that decides later may still refuse, with a status and a text", async () => {
  const connect = async (request) => {
    await new Promise(setImmediate);
    return request.protocol === "websocket" ? new Response("not here", { status: 403 }) : echo(request);
  };
  await withServer({ fetch, connect }, (server) => withHttp2(server, async (session) => {
    const refused = open(session);
    assert.equal((await refused.head())[":status"], 403);
    assert.equal(await refused.chunk(), "not here");
    const other = open(session, { ":protocol": "another" });
    assert.equal((await other.head())[":status"], 200);
    other.stream.end("x");
    assert.equal(await other.chunk(), "x");
  }));
});

testInNode("without the option CONNECT is answered 501, and reload({ connect }) brings it, and changes it", () =>
  withServer({ fetch }, (server) => withHttp2(server, async (session) => {
    const status = async () => {
      const { stream, head } = open(session);
      const fields = await head();
      stream.close();
      return fields[":status"];
    };
    assert.equal(await status(), 501);
    server.reload({ connect: echo });
    assert.equal(await status(), 200);
    server.reload({ connect: () => new Response(null, { status: 403 }) });
    assert.equal(await status(), 403);
    server.reload({ fetch });
    assert.equal(await status(), 403);
    server.reload({ routes: {} });
    assert.equal(await status(), 403);
  })));

testInNode("a server with routes alone, and connect", () =>
  withServer({ routes: { "/*": new Response("a route") }, connect: echo }, (server) => withHttp2(server, async (session) => {
    const { stream, head, chunk } = open(session);
    assert.equal((await head())[":status"], 200);
    stream.write("x");
    assert.equal(await chunk(), "x");
    stream.close();
  })));

testInNode("a client that goes in the midst of a CONNECT aborts its signal, and fails its body", async () => {
  const [aborted, failed] = [deferred(), deferred()];
  const connect = (request) => {
    request.signal.addEventListener("abort", () => aborted.resolve(request.signal.reason.name));
    const reader = request.body.getReader();
    const stream = new ReadableStream({
      async start(controller) {
        controller.enqueue(Buffer.from("ready"));
        const first = await reader.read();
        controller.enqueue(first.value);
        failed.resolve(await rejection(reader.read()));
      },
    });
    return new Response(stream);
  };
  await withServer({ fetch, connect }, (server) => withHttp2(server, async (session) => {
    const { stream, chunk } = open(session);
    assert.equal(await chunk(), "ready");
    stream.write("x");
    assert.equal(await chunk(), "x");
    session.destroy(); // close() of a stream would end it first
    assert.equal(await within(aborted.promise, "the signal aborts"), "AbortError");
    assert.equal((await within(failed.promise, "the body fails")).name, "AbortError");
  }));
});

testInNode("a handler that throws is told to error(), and the client gets a 500", async () => {
  const told = deferred();
  const options = {
    fetch,
    connect: () => {
      throw new Error("thrown by the test");
    },
    error: (failure) => told.resolve(failure.message),
  };
  await withServer(options, (server) => withHttp2(server, async (session) => {
    const { head, stream } = open(session);
    assert.equal((await head())[":status"], 500);
    assert.equal(await told.promise, "thrown by the test");
    stream.close();
  }));
});

testInNode("stop() waits for a CONNECT under way, and stop(true) ends it", () =>
  withServer({ fetch, connect: echo }, (server) => withHttp2(server, async (session) => {
    const { stream, head, chunk, closed } = open(session);
    stream.on("error", () => {});
    await head();
    let isStopped = false;
    const stopped = server.stop().then(() => (isStopped = true));
    stream.write("still there");
    assert.equal(await chunk(), "still there");
    assert.equal(isStopped, false);
    await server.stop(true);
    await stopped;
    await closed();
  })));

testInNode("a plain CONNECT, which asks for a tunnel elsewhere, is answered 501", () =>
  withServer({ fetch, connect: echo }, (server) => withHttp2(server, async (session) => {
    const stream = session.request({ ":method": "CONNECT", ":authority": "a.example:443" });
    const responded = deferred();
    stream.on("response", (fields) => responded.resolve(fields[":status"]));
    stream.on("error", responded.reject);
    assert.equal(await within(responded.promise, "the answer"), 501);
    stream.close();
  })));

test("a connect that is no function is a TypeError", () => {
  for (const connect of [1, "x", {}, true]) {
    const open = () => serve({ port: 0, fetch, connect });
    assert.throws(open, { name: "TypeError", code: "ERR_INVALID_ARG_TYPE", message: /options\.connect/ });
  }
});
