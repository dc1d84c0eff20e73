import assert from "node:assert/strict";
import { deferred, QuicError, rejection, serve, test, withServer } from "../web.mjs";

const boom = new Error("boom");
const failures = {
  "a handler that throws": () => {
    throw boom;
  },
  "a handler that rejects": async () => {
    throw boom;
  },
  "a stream that fails at once": () => new Response(new ReadableStream({ start: (c) => c.error(boom) })),
};

for (const [name, fetch] of Object.entries(failures)) {
  test(`${name}: 500, and the server goes on`, async () => {
    const seen = [];
    await withServer({ fetch, error: (error) => void seen.push(error) }, async (server, get) => {
      assert.equal((await get()).status, 500);
      assert.deepEqual(seen, [boom]);
      server.reload({ fetch: () => new Response("fine") });
      assert.equal(await (await get()).text(), "fine");
    });
  });

  test(`${name}: the Response of error() is sent`, async () => {
    const error = async (thrown) => new Response(`sorry: ${thrown.message}`, { status: 418 });
    await withServer({ fetch, error }, async (server, get) => {
      const response = await get();
      assert.equal(response.status, 418);
      assert.equal(await response.text(), "sorry: boom");
    });
  });
}

for (const value of [undefined, null, "text", 42, {}, Promise.resolve("text"), Response.error()]) {
  test(`a handler that gives ${value} as ${typeof value} is answered by error()`, async () => {
    const error = (failure) => new Response(`${failure.name} ${failure.code}`, { status: 502 });
    await withServer({ fetch: () => value, error }, async (server, get) => {
      const response = await get();
      assert.equal(response.status, 502);
      assert.match(await response.text(), /^TypeError ERR_INVALID_ARG_(TYPE|VALUE)$/);
    });
  });
}

test("a Response that a handler rejects with is no answer: error() gets it", async () => {
  const thrown = new Response("thrown");
  const fetch = async () => {
    throw thrown;
  };
  await withServer({ fetch, error: (failure) => new Response(`${failure === thrown}`) }, async (server, get) => {
    assert.equal(await (await get()).text(), "true");
  });
});

test("a Response whose body was used is answered by error()", async () => {
  const used = new Response("once");
  await used.text();
  await withServer({ fetch: () => used, error: (e) => new Response(e.message) }, async (server, get) => {
    assert.equal(await (await get()).text(), "The Response's body was already used");
  });
});

test("a stream of what is no bytes is answered by error()", async () => {
  const fetch = () => new Response(new ReadableStream({ start: (c) => c.enqueue(42) }));
  await withServer({ fetch, error: (e) => new Response(e.name, { status: 500 }) }, async (server, get) => {
    const response = await get();
    assert.equal(response.status, 500);
    assert.equal(await response.text(), "TypeError");
  });
});

test("error() that throws, or gives no Response: 500, and a warning", async () => {
  for (const error of [() => { throw new Error("again"); }, async () => "no response"]) {
    const warned = deferred();
    const listen = (warning) => warning.name === "UsquicWarning" && warned.resolve(warning.message);
    process.on("warning", listen);
    await withServer({ fetch: failures["a handler that throws"], error }, async (server, get) => {
      assert.equal((await get()).status, 500);
      assert.match(await warned.promise, /again|Response/);
    });
    process.off("warning", listen);
  }
});

test("without error() a failure is a warning", async () => {
  const warned = deferred();
  const listen = (warning) => warning.name === "UsquicWarning" && warned.resolve(warning.message);
  process.on("warning", listen);
  await withServer({ fetch: failures["a handler that rejects"] }, async (server, get) => {
    assert.equal((await get()).status, 500);
    assert.match(await warned.promise, /boom/);
  });
  process.off("warning", listen);
});

test("a stream that fails in mid-body breaks the response off, and error() is told", async () => {
  const told = deferred();
  let controller;
  const stream = new ReadableStream({
    start: (given) => {
      controller = given;
      controller.enqueue(Buffer.from("half of"));
    },
  });
  await withServer({ fetch: () => new Response(stream), error: (e) => told.resolve(e) }, async (server, get) => {
    const reader = (await get()).body.getReader();
    assert.equal(Buffer.from((await reader.read()).value).toString(), "half of");
    controller.error(boom);
    const error = await rejection(reader.read());
    assert.ok(error instanceof TypeError && error.cause instanceof QuicError, String(error));
    assert.equal(await told.promise, boom);
  });
});

test("wrong options throw a TypeError that names them", () => {
  const fetch = () => new Response();
  const wrong = {
    options: [undefined, null, "text", 4433, []],
    "options.fetch": [{}, { fetch: 1 }, { fetch: null }],
    "options.error": [{ fetch, error: "text" }],
    "options.port": [-1, 65536, 1.5, "80", NaN].map((port) => ({ fetch, port })),
    "options.hostname": ["", 1, {}].map((hostname) => ({ fetch, port: 0, hostname })),
    "options.tls": [1, "pem"].map((tls) => ({ fetch, port: 0, tls })),
    "options.tls.cert": [{ fetch, port: 0, tls: { cert: 1, key: "" } }, { fetch, port: 0, tls: { key: "k" } }],
    "options.tls.key": [{ fetch, port: 0, tls: { cert: "c" } }],
    "options.idleTimeout": [0, -1, 1e9, "1"].map((idleTimeout) => ({ fetch, port: 0, idleTimeout })),
    "options.httpIdleTimeout": [-1, NaN, "1"].map((httpIdleTimeout) => ({ fetch, port: 0, httpIdleTimeout })),
    "options.maxRequestBodySize": [-1, 0.5, "1"].map((maxRequestBodySize) => ({ fetch, port: 0, maxRequestBodySize })),
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      assert.throws(() => serve(value), (e) => e instanceof TypeError && e.message.includes(`"${name}"`), name);
    }
  }
});

test("a malformed certificate throws a QuicError", () => {
  const tls = { cert: "no certificate", key: "no key" };
  assert.throws(() => serve({ port: 0, tls, fetch: () => new Response() }), (e) => {
    return e instanceof QuicError && e.code === "ERR_QUIC_CERT_PARSE";
  });
});

test("a port that is in use throws a QuicError", async () => {
  await withServer({ fetch: () => new Response() }, (server) => {
    const again = () => serve({ port: server.port, hostname: "127.0.0.1", fetch: () => new Response() });
    assert.throws(again, (e) => e instanceof QuicError && e.code === "ERR_QUIC_ADDRESS_IN_USE");
  });
});
