// Other servers: `usquic serve`, ngtcp2's gtlsserver, Caddy, and Bun's own.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  fetch3, findProgram, findTool, hashOf, isBun, makeBytes, makeCertificate, rejection, root, sha256, temporaryFolder,
  testWith, withProgram,
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

const caddy = findProgram("caddy");
testWith(caddy, "caddy", "files of Caddy", async () => {
  const { folder, hashes } = makeSite();
  const port = await freePort();
  const home = temporaryFolder();
  const config = join(home, "Caddyfile");
  writeFileSync(config, `{\n  admin off\n  auto_https off\n  servers {\n    protocols h1 h2 h3\n  }\n}\n` +
    `https://localhost:${port} {\n  tls ${identity.certFile} ${identity.keyFile}\n  root * ${folder}\n  file_server\n}\n`);
  const args = ["run", "--config", config, "--adapter", "caddyfile"];
  await withProgram(caddy, args, async (child, line) => {
    await line(/serving initial configuration/);
    await checkSite(`https://localhost:${port}/`, hashes); // it picks its certificate by name
  }, { env: { ...process.env, HOME: home } });
});

const bun = isBun ? process.execPath : [join(root, "node_modules/.bin/bun")].find((path) => existsSync(path));
testWith(bun, "bun", "Bun's own HTTP/3 server answers, and echoes an upload", async () => {
  const program = `
    const [cert, key] = ${JSON.stringify([identity.cert, identity.key])};
    const fetch = (request) => new Response(request.body ?? request.url, { headers: { "x-method": request.method } });
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", http3: true, tls: { cert, key }, fetch });
    console.log(\`at \${server.url}\`);`;
  await withProgram(bun, ["-e", program], async (child, line) => {
    const [, origin] = await line(/at (https:\S+)/);
    const response = await fetch3(`${origin}a?b`, { tls });
    assert.deepEqual([response.status, response.headers.get("x-method")], [200, "GET"]);
    assert.equal(await response.text(), `${origin}a?b`);
    const bytes = makeBytes(4 << 20);
    const echo = await fetch3(origin, { tls, method: "POST", body: bytes });
    assert.equal(await hashOf(echo.body), sha256(bytes));
  });
});
