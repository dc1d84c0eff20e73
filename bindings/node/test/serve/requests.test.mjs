// The Request that a handler gets is one of the runtime's, in all that programs do with it.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { deferred, endless, fetch3, insecure, isBun, pieces, rejection, test, within, withServer } from "../web.mjs";
import { askHttp1, askHttp2, testInNode, withHttp2 } from "../tcp.mjs";

const described = async (request) => ({
  method: request.method, url: new URL(request.url).pathname, mine: request.headers.get("x-mine"), body: await request.text(),
});
const sent = { method: "PUT", headers: { "x-mine": "a, b" } };

// What programs make of the Request that they got.
const copies = {
  "the Request itself": (request) => request,
  "new Request(request)": (request) => new Request(request),
  "new Request(url, request)": (request) => new Request(request.url, request),
  "request.clone()": (request) => request.clone(),
  "request.clone() of new Request(request)": (request) => new Request(request).clone(),
  "new Request(request.clone())": (request) => new Request(request.clone()),
  "new Request(request, { signal })": (request) => new Request(request, { signal: request.signal }),
};
// Node and Deno do not ask the Request for its signal there, as long as it is not named.
const losesSignal = (what) => !isBun && /new Request\(request(\.clone\(\))?\)/.test(what);

for (const [what, copy] of Object.entries(copies)) {
  test(`${what} keeps method, headers and body`, () => {
    const handler = async (request) => {
      assert.ok(request instanceof Request);
      const copied = copy(request);
      assert.ok(copied instanceof Request);
      return Response.json(await described(copied));
    };
    return withServer({ fetch: handler }, async (server, get) => {
      for (const body of ["", "text", "x".repeat(300_000)]) {
        const init = { ...sent, body: body.length > 4 ? pieces(Buffer.from(body)).stream : body, duplex: "half" };
        assert.deepEqual(await (await get("/path", init)).json(), { method: "PUT", url: "/path", mine: "a, b", body });
      }
      const { method, mine } = await (await get("/", { headers: sent.headers })).json();
      assert.deepEqual([method, mine], ["GET", "a, b"]);
    });
  });

  if (losesSignal(what)) continue;
  test(`the signal of ${what} aborts when the client goes`, async () => {
    const [started, aborted] = [deferred(), deferred()];
    const handler = (request) => {
      const { signal } = copy(request);
      signal.addEventListener("abort", () => aborted.resolve(signal.reason?.name));
      started.resolve();
      return new Promise(() => {});
    };
    await withServer({ fetch: handler }, async (server, get) => {
      const controller = new AbortController();
      const answer = rejection(get("/", { signal: controller.signal }));
      await within(started.promise, "the request comes");
      controller.abort();
      await answer;
      assert.equal(await within(aborted.promise, "the signal aborts"), "AbortError");
    });
  });
}

test("a clone and the Request can both be read", () => {
  const handler = async (request) => {
    const clone = request.clone();
    return Response.json([await clone.text(), await request.text()]);
  };
  return withServer({ fetch: handler }, async (server, get) => {
    assert.deepEqual(await (await get("/", { method: "POST", body: "both" })).json(), ["both", "both"]);
  });
});

test("a Request goes on to another server, by fetch3 as it is", async () => {
  const behind = async (request) => Response.json(await described(request));
  await withServer({ fetch: behind }, (back) => {
    const urlOf = ({ url }) => new URL(new URL(url).pathname, back.url);
    const forward = (request) => fetch3(new Request(urlOf(request), request), { tls: insecure });
    return withServer({ fetch: forward }, async (server, get) => {
      const large = "x".repeat(1 << 20);
      const init = { ...sent, body: pieces(Buffer.from(large)).stream, duplex: "half" };
      assert.deepEqual(await (await get("/there", init)).json(), { method: "PUT", url: "/there", mine: "a, b", body: large });
      assert.deepEqual(await (await get("/there", { headers: sent.headers })).json(),
        { method: "GET", url: "/there", mine: "a, b", body: "" });
    });
  });
});

test("fetch3(request) takes a server's Request", async () => {
  let isBehind = false;
  const handler = async (request) => {
    if (isBehind) return Response.json(await described(request));
    isBehind = true;
    return fetch3(request, { tls: insecure });
  };
  await withServer({ fetch: handler }, async (server, get) => {
    const answer = await get("/self", { ...sent, body: "text" });
    assert.deepEqual(await answer.json(), { method: "PUT", url: "/self", mine: "a, b", body: "text" });
  });
});

test("request.signal that is asked for only after the client went is aborted", async () => {
  const [started, gone, told] = [deferred(), deferred(), deferred()];
  const handler = async (request) => {
    const reader = request.body.getReader();
    started.resolve();
    await rejection((async () => {
      while (!(await reader.read()).done);
    })());
    gone.resolve();
    const { signal } = request;
    told.resolve([signal.aborted, signal.reason.name, request.signal === signal]);
    return new Response();
  };
  await withServer({ fetch: handler }, async (server, get) => {
    const controller = new AbortController();
    const init = { method: "POST", body: endless().stream, duplex: "half", signal: controller.signal };
    const answer = rejection(get("/", init));
    await within(started.promise, "the request comes");
    controller.abort();
    await answer;
    await within(gone.promise, "the body fails");
    assert.deepEqual(await told.promise, [true, "AbortError", true]);
  });
});

test("request.headers can be changed by the program", () => {
  const handler = (request) => {
    request.headers.set("x-mine", "changed");
    request.headers.append("x-new", "1");
    request.headers.delete("x-gone");
    const seen = [request, new Request(request), request.clone()].map(({ headers }) =>
      [headers.get("x-mine"), headers.get("x-new"), headers.has("x-gone")]);
    return Response.json(seen);
  };
  return withServer({ fetch: handler }, async (server, get) => {
    const changed = ["changed", "1", false];
    const headers = { "x-mine": "a", "x-gone": "1" };
    assert.deepEqual(await (await get("/", { headers })).json(), [changed, changed, changed]);
  });
});

test("headers of any bytes, empty ones, many and large ones, arrive", () => {
  const handler = (request) => Response.json([...request.headers].filter(([name]) => name.startsWith("x-")));
  return withServer({ fetch: handler }, async (server, get) => {
    const headers = { "x-empty": "", "x-latin": "gr\xfc\xdfe \xff", "x-utf": Buffer.from("€").toString("latin1"), "x-large": "v".repeat(8000) };
    for (let i = 0; i < 80; ++i) headers[`x-n${i}`] = i % 2 === 0 ? `value ${i}` : "";
    const seen = await (await get("/", { headers })).json();
    assert.deepEqual(Object.fromEntries(seen), headers);
  });
});

testInNode("headers that come several times are joined, over HTTP/1.1 and HTTP/2", () => {
  const handler = ({ headers }) => Response.json([headers.get("x-several"), headers.get("cookie")]);
  return withServer({ fetch: handler }, async (server) => {
    const cookies = Array.from({ length: 100 }, (_, i) => `name${i}=value${i}`);
    const expected = ["1, , 3", cookies.join("; ")];
    const one = await askHttp1(server, { headers: { "x-several": ["1", "", "3"], cookie: cookies } });
    const fields = { "x-several": ["1", "", "3"], cookie: cookies };
    const two = await withHttp2(server, (session) => askHttp2(session, fields));
    for (const { body } of [one, two]) assert.deepEqual(JSON.parse(body), expected);
  });
});

// Node refuses to send it by HTTP/1.1.
testInNode("a path with bytes that no URL has is a 400, or the URL that they stand for", () => {
  const handler = (request) => new Response(request.url);
  return withServer({ fetch: handler }, (server) => withHttp2(server, async (session) => {
    const path = `/${Buffer.from("\xfc").toString("latin1")}?q=%C3%BC`;
    const result = await askHttp2(session, { ":path": path }).catch(() => ({ status: 400 }));
    if (result.status !== 400) assert.match(String(result.body), /^https:\/\/127\.0\.0\.1:\d+\/%/);
    assert.equal((await askHttp2(session, { ":path": "/%C3%BC?q=%FF" })).body.toString(), `${server.url.origin}/%C3%BC?q=%FF`);
  }));
});

test("a Request that is kept can be read after its answer", () => {
  let kept;
  const handler = (request) => {
    kept = request;
    return new Response(request.method);
  };
  return withServer({ fetch: handler }, async (server, get) => {
    await (await get("/path?q", { headers: { "x-mine": "1" } })).text();
    assert.deepEqual([kept.method, new URL(kept.url).search, kept.headers.get("x-mine")], ["GET", "?q", "1"]);
    assert.equal(kept.signal.aborted, false);
    assert.equal(server.requestIP(kept)?.address ?? "127.0.0.1", "127.0.0.1");
  });
});

test("formData() and blob() know the content-type, although nobody asked for the headers", () => {
  const handlers = {
    "/form": async (request) => new Response((await request.formData()).get("name")),
    "/clone": async (request) => new Response((await request.clone().formData()).get("name")),
    "/copy": async (request) => new Response((await new Request(request).formData()).get("name")),
    "/blob": async (request) => new Response((await request.blob()).type.split(";")[0]),
  };
  return withServer({ fetch: (request) => handlers[new URL(request.url).pathname](request) }, async (server, get) => {
    const post = async (path, body) => (await get(path, { method: "POST", body })).text();
    const form = new FormData();
    form.set("name", "\xe4");
    for (const path of ["/form", "/clone", "/copy"]) {
      assert.equal(await post(path, form), "\xe4");
      assert.equal(await post(path, new URLSearchParams({ name: "\xe4" })), "\xe4");
    }
    if (isBun) return; // whose Blobs of streams have no type, in Bun.serve either
    assert.equal(await post("/blob", new Blob(["x"], { type: "application/x-mine" })), "application/x-mine");
    assert.equal(await post("/blob", form), "multipart/form-data");
  });
});

test("a body is read once, and says so", () => {
  const handler = async (request) => {
    const before = request.bodyUsed;
    await request.text();
    const failure = await rejection(request.text());
    return Response.json([before, request.bodyUsed, failure.name, String(request), request.constructor === undefined]);
  };
  return withServer({ fetch: handler }, async (server, get) => {
    const seen = await (await get("/", { method: "POST", body: "x" })).json();
    assert.deepEqual(seen, [false, true, "TypeError", "[object Request]", false]);
  });
});

test("2,000 requests at once on a connection, answered in any order, get what is theirs", () => {
  const count = 2000;
  const handler = async (request, server) => {
    const text = await request.text();
    await sleep(randomInt(50));
    return new Response(`${new URL(request.url).pathname} ${request.headers.get("x-n")} ${text} ${server.requestIP(request).port}`);
  };
  return withServer({ fetch: handler }, async (server, get) => {
    const ask = async (_, i) => {
      const response = await get(`/${i}`, { method: "POST", headers: { "x-n": `n${i}` }, body: `${i}`.repeat(1 + (i % 300)) });
      return response.text();
    };
    const answers = await Promise.all(Array.from({ length: count }, ask));
    const ports = new Set(answers.map((answer) => answer.split(" ")[3]));
    assert.equal(ports.size, 1);
    const expected = Array.from({ length: count }, (_, i) => `/${i} n${i} ${`${i}`.repeat(1 + (i % 300))}`);
    assert.deepEqual(answers.map((answer) => answer.split(" ").slice(0, 3).join(" ")), expected);
  });
});
