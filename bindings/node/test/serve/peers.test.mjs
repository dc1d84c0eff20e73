// Other people's clients: curl (the program or its library) and Bun's own fetch.
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

async function curl(url, certFile, options = {}) {
  const program = `import json, sys
sys.path.insert(0, sys.argv[1])
from curl import curl
options = json.loads(sys.argv[4])
if options.get("data"): options["data"] = options["data"].encode()
answer = curl(sys.argv[2], sys.argv[3], **options)
print(json.dumps([answer.status, answer.http_version, answer.headers, answer.body.decode(), answer.error]))`;
  const child = spawn(python, ["-c", program, interop, url, certFile, JSON.stringify(options)]);
  let output = "";
  child.stdout.on("data", (text) => (output += text));
  child.stderr.on("data", (text) => (output += text));
  await new Promise((settle) => child.on("close", settle));
  const [status, version, headers, body, error] = JSON.parse(output);
  assert.equal(error, "");
  assert.equal(version, "3");
  return { status, headers, body };
}

const testWithCurl = testWith.bind(null, hasCurl ? python : undefined, "curl with HTTP/3");
const { cert, key, certFile } = hasCurl ? makeCertificate() : {};

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
