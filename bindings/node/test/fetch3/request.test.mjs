import assert from "node:assert/strict";
import {
  fetch3, hashOf, insecure, makeBytes, pieces, QuicError, rejection, sha256, test, withServer,
} from "../web.mjs";

// What arrived, as JSON.
async function mirror(request) {
  const { method, url } = request;
  return Response.json({ method, url, headers: Object.fromEntries(request.headers), body: await request.text() });
}

const ask = async (get, ...args) => (await get(...args)).json();

const bodies = {
  "a string": ["tëxt", "tëxt", /^text\/plain/],
  "a Uint8Array": [new Uint8Array([97, 98]), "ab", undefined],
  "an ArrayBuffer": [new Uint8Array([97, 98, 99]).buffer, "abc", undefined],
  "a view of a part": [Buffer.from("xxpartxx").subarray(2, 6), "part", undefined],
  "a Blob": [new Blob(["bl", "ob"], { type: "text/x-mine" }), "blob", /^text\/x-mine/],
  "URLSearchParams": [new URLSearchParams({ a: "1 2", b: "&" }), "a=1+2&b=%26", /^application\/x-www-form-urlencoded/],
};

for (const [name, [body, text, type]] of Object.entries(bodies)) {
  test(`${name} as body, with its length and type`, async () => {
    await withServer({ fetch: mirror }, async (server, get) => {
      const seen = await ask(get, "/", { method: "POST", body });
      assert.equal(seen.body, text);
      assert.equal(seen.headers["content-length"], String(Buffer.byteLength(text)));
      if (type) assert.match(seen.headers["content-type"], type);
    });
  });
}

test("FormData as body", async () => {
  const fetch = async (request) => {
    const form = await request.formData();
    return Response.json([form.getAll("a"), form.get("file").name, await form.get("file").text()]);
  };
  const body = new FormData();
  body.append("a", "1");
  body.append("a", "2");
  body.append("file", new Blob(["inside"]), "name.txt");
  await withServer({ fetch }, async (server, get) => {
    assert.deepEqual(await ask(get, "/", { method: "POST", body }), [["1", "2"], "name.txt", "inside"]);
  });
});

test("a stream as body goes out while it is made", async () => {
  const bytes = makeBytes(8 << 20);
  const fetch = async (request) => new Response(await hashOf(request.body));
  await withServer({ fetch }, async (server, get) => {
    const response = await get("/", { method: "PUT", body: pieces(bytes).stream, duplex: "half" });
    assert.equal(await response.text(), sha256(bytes));
  });
});

test("a stream that fails breaks the request off", async () => {
  const boom = new Error("boom");
  let count = 0;
  const body = () => new ReadableStream({
    pull(controller) {
      if (++count > 40) controller.error(boom);
      else controller.enqueue(new Uint8Array(64 * 1024));
    },
  });
  let seen;
  const fetch = async (request) => {
    seen = rejection(request.arrayBuffer());
    throw await seen;
  };
  await withServer({ fetch, error: () => {} }, async (server, get) => {
    const error = await rejection(get("/", { method: "POST", body: body(), duplex: "half" }));
    assert.ok(error instanceof TypeError, String(error));
    assert.equal(error.cause, boom);
    assert.equal((await seen).name, "AbortError");
  });
});

test("method, headers, and what is there without asking", async () => {
  await withServer({ fetch: mirror }, async (server, get) => {
    const plain = await ask(get);
    assert.equal(plain.method, "GET");
    assert.equal(plain.headers.accept, "*/*");
    const headers = [["X-A", "1"], ["x-a", "2"], ["accept", "text/x"]];
    const full = await ask(get, "/p?q", { method: "patch", headers });
    assert.equal(full.method, "patch");
    assert.equal(full.headers["x-a"], "1, 2");
    assert.equal(full.headers.accept, "text/x");
    assert.equal((await ask(get, "/", { method: "post" })).method, "POST");
  });
});

test("a Request as input, and init on top of it", async () => {
  await withServer({ fetch: mirror }, async (server) => {
    const request = () => new Request(`${server.url}r`, { method: "PUT", body: "content", headers: { "x-a": "1" } });
    const seen = await (await fetch3(request(), { tls: insecure })).json();
    const told = [seen.method, seen.url, seen.body, seen.headers["x-a"]];
    assert.deepEqual(told, ["PUT", `${server.url}r`, "content", "1"]);
    const other = await (await fetch3(request(), { tls: insecure, method: "POST", body: "other" })).json();
    assert.deepEqual([other.method, other.body], ["POST", "other"]);
  });
});

test("the input may be a string or a URL; its fragment stays here", async () => {
  await withServer({ fetch: mirror }, async (server) => {
    for (const input of [`${server.url}a?b#c`, new URL("a?b#c", server.url)]) {
      const response = await fetch3(input, { tls: insecure });
      assert.equal((await response.json()).url, `${server.url}a?b`);
    }
  });
});

test("a Response is as fetch gives it", async () => {
  await withServer({ fetch: () => Response.json({ a: 1 }, { status: 202 }) }, async (server, get) => {
    const response = await get("/x");
    assert.ok(response instanceof Response);
    const { status, ok, statusText, type, redirected, url } = response;
    const told = [status, ok, statusText, type, redirected, url];
    assert.deepEqual(told, [202, true, "", "basic", false, `${server.url}x`]);
    const clone = response.clone();
    assert.deepEqual([clone.url, clone.redirected, clone.status], [response.url, false, 202]);
    assert.deepEqual(await clone.json(), { a: 1 });
    assert.deepEqual(await response.json(), { a: 1 });
    assert.equal(response.bodyUsed, true);
  });
});

test("wrong arguments reject with a TypeError", async () => {
  const url = "https://localhost/";
  const wrong = [
    [], ["/relative"], ["http://localhost/"], ["ftp://localhost/"], ["https://u:p@localhost/"], [url, "text"], [url, 1],
    [url, { method: "TRACE" }], [url, { method: "a b" }], [url, { redirect: "maybe" }], [url, { tls: "pem" }],
    [url, { tls: { ca: 1 } }], [url, { tls: { rejectUnauthorized: "no" } }], [url, { headers: { "a b": "c" } }],
    [url, { body: "with GET" }],
  ];
  for (const args of wrong) {
    const error = await rejection(fetch3(...args));
    assert.ok(error instanceof TypeError, `${JSON.stringify(args)}: ${error}`);
    assert.ok(!(error.cause instanceof QuicError), `${JSON.stringify(args)} went out: ${error.cause}`);
  }
});
