// Early hints before a response, and trailers behind it and behind a request.
import assert from "node:assert/strict";
import { deferred, endless, pieces, rejection, test, testWith, within, withServer } from "../web.mjs";
import { askHttp1, askHttp2, getByTool, testInNode, tool, withHttp2 } from "../tcp.mjs";

const testWithTool = testWith.bind(null, tool, "usquic (USQUIC_TOOL)");
const flags = { "1.1": "--http1.1", 2: "--http2", 3: "--http3" };
const link = "</style.css>; rel=preload; as=style";
const hinted = (request, server) => new Response(`${server.writeEarlyHints(request, { link, "x-more": "1" })}`);
// A turn of the event loop between chunks, so that it is not sent as a whole.
const slowly = (text) => new ReadableStream({
  async pull(controller) {
    await new Promise(setImmediate);
    if (text === "") return controller.close();
    controller.enqueue(Buffer.from(text));
    text = "";
  },
});

// [section, ...], each a list of lines; `usquic get -i` shows them in their order, with the body on lines of its own.
const sectionsOf = (stdout) => stdout.trimEnd().split(/\r?\n\r?\n/).map((section) => section.split(/\r?\n/));

for (const [version, flag] of Object.entries(flags)) {
  testWithTool(`early hints go out before the response over HTTP/${version}`, () =>
    withServer({ fetch: hinted }, async (server) => {
      const [hints, head, body] = sectionsOf((await getByTool(server, [flag, "-i"])).stdout);
      assert.deepEqual(hints, [`HTTP/${version} 103`, `link: ${link}`, "x-more: 1"]);
      assert.equal(head[0], `HTTP/${version} 200`);
      assert.ok(!head.some((line) => line.startsWith("link:")));
      assert.deepEqual(body, ["true"]);
    }));

  for (const [what, body] of Object.entries({ whole: () => "text\n", streamed: () => slowly("text\n") })) {
    testWithTool(`trailers go out behind a ${what} body over HTTP/${version}`, () => {
      const handler = (request, server) => {
        assert.equal(server.addTrailers(request, { "x-sum": "abc" }), true);
        assert.equal(server.addTrailers(request, new Headers({ "x-more": "d" })), true);
        return new Response(body());
      };
      return withServer({ fetch: handler }, async (server) => {
        const { code, stdout } = await getByTool(server, [flag, "-i"]);
        const [head, ...rest] = sectionsOf(stdout);
        assert.equal(code, 0);
        assert.ok(!head.some((line) => /^(x-sum|x-more|content-length):/.test(line)), String(head));
        assert.deepEqual(rest.flat().sort(), ["text", "x-more: d", "x-sum: abc"]);
      });
    });
  }

  testWithTool(`a response without a body has trailers where HTTP/${version} lets it`, () => {
    const handler = (request, server) => {
      server.addTrailers(request, { "x-sum": "abc" });
      return new Response(null);
    };
    return withServer({ fetch: handler }, async (server) => {
      const { code, stdout } = await getByTool(server, [flag, "-i"]);
      assert.equal(code, 0);
      assert.match(stdout, /^HTTP\/\S+ 200/);
      assert.match(stdout, /x-sum: abc/);
    });
  });

  testWithTool(`HEAD has no trailers over HTTP/${version}`, () => {
    const handler = (request, server) => {
      server.addTrailers(request, { "x-sum": "abc" });
      return new Response(request.url.endsWith("/stream") ? slowly("text") : "text");
    };
    return withServer({ fetch: handler }, async (server) => {
      for (const path of ["/", "/stream"]) {
        const { code, stdout } = await getByTool(server, [flag, "-I"], path);
        assert.equal(code, 0);
        assert.match(stdout, /^HTTP\/\S+ 200/);
        assert.doesNotMatch(stdout, /x-sum/);
      }
    });
  });

  testWithTool(`204 and 304 with trailers end in good order over HTTP/${version}`, () => {
    const handler = (request, server) => {
      server.addTrailers(request, { "x-sum": "abc" });
      return new Response(null, { status: request.url.endsWith("/204") ? 204 : 304 });
    };
    return withServer({ fetch: handler }, async (server) => {
      for (const status of [204, 304]) {
        const { code, stdout } = await getByTool(server, [flag, "-i"], `/${status}`);
        assert.equal(code, 0);
        assert.match(stdout, new RegExp(`^HTTP/\\S+ ${status}`));
      }
    });
  });
}

testInNode("node:https and node:http2 see each hint, and the trailers", () => {
  const handler = (request, server) => {
    for (const n of ["1", "2", "3"]) assert.equal(server.writeEarlyHints(request, [["link", link], ["x-n", n]]), true);
    server.addTrailers(request, { "x-sum": "\xe9", "x-empty": "" });
    return new Response(slowly("text"));
  };
  return withServer({ fetch: handler }, async (server) => {
    const one = await askHttp1(server);
    const two = await withHttp2(server, (session) => askHttp2(session, {}));
    for (const { informational, trailers, body, headers } of [one, two]) {
      assert.deepEqual(informational.map((fields) => [fields[":status"], fields.link, fields["x-n"]]),
        ["1", "2", "3"].map((n) => [103, link, n]));
      for (const fields of informational) assert.equal(fields["alt-svc"], undefined);
      assert.equal(Buffer.from(trailers["x-sum"], "latin1").toString("hex"), "e9");
      assert.equal(trailers["x-empty"], "");
      assert.equal(trailers["alt-svc"], undefined);
      assert.equal(headers.link, undefined);
      assert.equal(String(body), "text");
    }
  });
});

testInNode("a hint stays before its response where another request was answered just before it", () => {
  const handler = (request, server) => {
    const path = new URL(request.url).pathname;
    // Meanwhile the others come, so that they are told of together.
    if (path === "/first") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    if (path === "/hinted") server.writeEarlyHints(request, { link });
    return new Response(null);
  };
  return withServer({ fetch: handler }, (server) => withHttp2(server, async (session) => {
    const paths = ["/first", "/plain", "/hinted", "/last"];
    const answers = await Promise.all(paths.map((path) => askHttp2(session, { ":path": path })));
    assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200, 200]);
    assert.deepEqual(answers.map(({ informational }) => informational.length), [0, 0, 1, 0]);
  }));
});

test("hints and trailers come too late once the response has begun, or is complete", async () => {
  const [told, goOn] = [deferred(), deferred()];
  const handler = (request, server) => {
    const late = () => [server.writeEarlyHints(request, { link }), server.addTrailers(request, { "x-sum": "1" })];
    const stream = new ReadableStream({
      async pull(controller) {
        controller.enqueue(Buffer.from("x"));
        await new Promise(setImmediate);
        told.resolve({ during: late(), late });
        await goOn.promise;
        controller.close();
      },
    }, { highWaterMark: 0 });
    return new Response(stream);
  };
  await withServer({ fetch: handler }, async (server, get) => {
    const response = await get();
    const { during, late } = await within(told.promise, "the stream is asked");
    assert.deepEqual(during, [false, true]);
    goOn.resolve();
    await response.text();
    assert.deepEqual(late(), [false, false]);
  });
});

test("hints and trailers of a request whose client is gone come too late", async () => {
  const told = deferred();
  const handler = (request, server) => {
    request.signal.addEventListener("abort", () =>
      told.resolve([server.writeEarlyHints(request, { link }), server.addTrailers(request, { "x-sum": "1" })]));
    return new Response(endless().stream);
  };
  await withServer({ fetch: handler }, async (server, get) => {
    await (await get()).body.cancel();
    assert.deepEqual(await within(told.promise, "the signal aborts"), [false, false]);
  });
});

test("values that are no fields, and names that have no place, are TypeErrors", async () => {
  const forbidden = [
    "content-length", "transfer-encoding", "host", "content-type", "content-encoding", "content-range", "trailer", "te",
    "connection", "keep-alive", "upgrade", "authorization", "set-cookie", "cookie", "cache-control", "date", "location",
    "www-authenticate", "Content-Length", "range", "expires", "age", "vary", "retry-after", "max-forwards", "expect",
  ];
  const handler = (request, server) => {
    for (const value of ["a\nb", "a\r\nx: y", "a\0b", "\u20ac"]) {
      assert.throws(() => server.writeEarlyHints(request, { link: value }), { name: "TypeError" });
      assert.throws(() => server.addTrailers(request, { "x-sum": value }), { name: "TypeError" });
    }
    for (const name of ["a b", "", "a:b", "\xe9"]) {
      assert.throws(() => server.writeEarlyHints(request, { [name]: "1" }), { name: "TypeError" });
      assert.throws(() => server.addTrailers(request, { [name]: "1" }), { name: "TypeError" });
    }
    for (const name of forbidden) {
      const given = { "x-fine": "1", [name]: "1" };
      const error = { name: "TypeError", code: "ERR_INVALID_ARG_VALUE", message: new RegExp(`trailers.*${name}`, "i") };
      assert.throws(() => server.addTrailers(request, given), error, name);
    }
    for (const value of [undefined, null, 1, "request"]) {
      assert.throws(() => server.writeEarlyHints(value, { link }), { name: "TypeError" });
      assert.throws(() => server.addTrailers(value, { "x-sum": "1" }), { name: "TypeError" });
    }
    return new Response("as ever");
  };
  await withServer({ fetch: handler }, async (server, get) => {
    const response = await get();
    assert.equal(await response.text(), "as ever");
    assert.equal(response.headers.get("x-fine"), null);
    const other = new Request(server.url);
    assert.equal(server.writeEarlyHints(other, { link }), false);
    assert.equal(server.addTrailers(other, { "x-sum": "1" }), false);
  });
});

testWithTool("hints of a route's handler, and of an error handler's request before it threw, arrive", () => {
  const handler = (request, server) => {
    server.writeEarlyHints(request, { link });
    throw new Error("thrown by the test");
  };
  const options = { routes: { "/route": hinted, "/*": handler }, error: () => new Response("sorry", { status: 500 }) };
  return withServer(options, async (server) => {
    for (const [path, status] of [["/route", 200], ["/else", 500]]) {
      const { stdout } = await getByTool(server, ["-i"], path);
      assert.match(stdout, new RegExp(`^HTTP/3 103\\s+link: [^]*HTTP/3 ${status}`));
    }
  });
});

// ---- Trailers of requests ----

// Over HTTP/2, with trailers after the body's chunks.
async function upload(session, chunks, trailers, fields = {}) {
  const stream = session.request({ ":path": "/", ":method": "POST", ...fields }, { waitForTrailers: trailers !== undefined });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  let text = "";
  for await (const chunk of stream) text += chunk;
  return text;
}

const fieldsOf = (headers) => Object.fromEntries(headers);

testInNode("trailers(request) gives what came after the body", () => {
  const handler = async (request, server) => {
    const before = server.trailers(request);
    assert.equal(server.trailers(request), server.trailers(request));
    const body = await request.text();
    const trailers = await before;
    assert.ok(trailers instanceof Headers);
    assert.deepEqual(fieldsOf(await server.trailers(request)), fieldsOf(trailers));
    return Response.json([body, fieldsOf(trailers)]);
  };
  return withServer({ fetch: handler }, (server) => withHttp2(server, async (session) => {
    const sent = { "x-sum": "abc", "x-empty": "", "x-byte": "\xe9" };
    assert.deepEqual(JSON.parse(await upload(session, ["one", "two"], sent)), ["onetwo", sent]);
    assert.deepEqual(JSON.parse(await upload(session, [], sent)), ["", sent]);
    assert.deepEqual(JSON.parse(await upload(session, ["one"], undefined)), ["one", {}]);
    const large = "x".repeat(3 << 20);
    assert.deepEqual(JSON.parse(await upload(session, [large], sent)), [large, sent]);
  }));
});

testInNode("trailers of HTTP/1.1's chunked bodies arrive", async () => {
  const { request } = await import("node:https");
  const handler = async (request, server) => {
    await request.text();
    return Response.json(fieldsOf(await server.trailers(request)));
  };
  await withServer({ fetch: handler }, async (server) => {
    const answered = deferred();
    const sent = request(server.url, { method: "POST", rejectUnauthorized: false, headers: { trailer: "x-sum" } });
    sent.on("response", async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      answered.resolve(JSON.parse(text));
    });
    sent.on("error", answered.reject);
    sent.write("body");
    sent.addTrailers({ "x-sum": "abc" });
    sent.end();
    assert.deepEqual(await within(answered.promise, "the answer"), { "x-sum": "abc" });
  });
});

test("requests without trailers have none, with and without a body", () => {
  const handler = async (request, server) => {
    const text = await request.text();
    const trailers = await server.trailers(request);
    return Response.json([text, trailers instanceof Headers, [...trailers].length]);
  };
  return withServer({ fetch: handler }, async (server, get) => {
    const ask = async (init) => (await get("/", init)).json();
    assert.deepEqual(await ask(), ["", true, 0]);
    assert.deepEqual(await ask({ method: "POST" }), ["", true, 0]);
    assert.deepEqual(await ask({ method: "POST", body: "text" }), ["text", true, 0]);
    const body = pieces(Buffer.alloc(300_000, "x")).stream;
    assert.deepEqual(await ask({ method: "PUT", body, duplex: "half" }), ["x".repeat(300_000), true, 0]);
  });
});

test("trailers(request) rejects with AbortError when the client goes before they came", async () => {
  const [failed, started] = [deferred(), deferred()];
  const handler = async (request, server) => {
    const trailers = server.trailers(request);
    const reader = request.body.getReader();
    await reader.read();
    started.resolve();
    failed.resolve([(await rejection(trailers)).name, (await rejection(server.trailers(request))).name]);
    return new Response();
  };
  await withServer({ fetch: handler }, async (server, get) => {
    const controller = new AbortController();
    const answer = rejection(get("/", { method: "POST", body: endless().stream, duplex: "half", signal: controller.signal }));
    await within(started.promise, "the body comes");
    controller.abort();
    await answer;
    assert.deepEqual(await within(failed.promise, "the trailers fail"), ["AbortError", "AbortError"]);
  });
});

test("trailers(request) rejects when the response is complete before they came", async () => {
  const told = deferred();
  const handler = (request, server) => {
    rejection(server.trailers(request)).then(told.resolve);
    return new Response("enough", { status: 403 });
  };
  await withServer({ fetch: handler }, async (server, get) => {
    const response = await get("/", { method: "POST", body: endless().stream, duplex: "half" });
    assert.equal(await response.text(), "enough");
    const failure = await within(told.promise, "the trailers fail");
    assert.equal(failure.name, "AbortError");
    assert.match(failure.message, /complete/);
  });
});

test("trailers that nobody waits for are no unhandled rejection", async () => {
  const [started, aborted] = [deferred(), deferred()];
  const unhandled = [];
  const note = (reason) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  const handler = (request, server) => {
    server.trailers(request);
    request.signal.addEventListener("abort", () => aborted.resolve());
    started.resolve();
    return new Promise(() => {});
  };
  try {
    await withServer({ fetch: handler }, async (server, get) => {
      const controller = new AbortController();
      const init = { method: "POST", body: endless().stream, duplex: "half", signal: controller.signal };
      const answer = rejection(get("/", init));
      await within(started.promise, "the request comes");
      controller.abort();
      await answer;
      await within(aborted.promise, "the signal aborts");
      await new Promise(setImmediate);
    });
  } finally {
    process.off("unhandledRejection", note);
  }
  assert.deepEqual(unhandled, []);
});

test("trailers of what is no request of a server's are TypeErrors", () =>
  withServer({ fetch: () => new Response() }, (server) => {
    for (const value of [new Request(server.url), undefined, null, 1]) {
      assert.throws(() => server.trailers(value), { name: "TypeError", message: /request/ });
    }
  }));
