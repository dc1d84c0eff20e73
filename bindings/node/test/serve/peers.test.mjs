// Other people's clients: curl (the program or its library), Chromium, and Bun's own fetch.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  findProgram, isBun, makeBytes, makeCertificate, repository, sha256, temporaryFolder, test, testWith, withServer,
} from "../web.mjs";

const interop = join(repository, "tests/interop");
// Debian's own python3 has Debian's pycurl; another may come first in PATH.
const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : findProgram("python3");
const hasCurl = python !== undefined && spawnSync(python, ["-c", "import sys\nsys.path.insert(0, sys.argv[1])\n" +
  "from curl import program_speaks_http3\nif not program_speaks_http3(): import pycurl", interop]).status === 0;

// What a program in Python prints as JSON; tests/interop/ is its path for modules.
async function python3(program, ...words) {
  const child = spawn(python, ["-c", `import json, sys\nsys.path.insert(0, ${JSON.stringify(interop)})\n${program}`, ...words]);
  let [output, said] = ["", ""];
  child.stdout.on("data", (text) => (output += text));
  child.stderr.on("data", (text) => (said += text));
  await new Promise((settle) => child.on("close", settle));
  assert.notEqual(output, "", said);
  return JSON.parse(output);
}

async function curl(url, certFile, options = {}) {
  const [status, version, headers, body, error] = await python3(`
from curl import curl
options = json.loads(sys.argv[3])
if options.get("data"): options["data"] = options["data"].encode()
answer = curl(sys.argv[1], sys.argv[2], **options)
print(json.dumps([answer.status, answer.http_version, answer.headers, answer.body.decode(), answer.error]))`,
  url, certFile, JSON.stringify(options));
  assert.equal(error, "");
  assert.equal(version, "3");
  return { status, headers, body };
}

const testWithCurl = testWith.bind(null, hasCurl ? python : undefined, "curl with HTTP/3");
const { cert, key, certFile } = makeCertificate();

testWithCurl("curl gets status, headers and body", async () => {
  const headers = [["set-cookie", "a=1"], ["set-cookie", "b=2"]];
  const fetch = (request) => new Response(`${request.method} ${request.url}`, { status: 201, headers });
  await withServer({ tls: { cert, key }, fetch }, async (server) => {
    const answer = await curl(`${server.url}a?b`, certFile);
    assert.equal(answer.status, 201);
    assert.equal(answer.body, `GET ${server.url}a?b`);
    assert.deepEqual(answer.headers.filter(([name]) => name === "set-cookie"), headers);
  });
});

testWithCurl("curl posts, and downloads 64 MiB", async () => {
  const bytes = makeBytes(64 << 20);
  const fetch = async (request) => new Response(request.method === "POST" ? await request.text() : bytes);
  await withServer({ tls: { cert, key }, fetch }, async (server) => {
    assert.equal((await curl(String(server.url), certFile, { method: "POST", data: "posted" })).body, "posted");
    const output = join(temporaryFolder(), "output");
    assert.equal((await curl(String(server.url), certFile, { output })).status, 200);
    assert.equal(sha256(readFileSync(output)), sha256(bytes));
  });
});

testWithCurl("methods that a Request cannot tell are answered 501", async () => {
  await withServer({ tls: { cert, key }, fetch: () => new Response("reached") }, async (server) => {
    assert.equal((await curl(String(server.url), certFile, { method: "TRACE" })).status, 501);
  });
});

testWithCurl("an authority that no URL can have is answered 400", async () => {
  await withServer({ tls: { cert, key }, fetch: () => new Response("reached") }, async (server) => {
    assert.equal((await curl(String(server.url), certFile, { headers: ["Host: localhost:99999"] })).status, 400);
  });
});

testWith(findProgram("chromium"), "chromium", "Chromium loads a page, downloads and uploads", async () => {
  const bytes = makeBytes(4 << 20);
  const page = "<!doctype html><title>served</title>";
  const fetch = async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/bytes") return new Response(bytes);
    if (pathname === "/upload") return new Response(`${request.method} ${(await request.arrayBuffer()).byteLength}`);
    return new Response(page, { headers: { "content-type": "text/html" } });
  };
  await withServer({ tls: { cert, key }, fetch }, async (server) => {
    const [title, protocol, hash, upload] = await python3(`
from chromium import Chromium
with Chromium(int(sys.argv[1]), sys.argv[2]) as browser:
    browser.open(f"https://127.0.0.1:{sys.argv[1]}/")
    print(json.dumps([browser.evaluate(script) for script in (
        "document.title", "performance.getEntriesByType('navigation')[0].nextHopProtocol", """(async () => {
          const bytes = await (await fetch("/bytes")).arrayBuffer();
          const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
          return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
        })()""", "fetch('/upload', { method: 'POST', body: new Uint8Array(1000000) }).then((r) => r.text())")]))`,
    String(server.port), certFile);
    assert.deepEqual([title, protocol, hash, upload], ["served", "h3", sha256(bytes), "POST 1000000"]);
  });
});

if (isBun) {
  test("Bun's own fetch over HTTP/3 uploads and downloads", async () => {
    const bytes = makeBytes(4 << 20);
    await withServer({ fetch: (request) => new Response(request.body) }, async (server) => {
      const init = { protocol: "http3", tls: { rejectUnauthorized: false }, method: "POST", body: bytes };
      const response = await fetch(server.url, init);
      assert.equal(sha256(await response.bytes()), sha256(bytes));
    });
  });
}
