import assert from "node:assert/strict";
import { pieces, rejection, test, withServer } from "../web.mjs";

// /to/STATUS/WHERE redirects; anything else says what arrived.
async function handler(request) {
  const [, how, status, where] = /^\/(to|count)\/(\d+)\/?(.*)$/.exec(new URL(request.url).pathname) ?? [];
  if (how === "to") return new Response("moved", { status: Number(status), headers: { location: `/${where}` } });
  if (how === "count" && status !== "0") {
    return new Response(null, { status: 302, headers: { location: `/count/${Number(status) - 1}` } });
  }
  const auth = request.headers.get("authorization");
  return Response.json({ method: request.method, body: await request.text(), auth });
}

for (const [status, method, expected] of [
  [301, "GET", "GET"], [302, "GET", "GET"], [301, "POST", "GET"], [302, "POST", "GET"], [303, "POST", "GET"],
  [303, "PUT", "GET"], [307, "POST", "POST"], [308, "POST", "POST"],
]) {
  test(`${status} after ${method} is followed with ${expected}`, async () => {
    await withServer({ fetch: handler }, async (server, get) => {
      const body = method === "GET" ? undefined : "content";
      const response = await get(`/to/${status}/end`, { method, body, headers: { authorization: "secret" } });
      const seen = await response.json();
      assert.deepEqual(seen, { method: expected, body: expected === "POST" ? "content" : "", auth: "secret" });
      assert.equal(response.redirected, true);
      assert.equal(response.url, `${server.url}end`);
    });
  });
}

test("20 redirects are followed, 21 are not", async () => {
  await withServer({ fetch: handler }, async (server, get) => {
    assert.equal((await get("/count/20")).url, `${server.url}count/0`);
    const error = await rejection(get("/count/21"));
    assert.ok(error instanceof TypeError, String(error));
    assert.equal(error.cause.code, "ERR_QUIC_TOO_LARGE");
  });
});

test("manual gives the redirect itself", async () => {
  await withServer({ fetch: handler }, async (server, get) => {
    const response = await get("/to/302/end", { redirect: "manual" });
    assert.deepEqual([response.status, response.headers.get("location"), response.redirected], [302, "/end", false]);
    assert.equal(await response.text(), "moved");
  });
});

test("error rejects at a redirect, and only there", async () => {
  await withServer({ fetch: handler }, async (server, get) => {
    assert.ok((await rejection(get("/to/302/end", { redirect: "error" }))) instanceof TypeError);
    assert.equal((await get("/end", { redirect: "error" })).status, 200);
  });
});

test("a redirect that asks for a streamed body again rejects", async () => {
  await withServer({ fetch: handler }, async (server, get) => {
    const body = () => pieces(Buffer.alloc(1 << 20)).stream;
    const error = await rejection(get("/to/307/end", { method: "POST", body: body(), duplex: "half" }));
    assert.ok(error instanceof TypeError, String(error));
    const followed = await get("/to/303/end", { method: "POST", body: body(), duplex: "half" });
    assert.equal((await followed.json()).method, "GET");
  });
});

test("a redirect without location is a response", async () => {
  await withServer({ fetch: () => new Response("here", { status: 302 }) }, async (server, get) => {
    assert.equal(await (await get()).text(), "here");
  });
});

test("a redirect to what is no https: URL rejects", async () => {
  const fetch = () => new Response(null, { status: 302, headers: { location: "http://localhost/" } });
  await withServer({ fetch }, async (server, get) => {
    assert.ok((await rejection(get())) instanceof TypeError);
  });
});

test("another origin does not get the authorization", async () => {
  await withServer({ fetch: handler }, async (other) => {
    const fetch = () => Response.redirect(String(other.url), 302);
    await withServer({ fetch }, async (server, get) => {
      const response = await get("/", { headers: { authorization: "secret" } });
      assert.equal(response.url, String(other.url));
      assert.equal((await response.json()).auth, null);
    });
  });
});
