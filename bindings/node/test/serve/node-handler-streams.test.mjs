// nodeHandler(): bodies in pieces, clients that go away, and how requests end.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { deferred, endless, makeBytes, pieces, rejection, sha256, test, withServer, within } from "../web.mjs";
import { flawless, listening, nodeHandler } from "./node_handler.mjs";

test("pipeline streams both ways", async () => {
  const bytes = makeBytes(8 << 20);
  const done = deferred();
  const inverted = Buffer.from(bytes.map((byte) => byte ^ 255));
  const listener = async (req, res) => {
    const transform = (chunk, _, told) => told(null, Buffer.from(chunk.map((byte) => byte ^ 255)));
    const invert = new Transform({ transform });
    await pipeline(req, invert, res);
    done.resolve([req.complete, res.writableEnded, res.writableFinished, res.finished]);
  };
  await flawless(listener, async (server, get) => {
    const response = await get("/", { method: "POST", body: pieces(bytes).stream, duplex: "half" });
    assert.equal(sha256(Buffer.from(await response.arrayBuffer())), sha256(inverted));
    assert.deepEqual(await within(done.promise, "pipeline is done"), [true, true, true, true]);
  });
});

test("a body of unknown length shows as transfer-encoding, by which frameworks know that there is one", () => {
  const listener = (req, res) => res.end(`${req.headers["transfer-encoding"]} ${req.headers["content-length"]}`);
  return flawless(listener, async (server, get) => {
    // More than is sent whole.
    const streamed = await get("/", { method: "POST", body: pieces(makeBytes(1 << 20)).stream, duplex: "half" });
    assert.equal(await streamed.text(), "chunked undefined");
    assert.equal(await (await get("/", { method: "POST", body: "12345" })).text(), "undefined 5");
  });
});

test("write holds the program back until drain", async () => {
  const [held, drained] = [deferred(), deferred()];
  let written = 0;
  const listener = async (req, res) => {
    const chunk = Buffer.alloc(64 * 1024, "x");
    while (written < 64 << 20) {
      written += chunk.length;
      if (res.write(chunk)) continue;
      assert.equal(res.writableNeedDrain, true);
      held.resolve();
      await once(res, "drain");
      drained.resolve();
    }
    res.end();
  };
  await flawless(listener, async (server, get) => {
    const response = await get();
    await within(held.promise, "write gave false");
    let before;
    do {
      before = written;
      await sleep(100);
    } while (written > before);
    assert.ok(written < 32 << 20, `${written} bytes were written with nobody reading`);
    assert.equal((await response.arrayBuffer()).byteLength, 64 << 20);
    await within(drained.promise, "drain");
  });
});

test("a request's sender is held back while the listener does not read", async () => {
  const source = endless();
  const listener = async (req, res) => {
    await once(req, "readable");
    let before;
    do {
      before = source.given;
      await sleep(100);
    } while (source.given > before);
    res.end(String(source.given));
  };
  await flawless(listener, async (server, get) => {
    const response = await get("/", { method: "POST", body: source.stream, duplex: "half" });
    assert.ok(Number(await response.text()) < 32 << 20);
  });
});

test("flushHeaders sends the head before there is a body", async () => {
  const goOn = deferred();
  const listener = async (req, res) => {
    res.writeHead(202, { "x-early": "yes" });
    res.flushHeaders();
    await goOn.promise;
    res.end("later");
  };
  await flawless(listener, async (server, get) => {
    const response = await within(get(), "the head");
    assert.deepEqual([response.status, response.headers.get("x-early")], [202, "yes"]);
    goOn.resolve();
    assert.equal(await response.text(), "later");
  });
});

test("a client that goes away: aborted, close, no finish, and no error of the server", async () => {
  const events = [];
  const [started, closed] = [deferred(), deferred()];
  const listener = (req, res) => {
    for (const name of ["aborted", "close"]) req.on(name, () => events.push(`req ${name}`));
    res.on("finish", () => events.push("res finish"));
    res.on("close", () => (events.push("res close"), closed.resolve(res)));
    req.socket.on("close", () => events.push("socket close"));
    started.resolve();
  };
  await flawless(listener, async (server, get) => {
    const controller = new AbortController();
    const init = { method: "POST", body: endless().stream, duplex: "half", signal: controller.signal };
    const failed = rejection(get("/", init));
    await within(started.promise, "the request");
    controller.abort();
    await failed;
    const res = await within(closed.promise, "close of res");
    await sleep(10);
    assert.deepEqual(events.sort(), ["req aborted", "req close", "res close", "socket close"]);
    assert.equal(res.write("for nobody"), false);
    assert.deepEqual([res.destroyed, res.writableEnded, res.req.aborted], [true, false, true]);
  });
});

test("a listener that is called when the client is gone hears of it", async () => {
  const [called, heard] = [deferred(), deferred()];
  const handler = nodeHandler((req, res) => {
    res.on("close", () => heard.resolve(req.aborted));
    res.end("for nobody");
  });
  const fetch = async (request, server) => {
    called.resolve();
    await once(request.signal, "abort");
    return handler(request, server);
  };
  await withServer({ fetch }, async (server, get) => {
    const controller = new AbortController();
    const failed = rejection(get("/", { signal: controller.signal }));
    await within(called.promise, "the request");
    controller.abort();
    await failed;
    assert.equal(await within(heard.promise, "close"), true);
  });
  const aborted = new Request("https://example.test/", { signal: AbortSignal.abort() });
  await assert.rejects(async () => handler(aborted), { name: "AbortError" });
});

test("when the response is complete: finish, then close, of the request too", async () => {
  const events = [];
  const closed = deferred();
  const listener = (req, res) => {
    for (const name of ["aborted", "close"]) req.on(name, () => events.push(`req ${name}`));
    for (const name of ["finish", "close"]) res.on(name, () => events.push(`res ${name}`));
    req.socket.on("close", closed.resolve);
    res.end("done", () => events.push("end"));
  };
  await flawless(listener, async (server, get) => {
    assert.equal(await (await get("/", { method: "POST", body: "not read" })).text(), "done");
    await within(closed.promise, "close of the socket");
    await sleep(10);
    assert.deepEqual(events.sort(), ["end", "req close", "res close", "res finish"]);
  });
});

const destroyers = { res: (req, res, error) => res.destroy(error), socket: (req, res, error) => req.socket.destroy(error) };
for (const [what, destroy] of Object.entries(destroyers)) {
  test(`destroy of ${what} cuts the response off, before its head and after it`, async () => {
    const listener = async (req, res) => {
      if (req.url === "/after") {
        res.write("begun");
        await sleep(10);
      }
      destroy(req, res, req.url === "/after" ? new Error("given up") : undefined);
    };
    await flawless(listener, async (server, get) => {
      assert.ok((await rejection(within(get("/before"), "a failure"))) instanceof TypeError);
      const response = await get("/after");
      assert.ok((await rejection(within(response.text(), "a failure of the body"))) instanceof TypeError);
    });
  });
}

test("a listener that fails in the middle of its response breaks it off", async () => {
  const told = deferred();
  const listener = async (req, res) => {
    res.write("begun");
    await sleep(10);
    throw new Error("in the middle");
  };
  await listening(listener, { error: told.resolve }, async (server, get) => {
    const response = await get();
    assert.ok((await rejection(within(response.text(), "a failure of the body"))) instanceof TypeError);
    assert.equal((await within(told.promise, "the error handler")).message, "in the middle");
  });
});

test("what a listener fails with too late goes to the error handler", async () => {
  const told = [];
  const all = deferred();
  const error = ({ message }) => {
    if (told.push(message) === 3) all.resolve();
  };
  const listener = async (req, res) => {
    if (req.url === "/thrown") {
      res.end("complete");
      throw new Error("after the end");
    }
    res.write("begun");
    await once(res, "close");
    // That of the abort is none of the server.
    throw req.url === "/fails" ? new Error("of its own") : Object.assign(new Error("aborted"), { code: "ECONNRESET" });
  };
  const synchronous = nodeHandler((req, res) => {
    res.end("complete");
    throw new Error("thrown after the end");
  });
  await listening(listener, { error, routes: { "/synchronous": synchronous } }, async (server, get) => {
    for (const path of ["/thrown", "/synchronous"]) assert.equal(await (await get(path)).text(), "complete");
    for (const path of ["/aborted", "/fails"]) {
      const response = await within(get(path), "the head");
      await response.body.cancel();
    }
    await within(all.promise, "three failures");
    assert.deepEqual(told, ["after the end", "thrown after the end", "of its own"]);
  });
});

test("a source that is piped to a client that goes away is destroyed", async () => {
  const destroyed = deferred();
  const listener = async (req, res) => {
    const source = new Readable({ read() { this.push(Buffer.alloc(1 << 16)); } }).on("close", destroyed.resolve);
    await pipeline(source, res);
  };
  await flawless(listener, async (server, get) => {
    const response = await get();
    await response.body.cancel();
    await within(destroyed.promise, "the source is destroyed");
  });
});

test("setTimeout tells when no bytes pass", () =>
  flawless((req, res) => res.setTimeout(20, () => res.end("late")), async (server, get) => {
    assert.equal(await (await get()).text(), "late");
  }));
