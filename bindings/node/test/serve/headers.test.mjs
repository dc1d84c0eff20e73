import assert from "node:assert/strict";
import { isDeno, skip } from "../runner.mjs";
import { deferred, pieces, test, within, withServer } from "../web.mjs";

test("several set-cookie stay several", async () => {
  const headers = new Headers({ "x-one": "1" });
  headers.append("set-cookie", "a=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT");
  headers.append("set-cookie", "b=2");
  await withServer({ fetch: () => new Response("", { headers }) }, async (server, get) => {
    const response = await get();
    assert.deepEqual(response.headers.getSetCookie(), ["a=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT", "b=2"]);
    assert.equal(response.headers.get("x-one"), "1");
  });
});

test("request headers arrive, and host", async () => {
  const handler = (request) => Response.json(Object.fromEntries(request.headers));
  await withServer({ fetch: handler }, async (server, get) => {
    const seen = await (await get("/", { headers: { "X-Mine": "a, b", cookie: "a=1; b=2", te: "gzip" } })).json();
    assert.equal(seen["x-mine"], "a, b");
    assert.equal(seen.cookie, "a=1; b=2");
    assert.equal(seen.host, server.url.host);
    assert.equal(seen.te, undefined);
  });
});

// Deno's own Headers join the pieces, by a comma, before they are sent.
(isDeno ? skip : test)("cookie fields that come in pieces are joined with a semicolon", async () => {
  const headers = new Headers();
  headers.append("cookie", "a=1");
  headers.append("cookie", "b=2");
  await withServer({ fetch: (request) => new Response(request.headers.get("cookie")) }, async (server, get) => {
    assert.equal(await (await get("/", { headers })).text(), "a=1; b=2");
  });
});

test("header values beyond ASCII arrive as they were sent", async () => {
  const sent = Buffer.from("grün €").toString("latin1"); // UTF-8, as byte string
  const handler = (request) => new Response("", { headers: { "x-back": request.headers.get("x-there") } });
  await withServer({ fetch: handler }, async (server, get) => {
    assert.equal((await get("/", { headers: { "x-there": sent } })).headers.get("x-back"), sent);
  });
});

test("a value is the bytes of its characters, both ways", async () => {
  const every = Array.from({ length: 256 }, (_, byte) => byte)
    .filter((byte) => byte >= 0x21 && byte !== 0x7f).map((byte) => String.fromCharCode(byte)).join("");
  const seen = {};
  const handler = (request) => {
    seen.every = request.headers.get("x-every");
    seen.lone = request.headers.get("x-lone");
    const headers = new Headers({ "x-every": every, "x-lone": "\xe9" });
    headers.append("set-cookie", "a=\xfc");
    return new Response("", { headers });
  };
  await withServer({ fetch: handler }, async (server, get) => {
    const response = await get("/", { headers: { "x-every": every, "x-lone": "\xe9" } });
    assert.deepEqual(seen, { every, lone: "\xe9" });
    assert.equal(response.headers.get("x-every"), every);
    assert.equal(response.headers.get("x-lone"), "\xe9");
    assert.deepEqual(response.headers.getSetCookie(), ["a=\xfc"]);
  });
});

test("fields of the connection are left out", async () => {
  const headers = { connection: "close", "keep-alive": "5", "transfer-encoding": "chunked", upgrade: "h9" };
  headers["x-kept"] = "1";
  await withServer({ fetch: () => new Response("body", { headers }) }, async (server, get) => {
    const response = await get();
    assert.equal(await response.text(), "body");
    assert.equal(response.headers.get("x-kept"), "1");
    for (const name of ["connection", "keep-alive", "transfer-encoding", "upgrade"]) {
      assert.equal(response.headers.get(name), null, name);
    }
  });
});

// RFC 9110 section 8.6: a message whose content is not as long as it says is malformed.
for (const [what, body] of Object.entries({
  "there is": () => "four",
  "comes at once": () => pieces(Buffer.from("four")).stream,
  "comes later": () => new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      controller.enqueue(Buffer.from("four"));
      controller.close();
    },
  }),
})) {
  for (const length of ["9", "3"]) {
    test(`a body that ${what} under a content-length of ${length}, not of its own, is an error`, async () => {
      const told = deferred();
      const options = {
        fetch: () => new Response(body(), { headers: { "content-length": length } }),
        error: (failure) => told.resolve(failure),
      };
      await withServer(options, async (server, get) => {
        const read = get().then((response) => response.text().then((text) => [response.status, text]));
        const result = await read.catch(() => "broken off");
        assert.ok(result === "broken off" || result[0] === 500, String(result));
        assert.match(String(await within(told.promise, "error() is told")), /content-length says [93] bytes/);
      });
    });
  }
}

for (const status of [200, 201, 204, 304, 404, 503, 599]) {
  test(`status ${status} arrives`, async () => {
    await withServer({ fetch: () => new Response(null, { status, headers: { "x-a": "b" } }) }, async (server, get) => {
      const response = await get();
      assert.equal(response.status, status);
      assert.equal(response.ok, status < 300);
      assert.equal(response.headers.get("x-a"), "b");
      assert.equal(await response.text(), "");
    });
  });
}

test("HEAD gets the headers that a stream's Response has, and its stream is cancelled", async () => {
  let hasCancelled = false;
  const stream = () => new ReadableStream({ cancel: () => void (hasCancelled = true) });
  const handler = () => new Response(stream(), { headers: { "content-length": "12345" } });
  await withServer({ fetch: handler }, async (server, get) => {
    const response = await get("/", { method: "HEAD" });
    assert.equal(response.headers.get("content-length"), "12345");
    assert.equal(await response.text(), "");
    assert.equal(hasCancelled, true);
  });
});

test("HEAD without a body keeps the content-length that the handler gives", async () => {
  const handler = () => new Response(null, { headers: { "content-length": "777" } });
  await withServer({ fetch: handler }, async (server, get) => {
    assert.equal((await get("/", { method: "HEAD" })).headers.get("content-length"), "777");
  });
});

for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "lower"]) {
  test(`method ${method} arrives`, async () => {
    await withServer({ fetch: (request) => new Response(request.method) }, async (server, get) => {
      assert.equal(await (await get("/", { method })).text(), method);
    });
  });
}

test("the URL arrives with path and query as they were sent", async () => {
  await withServer({ fetch: (request) => new Response(request.url) }, async (server, get) => {
    assert.equal(await (await get("/a%20b//c?d=e&f=%2F")).text(), `${server.url.origin}/a%20b//c?d=e&f=%2F`);
    assert.equal(await (await get(`${server.url.origin}//x`)).text(), `${server.url.origin}//x`);
  });
});
