// What routes answer: functions, methods, Responses.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  deferred, findTool, insecure, makeBytes, pieces, rejection, serve, sha256, test, testWith, withServer,
} from "../web.mjs";

const fetchName = (request) => new Response(`fetch ${new URL(request.url).pathname}`, { headers: { "x-by": "fetch" } });

// Asked by a program of its own while JavaScript stands still: only the library can answer.
function askWithoutJavaScript(server, path, ...args) {
  const url = new URL(path, server.url).href;
  return spawnSync(findTool(), ["get", "--insecure", ...args, url], { timeout: 20_000, maxBuffer: 1 << 28 });
}

// Until the library has what the Responses of the routes say.
async function untilRead() {
  for (let turn = 0; turn < 10; ++turn) await new Promise(setImmediate);
}

test("the most specific route wins: static, then parameter, then the rest, then fetch", async () => {
  const routes = {
    "/*": () => new Response("rest of all"),
    "/users/*": () => new Response("rest"),
    "/users/:id": (request) => new Response(`id ${request.params.id}`),
    "/users/me": () => new Response("me"),
  };
  await withServer({ routes, fetch: fetchName }, async (server, get) => {
    const expected = {
      "/users/me": "me", "/users/7": "id 7", "/users/7/posts": "rest", "/users/": "rest", "/": "rest of all",
    };
    for (const [path, text] of Object.entries(expected)) assert.equal(await (await get(path)).text(), text, path);
  });
});

test("a path without a route goes to fetch, and is 404 without one", async () => {
  const routes = { "/a": () => new Response("a") };
  await withServer({ routes, fetch: fetchName }, async (server, get) => {
    assert.equal(await (await get("/b/c?d")).text(), "fetch /b/c");
  });
  await withServer({ routes }, async (server, get) => {
    assert.equal((await get("/b")).status, 404);
    assert.equal(await (await get("/a")).text(), "a");
  });
});

test("parameters are decoded, in the pattern's order, with the server as the second argument", async () => {
  let second;
  const tell = (request, server) => {
    second = server;
    return Response.json(request.params);
  };
  await withServer({ routes: { "/:first/x/:second-name/*": tell } }, async (server, get) => {
    const params = await (await get("/a%20b%2Fc/x/gr%C3%BCn/r%C3%A9st/%2e%2e/of%2Fit//?q=1")).json();
    assert.deepEqual(params, { first: "a b/c", "second-name": "grün", "*": "of%2Fit//" });
    assert.equal(second, server);
    const odd = await (await get("/%ff/x/__proto__/")).json();
    assert.deepEqual(odd, { first: "\ufffd", "second-name": "__proto__", "*": "" });
  });
});

test("parameters named as members of objects are parameters", async () => {
  const tell = ({ params }) => Response.json(Object.entries(params));
  await withServer({ routes: { "/:__proto__/:constructor": tell } }, async (server, get) => {
    assert.deepEqual(await (await get("/a/b")).json(), [["__proto__", "a"], ["constructor", "b"]]);
  });
});

test("patterns may be written with escapes, or beyond ASCII", async () => {
  const say = (text) => () => new Response(text);
  const routes = { "/caf%C3%A9": say("1"), "/grün": say("2"), "/a%2Fb": say("3") };
  await withServer({ routes }, async (server, get) => {
    assert.equal(await (await get("/café")).text(), "1");
    assert.equal(await (await get("/gr%C3%BCn")).text(), "2");
    assert.equal(await (await get("/a%2fb")).text(), "3");
    assert.equal((await get("/a/b")).status, 404);
  });
});

test("methods: each has its handler, GET answers HEAD, others are fetch's, or 405 with Allow", async () => {
  const routes = {
    "/api/*": {
      GET: () => new Response("got"),
      POST: async (request) => new Response(`posted ${await request.text()}`),
      PUT: new Response("put"),
    },
  };
  const body = "data";
  await withServer({ routes, fetch: fetchName }, async (server, get) => {
    assert.equal(await (await get("/api/x")).text(), "got");
    assert.equal(await (await get("/api/x", { method: "POST", body })).text(), "posted data");
    assert.equal(await (await get("/api/x", { method: "PUT", body })).text(), "put");
    assert.equal((await get("/api/x", { method: "DELETE" })).headers.get("x-by"), "fetch");
    const head = await get("/api/x", { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(head.headers.get("x-by"), null);
    assert.equal(await head.text(), "");
  });
  await withServer({ routes }, async (server, get) => {
    const refused = await get("/api/x", { method: "DELETE" });
    assert.equal(refused.status, 405);
    assert.equal(refused.headers.get("allow"), "GET, HEAD, POST, PUT");
  });
});

test("a handler of HEAD goes before GET's", async () => {
  const routes = { "/": { GET: () => new Response("got"), HEAD: () => new Response(null, { headers: { "x-head": "1" } }) } };
  await withServer({ routes }, async (server, get) => {
    assert.equal((await get("/", { method: "HEAD" })).headers.get("x-head"), "1");
    assert.equal(await (await get("/")).text(), "got");
  });
});

test("a function without methods takes them all", async () => {
  await withServer({ routes: { "/x": (request) => new Response(request.method) } }, async (server, get) => {
    for (const method of ["GET", "POST", "DELETE", "OPTIONS", "PROPFIND"]) {
      assert.equal(await (await get("/x", { method })).text(), method);
    }
  });
});

test("false goes to fetch past less specific routes, and is 404 without fetch", async () => {
  const half = { GET: false, POST: () => new Response("posted") };
  const routes = { "/*": () => new Response("rest"), "/skip": false, "/half": half };
  await withServer({ routes, fetch: fetchName }, async (server, get) => {
    assert.equal(await (await get("/skip")).text(), "fetch /skip");
    assert.equal(await (await get("/half")).text(), "fetch /half");
    assert.equal(await (await get("/half", { method: "POST" })).text(), "posted");
    assert.equal(await (await get("/other")).text(), "rest");
  });
  await withServer({ routes }, async (server, get) => assert.equal((await get("/skip")).status, 404));
});

test("what a route's handler throws goes to the error handler", async () => {
  const routes = { "/x": () => Promise.reject(new Error("no")) };
  const error = (failure) => new Response(failure.message, { status: 503 });
  await withServer({ routes, error }, async (server, get) => {
    const response = await get("/x");
    assert.equal(response.status, 503);
    assert.equal(await response.text(), "no");
  });
});

test("a Response answers at once, and with every method, status and fields as given", async () => {
  const headers = new Headers({ "content-type": "text/css", "x-one": "1", connection: "close" });
  headers.append("set-cookie", "a=1");
  headers.append("set-cookie", "b=2");
  const routes = { "/made": new Response("body {}", { status: 201, headers }), "/empty": new Response(null, { status: 204 }) };
  await withServer({ routes }, async (server, get) => {
    const check = async () => {
      for (const method of ["GET", "POST", "HEAD"]) {
        const response = await get("/made", { method });
        assert.equal(response.status, 201);
        assert.equal(response.headers.get("content-type"), "text/css");
        assert.equal(response.headers.get("x-one"), "1");
        assert.equal(response.headers.get("connection"), null);
        assert.equal(response.headers.get("content-length"), "7");
        assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
        assert.ok(Number.isFinite(Date.parse(response.headers.get("date"))));
        assert.equal(await response.text(), method === "HEAD" ? "" : "body {}");
      }
      const empty = await get("/empty");
      assert.equal(empty.status, 204);
      assert.equal(empty.headers.get("content-length"), null);
    };
    await check(); // the first, maybe, before the library has the bytes
    await untilRead();
    await check();
  });
});

for (const size of [0, 1, 4096, 4097, 1 << 20, 9_000_001]) {
  testWith(findTool(), "usquic", `a Response of ${size} bytes arrives byte for byte without JavaScript`, async () => {
    const bytes = makeBytes(size);
    await withServer({ routes: { "/x": new Response(bytes) } }, async (server, get) => {
      await untilRead();
      const done = askWithoutJavaScript(server, "/x", "--output", "-");
      assert.equal(done.status, 0, String(done.stderr));
      assert.equal(sha256(done.stdout), sha256(bytes));
      const all = await Promise.all(Array.from({ length: 20 }, async () => sha256(await (await get("/x")).bytes())));
      assert.deepEqual(new Set(all), new Set([sha256(bytes)]));
      const head = await get("/x", { method: "HEAD" });
      assert.equal(head.headers.get("content-length"), String(size));
      assert.equal((await head.bytes()).length, 0);
    });
  });
}

test("a Response whose bytes come late keeps its clients waiting, and only them", async () => {
  const gate = deferred();
  const late = new ReadableStream({
    async pull(controller) {
      await gate.promise;
      controller.enqueue(new TextEncoder().encode("late"));
      controller.close();
    },
  });
  await withServer({ routes: { "/late": new Response(late), "/soon": new Response("soon") } }, async (server, get) => {
    const waiting = [get("/late"), get("/late")];
    await untilRead();
    assert.equal(await (await get("/soon")).text(), "soon");
    gate.resolve();
    for (const response of waiting) assert.equal(await (await response).text(), "late");
    assert.equal(await (await get("/late")).text(), "late");
  });
});

test("a Response whose body cannot be read is a failure of each request", async () => {
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("broken")) });
  const told = [];
  const error = (failure) => (told.push(failure.message), new Response("sorry", { status: 500 }));
  await withServer({ routes: { "/x": new Response(broken) }, error }, async (server, get) => {
    assert.equal(await (await get("/x")).text(), "sorry");
    assert.equal((await get("/x")).status, 500);
    assert.deepEqual(told, ["broken", "broken"]);
  });
});

test("a Response of a stream is read to its end", async () => {
  const bytes = makeBytes(300_000);
  await withServer({ routes: { "/x": new Response(pieces(bytes).stream) } }, async (server, get) => {
    assert.equal(sha256(await (await get("/x")).bytes()), sha256(bytes));
  });
});

test("one Response may stand in several routes, and in reload", async () => {
  const one = new Response("one");
  await withServer({ routes: { "/a": one, "/b": { GET: one } } }, async (server, get) => {
    assert.equal(await (await get("/a")).text(), "one");
    server.reload({ routes: { "/c": one } });
    assert.equal(await (await get("/c")).text(), "one");
    assert.equal((await get("/a")).status, 404);
  });
});

test("a Response has an entity tag, and clients that have it are told so", async () => {
  for (const size of [10, 100_000]) {
    const routes = { "/x": new Response(makeBytes(size), { headers: { "cache-control": "max-age=9", "x-one": "1" } }) };
    await withServer({ routes }, async (server, get) => {
      await untilRead();
      const etag = (await get("/x")).headers.get("etag");
      assert.match(etag, /^"[\w-]{22}"$/);
      for (const method of ["GET", "HEAD"]) {
        for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
          const same = await get("/x", { method, headers: { "if-none-match": known } });
          assert.equal(same.status, 304, known);
          assert.equal(same.headers.get("etag"), etag);
          assert.equal(same.headers.get("cache-control"), "max-age=9");
          assert.equal(same.headers.get("content-length"), null);
          assert.equal((await same.bytes()).length, 0);
        }
      }
      const other = await get("/x", { headers: { "if-none-match": '"other"' } });
      assert.equal((await other.bytes()).length, size);
      const posted = await get("/x", { method: "POST", headers: { "if-none-match": etag } });
      assert.equal(posted.status, 200);
    });
  }
});

test("a Response's own entity tag is kept, and none is made for errors", async () => {
  const routes = { "/own": new Response("x", { headers: { etag: 'W/"v1"' } }), "/gone": new Response("x", { status: 410 }) };
  await withServer({ routes }, async (server, get) => {
    await untilRead();
    assert.equal((await get("/own")).headers.get("etag"), 'W/"v1"');
    assert.equal((await get("/own", { headers: { "if-none-match": '"v1"' } })).status, 304);
    assert.equal((await get("/gone")).headers.get("etag"), null);
    assert.equal((await get("/gone", { headers: { "if-none-match": "*" } })).status, 410);
  });
});

test("reload replaces all routes: what is under way ends with the old ones", async () => {
  const began = deferred();
  const gate = deferred();
  const old = async (request) => {
    began.resolve();
    await gate.promise;
    return new Response(`old ${request.params.id}`);
  };
  await withServer({ routes: { "/:id": old, "/static": new Response("old static") }, fetch: fetchName }, async (server, get) => {
    const underWay = get("/5");
    await began.promise;
    server.reload({ routes: { "/new": () => new Response("new") } });
    assert.equal(await (await get("/new")).text(), "new");
    assert.equal(await (await get("/static")).text(), "fetch /static");
    gate.resolve();
    assert.equal(await (await underWay).text(), "old 5");
    server.reload({ fetch: () => new Response("second") });
    assert.equal(await (await get("/static")).text(), "second");
    assert.equal(await (await get("/new")).text(), "new");
    server.reload({ routes: {} });
    assert.equal(await (await get("/new")).text(), "second");
  });
});

test("reload may bring the first fetch handler", async () => {
  await withServer({ routes: { "/a": new Response("a"), "/no": false } }, async (server, get) => {
    assert.equal((await get("/b")).status, 404);
    server.reload({ fetch: fetchName });
    assert.equal(await (await get("/b")).text(), "fetch /b");
    assert.equal(await (await get("/no")).text(), "fetch /no");
    await untilRead();
    assert.equal(await (await get("/a")).text(), "a");
  });
});

test("reloads under load lose no request and mix no answers", async () => {
  const version = (n) => ({
    "/n/:v": (request) => new Response(`${n} ${request.params.v}`),
    "/static": new Response(`static ${n}`),
    "/large": new Response(`${n}`.padStart(6000, "-")),
  });
  await withServer({ routes: version(0) }, async (server, get) => {
    let n = 0;
    let isOver = false;
    const ask = async (i) => {
      for (let turn = 0; !isOver; ++turn) {
        const before = n;
        const path = ["/n/x", "/static", "/large"][(i + turn) % 3];
        const response = await get(path);
        assert.equal(response.status, 200);
        const seen = Number(/\d+/.exec(await response.text())[0]);
        assert.ok(seen >= before && seen <= n, `${path} was of ${seen}, between ${before} and ${n}`);
      }
    };
    const asking = Array.from({ length: 16 }, (_, i) => ask(i));
    for (let turn = 0; turn < 100; ++turn) {
      // In a macrotask of its own, or many within one.
      if (turn % 3 !== 0) await new Promise(setImmediate);
      server.reload({ routes: version(n + 1) });
      ++n;
    }
    isOver = true;
    await Promise.all(asking);
    assert.equal(await (await get("/static")).text(), "static 100");
  });
});

test("wrong routes are TypeErrors that name the route", () => {
  const used = new Response("x");
  void used.text();
  const no = () => new Response();
  const wrong = [
    [1, /"options.routes" must be an object/],
    [{ x: no }, /"options.routes\["x"\]" must be a path that begins with "\/"/],
    [{ "/a?b": no }, /without a query/],
    [{ "/:": no }, /parameters are whole segments/],
    [{ "/:a.json": no }, /parameters are whole segments/],
    [{ "/:id/:id": no }, /names of their own/],
    [{ "/*/a": no }, /"\*" as its last segment/],
    [{ "/a*": no }, /"\*" as its last segment/],
    [{ "/%zz": no }, /escapes/],
    [{ "/%00": no }, /NUL/],
    [{ "/a/%2e./b": no }, /"\." and "\.\."/],
    [{ [`/${Array.from({ length: 17 }, (_, i) => `:p${i}`).join("/")}`]: no }, /at most 16 parameters/],
    [{ "/:a": no, "/:b": no }, /"options.routes\["\/:b"\]" must be for other paths than options.routes\["\/:a"\]/],
    [{ "/a": no, "/%61": no }, /for other paths/],
    [{ "/x": "text" }, /must be a Response, a function, an object of methods, file\(\), folder\(\) or false; received type/],
    [{ "/x": true }, /must be a Response/],
    [{ "/x": null }, /must be a Response/],
    [{ "/x": [no] }, /must be a Response/],
    [{ "/x": {} }, /at least one of GET/],
    [{ "/x": { get: no } }, /is not known; did you mean "GET"/],
    [{ "/x": { GET: 1 } }, /"options.routes\["\/x"\].GET" must be a Response/],
    [{ "/x": used }, /body was not used/],
    [{ "/x": Response.error() }, /status" must be from 200 to 599/],
  ];
  for (const [routes, message] of wrong) {
    assert.throws(() => serve({ port: 0, routes }), { name: "TypeError", message });
  }
  assert.throws(() => serve({ port: 0 }), /"options.fetch" must be a function/);
});

test("a wrong reload leaves the routes as they were", async () => {
  await withServer({ routes: { "/a": () => new Response("a") } }, async (server, get) => {
    assert.throws(() => server.reload({ routes: { "/b": 1 } }), TypeError);
    assert.equal(await (await get("/a")).text(), "a");
  });
});

test("requests for a Response end with the server", async () => {
  const server = serve({ port: 0, hostname: "127.0.0.1", routes: { "/a": new Response("a") } });
  await untilRead();
  await server.stop(true);
  const { fetch3 } = await import("../../index.mjs");
  assert.ok(await rejection(fetch3(new URL("/a", server.url), { tls: insecure })));
});
