// Routes of files and folders.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { findTool, isBun, makeBytes, run, serve, sha256, temporaryFolder, test, testWith, withServer } from "../web.mjs";

const { file, folder } = createRequire(import.meta.url)("../../lib/files.js");

const large = makeBytes(5_000_000);
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// A folder "public" with some files, beside a secret.
function makeSite() {
  const outside = temporaryFolder();
  const site = join(outside, "public");
  mkdirSync(join(site, "sub"), { recursive: true });
  writeFileSync(join(outside, "secret.txt"), "secret");
  writeFileSync(join(site, "index.html"), "<p>index</p>");
  writeFileSync(join(site, "a b.txt"), "0123456789");
  writeFileSync(join(site, "grün.txt"), "green");
  writeFileSync(join(site, "large.bin"), large);
  writeFileSync(join(site, ".hidden"), "hidden");
  writeFileSync(join(site, "sub/page.txt"), "page");
  writeFileSync(join(site, "app.js"), "plain ".repeat(100));
  writeFileSync(join(site, "app.js.gz"), gzipSync("packed"));
  symlinkSync("../secret.txt", join(site, "out"));
  symlinkSync("/etc", join(site, "etc"));
  return site;
}

test("a file is answered with its type, validators and bytes, and HEAD without them", async () => {
  const site = makeSite();
  const [text, bytes, hidden] = ["a b.txt", "large.bin", ".hidden"].map((name) => file(join(site, name)));
  const routes = { "/x": text, "/large": bytes, "/dot": hidden };
  await withServer({ routes }, async (server, get) => {
    const response = await get("/x?any=query");
    assert.equal(await response.text(), "0123456789");
    assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
    assert.match(response.headers.get("etag"), /^"/);
    assert.ok(Number.isFinite(Date.parse(response.headers.get("last-modified"))));
    assert.ok(Number.isFinite(Date.parse(response.headers.get("date"))));
    assert.equal(response.headers.get("cache-control"), null);
    const head = await get("/x", { method: "HEAD" });
    assert.equal(head.headers.get("content-length"), "10");
    assert.equal(await head.text(), "");
    assert.equal(sha256(await (await get("/large")).bytes()), sha256(large));
    assert.equal(await (await get("/dot")).text(), "hidden");
  });
});

test("a file takes its type and age from its options, and its path as a URL", async () => {
  const site = makeSite();
  const routes = { "/x": file(pathToFileURL(join(site, "a b.txt")), { type: "text/x-mine", maxAge: 60 }) };
  await withServer({ routes }, async (server, get) => {
    const { headers } = await get("/x");
    assert.equal(headers.get("content-type"), "text/x-mine");
    assert.equal(headers.get("cache-control"), "max-age=60");
    const known = await get("/x", { headers: { "if-none-match": headers.get("etag") } });
    assert.equal(known.headers.get("cache-control"), "max-age=60");
  });
});

test("ranges of a file: one, several, from the end, and none that can be had", async () => {
  const site = makeSite();
  const routes = { "/x": file(join(site, "a b.txt")), "/large": file(join(site, "large.bin")) };
  await withServer({ routes }, async (server, get) => {
    const ask = (range, path = "/x", headers = {}) => get(path, { headers: { range, ...headers } });
    const one = await ask("bytes=2-4");
    assert.equal(one.status, 206);
    assert.equal(one.headers.get("content-range"), "bytes 2-4/10");
    assert.equal(await one.text(), "234");
    assert.equal(await (await ask("bytes=-2")).text(), "89");
    assert.equal(await (await ask("bytes=7-")).text(), "789");
    const several = await ask("bytes=0-0,8-9");
    assert.match(several.headers.get("content-type"), /^multipart\/byteranges; boundary=/);
    assert.match(await several.text(), /bytes 0-0\/10\r\n\r\n0\r\n[^]*bytes 8-9\/10\r\n\r\n89\r\n/);
    const beyond = await ask("bytes=10-");
    assert.equal(beyond.status, 416);
    assert.equal(beyond.headers.get("content-range"), "bytes */10");
    const piece = await ask("bytes=1000000-3999999", "/large");
    assert.equal(sha256(await piece.bytes()), sha256(large.subarray(1_000_000, 4_000_000)));
    const etag = one.headers.get("etag");
    assert.equal((await ask("bytes=0-1", "/x", { "if-range": etag })).status, 206);
    assert.equal((await ask("bytes=0-1", "/x", { "if-range": '"other"' })).status, 200);
  });
});

test("conditional requests of a file", async () => {
  const site = makeSite();
  await withServer({ routes: { "/x": file(join(site, "a b.txt")) } }, async (server, get) => {
    const { headers } = await get("/x");
    const status = async (fields) => (await get("/x", { headers: fields })).status;
    assert.equal(await status({ "if-none-match": headers.get("etag") }), 304);
    assert.equal(await status({ "if-none-match": '"other"' }), 200);
    assert.equal(await status({ "if-modified-since": headers.get("last-modified") }), 304);
    assert.equal(await status({ "if-match": '"other"' }), 412);
    assert.equal(await status({ "if-unmodified-since": "Thu, 01 Jan 1970 00:00:00 GMT" }), 412);
  });
});

test("other methods than GET and HEAD of a file are fetch's, or 405", async () => {
  const site = makeSite();
  const routes = { "/x": file(join(site, "a b.txt")), "/y/*": { POST: () => new Response("posted"), GET: folder(site) } };
  await withServer({ routes, fetch: (request) => new Response(`fetch ${request.method}`) }, async (server, get) => {
    assert.equal(await (await get("/x", { method: "POST", body: "b" })).text(), "fetch POST");
    assert.equal(await (await get("/y/a%20b.txt", { method: "POST", body: "b" })).text(), "posted");
    assert.equal(await (await get("/y/a%20b.txt")).text(), "0123456789");
  });
  await withServer({ routes }, async (server, get) => {
    const refused = await get("/x", { method: "POST", body: "b" });
    assert.equal(refused.status, 405);
    assert.equal(refused.headers.get("allow"), "GET, HEAD");
  });
});

test("a file that changes, goes and comes is answered as it is", async () => {
  const site = makeSite();
  const path = join(site, "changes.txt");
  await withServer({ routes: { "/x": file(path) } }, async (server, get) => {
    assert.equal((await get("/x")).status, 404);
    writeFileSync(path, "first");
    // The library may take what it found for true for a second.
    const until = async (text) => {
      let seen;
      for (const end = Date.now() + 20_000; seen !== text && Date.now() < end; await pause(50)) {
        const response = await get("/x");
        seen = response.status === 200 ? await response.text() : response.status;
      }
      assert.equal(seen, text);
    };
    await until("first");
    writeFileSync(`${path}.new`, "second, longer");
    renameSync(`${path}.new`, path);
    await until("second, longer");
    rmSync(path);
    await until(404);
  });
});

test("a folder is served by the rest of the path, with index and redirect", async () => {
  const site = makeSite();
  await withServer({ routes: { "/s/:version/*": folder(site) } }, async (server, get) => {
    const text = async (path) => (await get(path)).text();
    assert.equal(await text("/s/1/a%20b.txt"), "0123456789");
    assert.equal(await text("/s/1/gr%C3%BCn.txt"), "green");
    assert.equal(await text("/s/1/sub/page.txt?q=1"), "page");
    assert.equal(await text("/s/1//sub//page.txt"), "page");
    assert.equal(await text("/s/1/"), "<p>index</p>");
    assert.equal(sha256(await (await get("/s/1/large.bin")).bytes()), sha256(large));
    const redirect = await get("/s/1/sub?q=1", { redirect: "manual" });
    assert.equal(redirect.status, 301);
    assert.equal(new URL(redirect.headers.get("location"), new URL("/s/1/sub", server.url)).pathname, "/s/1/sub/");
    assert.equal(redirect.headers.get("location"), "./sub/?q=1");
    for (const path of ["/s/1/none", "/s/1/sub/", "/s/1/.hidden", "/s/1/sub/page.txt/", "/s/1"]) {
      assert.equal((await get(path)).status, 404, path);
    }
  });
});

test("a folder's options: listing, index, age, dotfiles, a page for all that is missing", async () => {
  const site = makeSite();
  const routes = {
    "/list/*": folder(site, { listing: true }), "/index/*": folder(site, { index: "app.js", maxAge: 5 }),
    "/dot/*": folder(site, { dotfiles: true }), "/page/*": folder(site, { singlePage: true }),
  };
  await withServer({ routes }, async (server, get) => {
    const list = await (await get("/list/sub/")).text();
    assert.match(list, /href="\.\/page\.txt"/);
    assert.equal(await (await get("/list/")).text(), "<p>index</p>");
    const index = await get("/index/");
    assert.match(await index.text(), /^plain/);
    assert.equal(index.headers.get("cache-control"), "max-age=5");
    assert.equal(await (await get("/dot/.hidden")).text(), "hidden");
    assert.equal(await (await get("/page/no/such/thing")).text(), "<p>index</p>");
  });
});

test("a compressed sibling goes to clients that take it", async () => {
  const site = makeSite();
  await withServer({ routes: { "/s/*": folder(site), "/app": file(join(site, "app.js")) } }, async (server, get) => {
    for (const path of ["/s/app.js", "/app"]) {
      const packed = await get(path, { headers: { "accept-encoding": "gzip" } });
      assert.equal(packed.headers.get("content-encoding"), "gzip");
      assert.equal(packed.headers.get("vary"), "accept-encoding");
      assert.match(await (await get(path, { headers: { "accept-encoding": "identity" } })).text(), /^plain/);
    }
  });
});

testWith(findTool(), "usquic", "no path leads out of a folder", async () => {
  const site = makeSite();
  const reached = [];
  const fetch = (request) => (reached.push(request.url), new Response("fetch", { status: 404 }));
  await withServer({ routes: { "/s/*": folder(site, { dotfiles: true }), "/s/a/*": folder(site) }, fetch }, async (server, get) => {
    const paths = [
      "../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "%2e%2e%2fsecret.txt", "sub/../../secret.txt",
      "sub/..%2f..%2fsecret.txt", "..%5csecret.txt", "..\\secret.txt", "%2fetc/passwd", "//etc/passwd", "out", "etc/passwd",
      "etc", ".%00/../secret.txt", "%2e%2e%00/", "..%252fsecret.txt", "%c0%ae%c0%ae/secret.txt", "a/../../secret.txt",
      "....//secret.txt", `${"a/".repeat(300)}${"../".repeat(301)}secret.txt`,
    ];
    for (const path of paths) {
      for (const prefix of ["/s/", "/s/a/"]) {
        const status = await statusOf(server, prefix + path);
        assert.ok([400, 403, 404].includes(status), `${prefix + path}: ${status}`);
      }
    }
    assert.equal(await (await get("/s/a%20b.txt")).text(), "0123456789");
  });
});

// Of a request with that very path: a URL of the runtime would tidy it up.
async function statusOf(server, path) {
  const url = `https://127.0.0.1:${server.port}${path}`;
  const command = [findTool(), "get", "--insecure", "--path-as-is", "-o", "/dev/null", "-w", "%{http_code}", url];
  const { code, stdout, stderr } = await run("", { command });
  assert.equal(code, 0, `${path}: ${stderr}`);
  return Number(stdout);
}

test("answers of files go on when their routes are gone", async () => {
  const site = makeSite();
  const routes = { "/s/*": folder(site), "/x": file(join(site, "large.bin")) };
  await withServer({ routes }, async (server, get) => {
    // Each has its file, and most of it is still to be sent; more of them would fill the window of their connection.
    const begun = [await get("/s/large.bin"), await get("/x")];
    const hashes = begun.map(async (response) => sha256(await response.bytes()));
    server.reload({ routes: {} });
    assert.equal((await get("/x")).status, 404);
    server.reload({ routes });
    assert.deepEqual(new Set(await Promise.all(hashes)), new Set([sha256(large)]));
    assert.equal(sha256(await (await get("/x")).bytes()), sha256(large));
  });
});

testWith(findTool(), "usquic", "files are answered without JavaScript", async () => {
  const site = makeSite();
  await withServer({ routes: { "/s/*": folder(site, { listing: true }) } }, async (server) => {
    const get = (path) => {
      const command = ["get", "--insecure", new URL(path, server.url).href];
      return spawnSync(findTool(), command, { timeout: 20_000, maxBuffer: 1 << 28 }).stdout;
    };
    assert.equal(sha256(get("/s/large.bin")), sha256(large));
    assert.match(String(get("/s/sub/")), /page\.txt/);
  });
});

test("what file() and folder() refuse", () => {
  const site = makeSite();
  const fails = (call, message) => assert.throws(call, { name: "TypeError", message });
  fails(() => file(), /"path" must be a string or a file: URL; received undefined/);
  fails(() => file(""), /"path" must be a path/);
  fails(() => file("a\0b"), /"path" must be a path/);
  fails(() => file(site), /"path" must be a file \(folder\(\) is for folders\)/);
  fails(() => file(join(site, "none/x")), /folder that is there/);
  fails(() => file(new URL("https://localhost/x")), /a file: URL/);
  fails(() => file(join(site, "x"), { typ: "a/b" }), /"options.typ" is not known; did you mean "type"\?/);
  fails(() => file(join(site, "x"), { type: "text" }), /"options.type" must be a media type/);
  fails(() => file(join(site, "x"), { type: "text/plain\r\nx: y" }), /"options.type" must be a media type/);
  fails(() => file(join(site, "x"), { maxAge: -1 }), /"options.maxAge" must be an integer from 0/);
  fails(() => folder(join(site, "none")), /folder that is there/);
  fails(() => folder(join(site, "a b.txt")), /folder that is there/);
  fails(() => folder(site, { index: "a/b" }), /"options.index" must be the name of a file/);
  fails(() => folder(site, { listing: 1 }), /"options.listing" must be a boolean/);
  fails(() => serve({ port: 0, routes: { "/x": folder(site) } }), /must be for a path that ends with "\/\*", as it is a folder/);
  fails(() => serve({ port: 0, routes: { "/x": { GET: folder(site) } } }), /as it is a folder/);
});

test("a folder that is gone when the server begins is an error, and the routes before stay", async () => {
  const site = makeSite();
  const gone = folder(site);
  rmSync(site, { recursive: true });
  assert.throws(() => serve({ port: 0, routes: { "/x/*": gone } }), { code: "ERR_QUIC_INVALID", message: /No such file/ });
  await withServer({ routes: { "/a": () => new Response("a") } }, async (server, get) => {
    assert.throws(() => server.reload({ routes: { "/x/*": gone } }), /No such file/);
    assert.equal(await (await get("/a")).text(), "a");
  });
});

if (isBun) {
  test("Bun.file is taken for file()", async () => {
    const site = makeSite();
    const routes = { "/x": Bun.file(join(site, "a b.txt")), "/y": { GET: Bun.file(join(site, "app.js")) } };
    await withServer({ routes }, async (server, get) => {
      const part = await get("/x", { headers: { range: "bytes=1-2" } });
      assert.equal(part.status, 206);
      assert.equal(await part.text(), "12");
      assert.match((await get("/y")).headers.get("content-type"), /javascript/);
      assert.throws(() => server.reload({ routes: { "/z": Bun.file(join(site, "a b.txt")).slice(1) } }), /all of its file/);
    });
  });
}
