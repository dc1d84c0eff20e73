import assert from "node:assert/strict";
import { deferred, endless, hashOf, makeBytes, pieces, sha256, test, withServer } from "../web.mjs";

const sizes = [0, 1, 1200, 65_537, 1 << 20, 64 << 20];

for (const size of sizes) {
  test(`a body of ${size} bytes goes up whole`, async () => {
    const bytes = makeBytes(size);
    const handler = async (request) => new Response(await hashOf(request.body ?? []));
    await withServer({ fetch: handler }, async (server, get) => {
      const response = await get("/", { method: "POST", body: bytes });
      assert.equal(await response.text(), sha256(bytes));
    });
  });

  test(`a body of ${size} bytes comes down whole, with its length`, async () => {
    const bytes = makeBytes(size);
    const fetch = () => new Response(size > 1 << 20 ? pieces(bytes).stream : bytes);
    await withServer({ fetch }, async (server, get) => {
      const response = await get();
      if (size <= 65_537) assert.equal(response.headers.get("content-length"), String(size));
      assert.equal(await hashOf(response.body), sha256(bytes));
    });
  });

  test(`a streamed body of ${size} bytes is echoed while it comes`, async () => {
    const bytes = makeBytes(size);
    await withServer({ fetch: (request) => new Response(request.body) }, async (server, get) => {
      const response = await get("/", { method: "POST", body: pieces(bytes).stream, duplex: "half" });
      assert.equal(await hashOf(response.body), sha256(bytes));
    });
  });
}

test("request.text, json, arrayBuffer, blob and formData read the body", async () => {
  const handler = async (request) => {
    const how = new URL(request.url).pathname.slice(1);
    const value = await request[how]();
    if (how === "formData") return Response.json([value.get("a"), await value.get("file").text()]);
    if (how === "blob") return new Response(`${value.type}: ${await value.text()}`);
    return how === "json" ? Response.json(value) : new Response(value);
  };
  await withServer({ fetch: handler }, async (server, get) => {
    const post = (path, body) => get(path, { method: "POST", body });
    assert.equal(await (await post("/text", "é€")).text(), "é€");
    assert.deepEqual(await (await post("/json", '{"a":[1]}')).json(), { a: [1] });
    assert.equal(await (await post("/arrayBuffer", "abc")).text(), "abc");
    assert.equal(await (await post("/blob", new Blob(["x", "y"], { type: "image/png" }))).text(), "image/png: xy");
    const form = new FormData();
    form.set("a", "1");
    form.set("file", new Blob(["inside"]), "f.txt");
    assert.deepEqual(await (await post("/formData", form)).json(), ["1", "inside"]);
  });
});

test("GET and HEAD requests have no body", async () => {
  await withServer({ fetch: (request) => new Response(String(request.body === null)) }, async (server, get) => {
    assert.equal(await (await get()).text(), "true");
    const head = await get("/", { method: "HEAD" });
    assert.equal(head.body, null);
    assert.equal(head.headers.get("content-length"), "4");
  });
});

test("the head of a response goes out before its first bytes", async () => {
  const first = deferred();
  const body = () => new ReadableStream({ pull: (controller) => first.promise.then(() => controller.close()) });
  await withServer({ fetch: () => new Response(body(), { status: 201 }) }, async (server, get) => {
    const response = await get();
    assert.equal(response.status, 201);
    first.resolve();
    assert.equal(await response.text(), "");
  });
});

test("bytes of a response go out as they are made", async () => {
  const source = {};
  const stream = new ReadableStream({ start: (controller) => (source.controller = controller) });
  await withServer({ fetch: () => new Response(stream) }, async (server, get) => {
    const reader = (await get()).body.getReader();
    for (const text of ["one", "two", "three"]) {
      source.controller.enqueue(Buffer.from(text));
      assert.equal(Buffer.from((await reader.read()).value).toString(), text);
    }
    source.controller.close();
    assert.equal((await reader.read()).done, true);
  });
});

// Long enough for a server that does not hold back to send far more than it may.
async function roundTrips(get, count = 50) {
  for (let i = 0; i < count; ++i) assert.equal(await (await get("/ping")).text(), "pong");
}

test("a response that is not read is held back", async () => {
  const source = endless();
  const handler = (request) => new Response(request.url.endsWith("/ping") ? "pong" : source.stream);
  await withServer({ fetch: handler }, async (server, get) => {
    const reader = (await get("/endless")).body.getReader();
    await roundTrips(get);
    assert.ok(source.given < 4 << 20, `${source.given} bytes were asked for`);
    const before = source.given;
    for (let taken = 0; taken < 8 << 20; ) taken += (await reader.read()).value.length;
    assert.ok(source.given > before);
    await reader.cancel("enough");
    await source.cancelled;
  });
});

test("an upload that is not read is held back", async () => {
  const source = endless();
  const goOn = deferred();
  const handler = async (request) => {
    if (request.url.endsWith("/ping")) return new Response("pong");
    const reader = request.body.getReader();
    await goOn.promise;
    let taken = 0;
    while (taken < 8 << 20) taken += (await reader.read()).value.length;
    return new Response(String(taken >= 8 << 20));
  };
  await withServer({ fetch: handler }, async (server, get) => {
    const answer = get("/", { method: "POST", body: source.stream, duplex: "half" });
    await roundTrips(get);
    assert.ok(source.given < 4 << 20, `${source.given} bytes were asked for`);
    goOn.resolve();
    assert.equal(await (await answer).text(), "true");
    await source.cancelled;
  });
});

test("a handler that leaves the upload unread answers all the same", async () => {
  await withServer({ fetch: () => new Response("no, thanks", { status: 403 }) }, async (server, get) => {
    const response = await get("/", { method: "PUT", body: makeBytes(4 << 20) });
    assert.equal(response.status, 403);
    assert.equal(await response.text(), "no, thanks");
  });
});

test("a handler that cancels the upload answers all the same", async () => {
  const handler = async (request) => {
    const reader = request.body.getReader();
    await reader.read();
    await reader.cancel();
    return new Response("enough");
  };
  await withServer({ fetch: handler }, async (server, get) => {
    const source = endless();
    const response = await get("/", { method: "PUT", body: source.stream, duplex: "half" });
    assert.equal(await response.text(), "enough");
    await source.cancelled;
  });
});

test("a body that is larger than maxRequestBodySize is answered 413", async () => {
  const handler = async (request) => new Response(String((await request.arrayBuffer()).byteLength));
  await withServer({ fetch: handler, maxRequestBodySize: 1000 }, async (server, get) => {
    const post = (size) => get("/", { method: "POST", body: makeBytes(size) });
    assert.equal(await (await post(1000)).text(), "1000");
    assert.equal((await post(1001)).status, 413);
    const streamed = await get("/", { method: "POST", body: pieces(makeBytes(100_000)).stream, duplex: "half" });
    assert.equal(streamed.status, 413);
  });
});
