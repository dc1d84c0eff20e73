// Bodies that are there as a whole go out with their length, and streams go out as they come.
import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import {
  deferred, hashOf, isBun, makeBytes, sha256, temporaryFolder, test, within, withServer,
} from "../web.mjs";

const sizes = { "0 B": 0, "1 B": 1, "300 KiB": 300 << 10, "5 MiB": 5 << 20 };

// Makers of a body, and whether its length must be known: a Blob's stream is asked for it piece by piece in Node and Deno.
const kinds = {
  string: (size) => "é".repeat(size >> 1) + "x".repeat(size & 1),
  Uint8Array: (size) => new Uint8Array(makeBytes(size)),
  "a view into a larger buffer": (size) => new Uint8Array(new Uint8Array(makeBytes(size + 20)).buffer, 10, size),
  ArrayBuffer: (size) => new Uint8Array(makeBytes(size)).buffer,
  Blob: (size) => new Blob([makeBytes(size)], { type: "application/x-mine" }),
  URLSearchParams: (size) => new URLSearchParams(size === 0 ? {} : { q: "ä &".repeat(size >> 2) }),
};
const mayBeStreamed = (kind, size) => !isBun && kind === "Blob" && size > 300 << 10;

for (const [kind, make] of Object.entries(kinds)) {
  test(`a body that is ${kind} comes whole, with its length and type`, async () => {
    for (const [what, size] of Object.entries(sizes)) {
      const body = make(size);
      const expected = Buffer.from(await new Response(body).arrayBuffer());
      const type = new Response(body).headers.get("content-type") ?? expectedType(expected);
      await withServer({ fetch: () => new Response(body) }, async (server, get) => {
        const response = await get();
        const length = response.headers.get("content-length");
        if (!mayBeStreamed(kind, size)) assert.equal(length, String(expected.length), `${kind} of ${what}`);
        // Bun does not tell an empty text from no body.
        if (size > 0 || !isBun) assert.equal(lower(response.headers.get("content-type")), lower(type), `${kind} of ${what}`);
        assert.equal(await hashOf(response.body ?? []), sha256(expected), `${kind} of ${what}`);
        if (size === 0) return; // a HEAD may leave it out
        const head = await get("/", { method: "HEAD" });
        assert.equal(head.headers.get("content-length"), length);
        assert.equal(lower(head.headers.get("content-type")), lower(type));
      });
    }
  });
}

// Bun's Responses of texts do not say their type, and what could be a text is one to it.
const expectedType = (bytes) => (isBun && isUtf8(bytes) ? "text/plain;charset=utf-8" : null);

test("bytes that are no text are not called one", async () => {
  for (const body of [new Uint8Array([0xff, 0xfe]), new Blob([new Uint8Array([0xff])]), new Uint8Array(300_000).fill(0x80)]) {
    await withServer({ fetch: () => new Response(body) }, async (server, get) => {
      assert.equal((await get()).headers.get("content-type"), null);
    });
  }
});
const lower = (type) => type?.toLowerCase().replace("; ", ";") ?? null;

test("a body that is FormData comes whole", async () => {
  for (const size of [0, 1, 300 << 10, 5 << 20]) {
    const bytes = makeBytes(size);
    const form = new FormData();
    form.set("name", "ä");
    form.set("file", new Blob([bytes], { type: "application/x-mine" }), "f.bin");
    await withServer({ fetch: () => new Response(form) }, async (server, get) => {
      const response = await get();
      assert.match(response.headers.get("content-type"), /^multipart\/form-data; ?boundary=/);
      if (isBun || size < 200_000) assert.match(response.headers.get("content-length"), /^\d+$/);
      const back = await response.formData();
      assert.equal(back.get("name"), "ä");
      assert.equal(sha256(Buffer.from(await back.get("file").arrayBuffer())), sha256(bytes));
    });
  }
});

test("a content-type of the Response's own stays", async () => {
  const headers = { "content-type": "text/x-mine" };
  for (const body of ["text", "", new Uint8Array(2), new Blob(["x"], { type: "a/b" }), new URLSearchParams("a=b")]) {
    await withServer({ fetch: () => new Response(body, { headers }) }, async (server, get) => {
      assert.equal((await get()).headers.get("content-type"), "text/x-mine");
    });
  }
});

test("a content-type that was deleted stays away, or is the body's", () => {
  const fetch = () => {
    const response = new Response(new Uint8Array([1, 2, 0xff]));
    response.headers.delete("content-type");
    return response;
  };
  return withServer({ fetch }, async (server, get) => {
    const response = await get();
    assert.equal(response.headers.get("content-type"), null);
    assert.equal(response.headers.get("content-length"), "3");
  });
});

test("Response.json, Response.redirect and bodies with a status text", () => {
  const answers = {
    "/json": () => Response.json({ a: ["ä"] }, { status: 201, headers: { "x-mine": "1" } }),
    "/redirect": () => Response.redirect("https://localhost/there", 307),
    "/text": () => new Response("with a status text", { status: 404, statusText: "Gone Fishing" }),
    "/bytes": () => new Response(new Uint8Array([1, 2, 3]), { statusText: "A long text that says how it went" }),
    "/nothing": () => new Response(null, { statusText: "A long text that says how it went" }),
    "/empty": () => new Response("", { statusText: "Quite" }),
    "/undefined": () => new Response(),
  };
  return withServer({ fetch: (request) => answers[new URL(request.url).pathname]() }, async (server, get) => {
    const ask = (path) => get(path, { redirect: "manual" });
    const json = await ask("/json");
    assert.deepEqual([json.status, json.headers.get("x-mine"), await json.json()], [201, "1", { a: ["ä"] }]);
    assert.match(json.headers.get("content-type"), /^application\/json/);
    assert.equal(json.headers.get("content-length"), "12");
    const redirect = await ask("/redirect");
    assert.deepEqual([redirect.status, redirect.headers.get("location")], [307, "https://localhost/there"]);
    const text = await ask("/text");
    assert.deepEqual([text.status, await text.text()], [404, "with a status text"]);
    assert.equal(text.headers.get("content-length"), "18");
    assert.deepEqual([...new Uint8Array(await (await ask("/bytes")).arrayBuffer())], [1, 2, 3]);
    for (const path of ["/nothing", "/empty", "/undefined"]) assert.equal(await (await ask(path)).text(), "");
  });
});

test("a clone, and what it is a clone of, are sent in full", () => {
  const whole = makeBytes(300 << 10);
  const made = new Response(whole, { headers: { "x-mine": "1" } });
  return withServer({ fetch: () => made.clone() }, async (server, get) => {
    for (let i = 0; i < 3; ++i) {
      const response = await get();
      assert.equal(response.headers.get("x-mine"), "1");
      assert.equal(await hashOf(response.body), sha256(whole));
    }
  });
});

for (const [what, body] of Object.entries({ text: () => "text", bytes: () => new Uint8Array(4), blob: () => new Blob(["text"]) })) {
  for (const [how, spoil] of Object.entries({
    "was read": (response) => response.text(),
    "is locked": (response) => void response.body.getReader(),
    "was read in part": async (response) => {
      const reader = response.body.getReader();
      await reader.read();
      reader.releaseLock();
    },
    "was cancelled": (response) => response.body.cancel(),
  })) {
    test(`a Response of ${what} that ${how} is an error, and a 500`, async () => {
      const told = deferred();
      const fetch = async () => {
        const response = new Response(body());
        await spoil(response);
        return response;
      };
      await withServer({ fetch, error: told.resolve }, async (server, get) => {
        const response = await get();
        assert.equal(response.status, 500);
        assert.notEqual(await response.text(), "text");
        assert.equal((await within(told.promise, "error() is told")).name, "TypeError");
      });
    });
  }
}

test("a Response that is given twice is an error the second time", async () => {
  for (const body of ["text", new Uint8Array(3), new Blob(["x"])]) {
    const told = deferred();
    const made = new Response(body);
    await withServer({ fetch: () => made, error: told.resolve }, async (server, get) => {
      assert.equal((await get()).status, 200);
      assert.equal((await get()).status, 500);
      assert.equal((await within(told.promise, "error() is told")).name, "TypeError");
    });
  }
});

test("a Response without a body may be given again and again", async () => {
  const made = new Response(null, { status: 204, headers: { "x-mine": "1" } });
  await withServer({ fetch: () => made }, async (server, get) => {
    for (let i = 0; i < 3; ++i) {
      const response = await get();
      assert.deepEqual([response.status, response.headers.get("x-mine")], [204, "1"]);
    }
  });
});

test("Response.error() is an error", async () => {
  const told = deferred();
  await withServer({ fetch: () => Response.error(), error: told.resolve }, async (server, get) => {
    assert.equal((await get()).status, 500);
    const failure = await within(told.promise, "error() is told");
    assert.equal(failure.name, "TypeError");
    assert.match(failure.message, /status/);
  });
});

test("no body under a content-length of its own is an error, but for HEAD and 304", async () => {
  const told = [];
  const options = {
    fetch: (request) =>
      new Response(null, { status: request.url.endsWith("/304") ? 304 : 200, headers: { "content-length": "5" } }),
    error: (failure) => void told.push(failure.message),
  };
  await withServer(options, async (server, get) => {
    const answer = await get("/").then((response) => response.status, () => "broken off");
    assert.equal(answer, 500);
    assert.deepEqual(told, ["content-length says 5 bytes, and the body has 0"]);
    assert.equal((await get("/", { method: "HEAD" })).headers.get("content-length"), "5");
    assert.equal((await get("/304")).status, 304);
    assert.equal(told.length, 1);
  });
});

test("a stream that grows stays a stream: its first bytes arrive before the others are made", async () => {
  for (const make of [(stream) => new Response(stream), (stream) => new Response(stream).clone()]) {
    const source = {};
    const stream = new ReadableStream({ start: (controller) => (source.controller = controller) });
    await withServer({ fetch: () => make(stream) }, async (server, get) => {
      source.controller.enqueue(Buffer.from("first"));
      const response = await within(get(), "the head comes");
      assert.equal(response.headers.get("content-length"), null);
      const reader = response.body.getReader();
      assert.equal(String(Buffer.from((await within(reader.read(), "the first bytes come")).value)), "first");
      source.controller.enqueue(Buffer.from("second"));
      source.controller.close();
      assert.equal(String(Buffer.from((await reader.read()).value)), "second");
      assert.equal((await reader.read()).done, true);
    });
  }
});

// A stream of the network, of which the first bytes are there.
for (const [what, make] of Object.entries({
  "the Response of fetch()": (response) => response,
  "a Response around the body of fetch()'s": (response) => new Response(response.body, response),
  "a Response around that body alone": (response) => new Response(response.body),
  "a clone of the Response of fetch()": (response) => response.clone(),
})) {
  test(`${what} stays a stream, of no type of its own`, async () => {
    const goOn = deferred();
    const origin = createServer(async (_, response) => {
      response.write("first");
      await goOn.promise;
      response.end("second");
    });
    await new Promise((resolve) => origin.listen(0, "127.0.0.1", resolve));
    const relay = async () => {
      const response = await fetch(`http://127.0.0.1:${origin.address().port}/`);
      await new Promise((resolve) => setTimeout(resolve, 20)); // so that some of the body is there
      return make(response);
    };
    try {
      await withServer({ fetch: relay }, async (server, get) => {
        const response = await within(get(), "the head comes");
        assert.equal(response.headers.get("content-type"), null);
        const reader = response.body.getReader();
        const text = async () => String(Buffer.from((await within(reader.read(), "bytes come")).value));
        assert.equal(await text(), "first");
        goOn.resolve();
        assert.equal(await text(), "second");
        assert.equal((await reader.read()).done, true);
      });
    } finally {
      goOn.resolve();
      origin.closeAllConnections();
      origin.close();
    }
  });
}

test("a stream of other things than bytes is an error", async () => {
  for (const chunk of ["text", 1, {}, null]) {
    const told = deferred();
    const fetch = () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(chunk) }));
    await withServer({ fetch, error: told.resolve }, async (server, get) => {
      const answer = get().then(async (response) => [response.status, await response.text()]);
      const result = await answer.catch(() => "broken off");
      if (isBun && chunk === "text") return; // Bun's own streams take texts
      assert.ok(result === "broken off" || result[0] === 500, String(result));
      assert.equal((await within(told.promise, "error() is told")).name, "TypeError");
    });
  }
});

if (isBun) {
  const file = (name, bytes) => {
    const path = join(temporaryFolder(), name);
    writeFileSync(path, bytes);
    return path;
  };

  for (const [what, size] of Object.entries({ "0 B": 0, "1 B": 1, "3 MiB": 3 << 20 })) {
    test(`a Bun.file of ${what} comes whole, with its length and type`, async () => {
      const bytes = makeBytes(size);
      const path = file("page.html", bytes);
      await withServer({ fetch: () => new Response(Bun.file(path)) }, async (server, get) => {
        const response = await get();
        assert.equal(response.headers.get("content-length"), String(size));
        assert.match(response.headers.get("content-type"), /^text\/html/);
        assert.equal(await hashOf(response.body ?? []), sha256(bytes));
        if (size === 0) return; // a HEAD may leave it out
        assert.equal((await get("/", { method: "HEAD" })).headers.get("content-length"), String(size));
      });
    });
  }

  test("a slice of a Bun.file comes whole", async () => {
    const bytes = makeBytes(3 << 20);
    const path = file("data.bin", bytes);
    for (const [from, to] of [[0, 10], [1000, 2 << 20], [5, 5], [(3 << 20) - 1, 3 << 20]]) {
      await withServer({ fetch: () => new Response(Bun.file(path).slice(from, to)) }, async (server, get) => {
        const response = await get();
        const expected = bytes.subarray(from, to);
        assert.equal(response.headers.get("content-length"), String(expected.length), `${from} to ${to}`);
        assert.equal(await hashOf(response.body ?? []), sha256(expected));
      });
    }
  });

  test("a Bun.file that does not exist is told to error(), and is a 500", async () => {
    const told = deferred();
    const path = join(temporaryFolder(), "none");
    await withServer({ fetch: () => new Response(Bun.file(path)), error: told.resolve }, async (server, get) => {
      assert.equal((await get()).status, 500);
      assert.equal((await within(told.promise, "error() is told")).code, "ENOENT");
    });
  });

  test("a Bun.file with a status text, and one in a Response with a type of its own", async () => {
    const path = file("page.html", "page");
    const answers = {
      "/status": () => new Response(Bun.file(path), { status: 404, statusText: "Not Found" }),
      "/type": () => new Response(Bun.file(path), { headers: { "content-type": "text/x-mine" } }),
    };
    await withServer({ fetch: (request) => answers[new URL(request.url).pathname]() }, async (server, get) => {
      const status = await get("/status");
      assert.deepEqual([status.status, await status.text()], [404, "page"]);
      const typed = await get("/type");
      assert.deepEqual([typed.headers.get("content-type"), await typed.text()], ["text/x-mine", "page"]);
    });
  });
} else {
  test("a failing read of a body is told to error()", async () => {
    const told = deferred();
    const stream = new ReadableStream({ pull: () => Promise.reject(new Error("by the test")) });
    await withServer({ fetch: () => new Response(stream), error: (failure) => told.resolve(failure.message) },
      async (server, get) => {
        const answer = await get().then((response) => response.text().then(() => response.status)).catch(() => 500);
        assert.equal(answer, 500);
        assert.equal(await within(told.promise, "error() is told"), "by the test");
      });
  });
}
