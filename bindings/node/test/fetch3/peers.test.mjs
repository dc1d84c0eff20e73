// Other servers: `usquic serve` and ngtcp2's gtlsserver.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  fetch3, findProgram, findTool, hashOf, makeBytes, makeCertificate, rejection, sha256, temporaryFolder, testWith,
  withProgram,
} from "../web.mjs";

const identity = makeCertificate();
const tls = { ca: identity.cert };

function makeSite() {
  const folder = temporaryFolder();
  const hashes = {};
  for (const size of [0, 1, 1200, 1 << 20, 64 << 20]) {
    const bytes = makeBytes(size);
    writeFileSync(join(folder, `file-${size}`), bytes);
    hashes[`file-${size}`] = sha256(bytes);
  }
  return { folder, hashes };
}

async function checkSite(origin, hashes) {
  for (const [name, hash] of Object.entries(hashes)) {
    const response = await fetch3(`${origin}${name}`, { tls });
    assert.equal(response.status, 200, name);
    assert.equal(await hashOf(response.body), hash, name);
  }
  assert.equal((await fetch3(`${origin}missing`, { tls })).status, 404);
}

const tool = findTool();
testWith(tool, "usquic (USQUIC_TOOL)", "files of usquic serve", async () => {
  const { folder, hashes } = makeSite();
  const { certFile, keyFile } = identity;
  const args = ["serve", folder, "--host", "127.0.0.1", "--port", "0", "--cert", certFile, "--key", keyFile];
  await withProgram(tool, args, async (child, line) => {
    const [, origin] = await line(/usquic serve: (https:\S+)/);
    await checkSite(origin, hashes);
    const head = await fetch3(`${origin}file-1200`, { tls, method: "HEAD" });
    assert.equal(head.headers.get("content-length"), "1200");
    const part = await fetch3(`${origin}file-1200`, { tls, headers: { range: "bytes=10-19" } });
    assert.equal(part.status, 206);
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), readFileSync(join(folder, "file-1200")).subarray(10, 20));
    assert.equal((await fetch3(origin, { tls, method: "POST", body: "no" })).status, 405);
    assert.equal((await rejection(fetch3(origin))).cause.code, "ERR_QUIC_CERT_UNTRUSTED");
  });
});

// gtlsserver neither chooses a port nor says when it is ready.
async function freePort() {
  const socket = createSocket("udp4");
  await new Promise((bound) => socket.bind(0, "127.0.0.1", bound));
  const { port } = socket.address();
  await new Promise((closed) => socket.close(closed));
  return port;
}

async function untilServed(url) {
  for (const deadline = Date.now() + 20_000; ; ) {
    try {
      return await fetch3(url, { tls });
    } catch (error) {
      if (Date.now() > deadline || error.cause?.code !== "ERR_QUIC_REFUSED") throw error;
      await new Promise((turn) => setTimeout(turn, 20));
    }
  }
}

const gtlsserver = findProgram("gtlsserver");
testWith(gtlsserver, "gtlsserver", "files of gtlsserver", async () => {
  const { folder, hashes } = makeSite();
  const port = await freePort();
  const args = ["-q", "-d", folder, "127.0.0.1", String(port), identity.keyFile, identity.certFile];
  await withProgram(gtlsserver, args, async () => {
    const origin = `https://127.0.0.1:${port}/`;
    await (await untilServed(`${origin}file-1`)).text();
    await checkSite(origin, hashes);
  });
});
