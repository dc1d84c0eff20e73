import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  fetch3, makeCertificate, QuicError, rejection, root, run, temporaryFolder, test, withEnvironment, withServer,
} from "../web.mjs";

const { cert, key } = makeCertificate();
const tls = { cert, key };
const identityOf = (made) => ({ cert: made.cert, key: made.key });
const hello = () => new Response("hello");

async function failure(promise) {
  const error = await rejection(promise);
  assert.ok(error instanceof TypeError, String(error));
  assert.ok(error.cause instanceof QuicError, String(error.cause));
  return error.cause.code;
}

test("certificates are verified unless the program says otherwise", async () => {
  await withServer({ tls, fetch: hello }, async (server) => {
    assert.equal(await failure(fetch3(server.url)), "ERR_QUIC_CERT_UNTRUSTED");
    assert.equal(await failure(fetch3(server.url, { tls: {} })), "ERR_QUIC_CERT_UNTRUSTED");
    assert.equal(await failure(fetch3(server.url, { tls: { ca: makeCertificate().cert } })), "ERR_QUIC_CERT_UNTRUSTED");
    const insecure = await fetch3(server.url, { tls: { rejectUnauthorized: false } });
    assert.equal(await insecure.text(), "hello");
    assert.equal(await failure(fetch3(server.url)), "ERR_QUIC_CERT_UNTRUSTED", "trust is not shared");
  });
});

test("NODE_TLS_REJECT_UNAUTHORIZED=0 switches verification off where the program does not ask for it", async () => {
  await withServer({ tls, fetch: hello }, async ({ url }) => {
    await withEnvironment({ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, async () => {
      assert.equal(await (await fetch3(url)).text(), "hello");
      assert.equal(await (await fetch3(url, { tls: { ca: makeCertificate().cert } })).text(), "hello");
      assert.equal(await failure(fetch3(url, { tls: { rejectUnauthorized: true } })), "ERR_QUIC_CERT_UNTRUSTED");
    });
    assert.equal(await failure(fetch3(url)), "ERR_QUIC_CERT_UNTRUSTED");
  });
});

// In a process that was started with NODE_EXTRA_CA_CERTS: what becomes of a request without `tls` and of one with it,
// and the warnings.
async function withExtraRoots(file, url, otherTls) {
  const { stdout, stderr } = await run(`
    const { fetch3 } = require(${JSON.stringify(root)});
    const ask = (tls) => fetch3(${JSON.stringify(url)}, { tls }).then(({ status }) => status, ({ cause }) => cause.code);
    process.on("warning", ({ message }) => console.error(message));
    process.env.NODE_EXTRA_CA_CERTS = "/nowhere"; // too late, as in Node
    (async () => console.log(await ask(undefined), await ask(${JSON.stringify(otherTls)})))().then(process.exit);`,
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: file } });
  return { outcomes: stdout.trim().split(" "), stderr };
}

test("NODE_EXTRA_CA_CERTS is trusted beside the system's roots, not beside a program's own", async () => {
  const authority = makeCertificate();
  await withServer({ tls: identityOf(authority), fetch: hello }, async ({ url }) => {
    const { outcomes } = await withExtraRoots(authority.certFile, url, { ca: makeCertificate().cert });
    assert.deepEqual(outcomes, ["200", "ERR_QUIC_CERT_UNTRUSTED"]);
  });
});

test("a file of NODE_EXTRA_CA_CERTS that is missing or malformed is a warning", async () => {
  const folder = temporaryFolder();
  const malformed = join(folder, "malformed.pem");
  writeFileSync(malformed, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  await withServer({ tls, fetch: hello }, async ({ url }) => {
    for (const file of [join(folder, "missing.pem"), malformed]) {
      const { outcomes, stderr } = await withExtraRoots(file, url, { ca: cert });
      assert.deepEqual(outcomes, ["ERR_QUIC_CERT_UNTRUSTED", "200"]);
      assert.match(stderr, /NODE_EXTRA_CA_CERTS/);
    }
  });
});

test("ca as string, bytes or several", async () => {
  await withServer({ tls, fetch: hello }, async (server) => {
    for (const ca of [cert, Buffer.from(cert), [makeCertificate().cert, Buffer.from(cert)]]) {
      assert.equal(await (await fetch3(server.url, { tls: { ca } })).text(), "hello");
    }
  });
});

test("a certificate for another name is refused", async () => {
  const other = makeCertificate("DNS:elsewhere.test");
  await withServer({ tls: identityOf(other), fetch: hello }, async (server) => {
    assert.equal(await failure(fetch3(server.url, { tls: { ca: other.cert } })), "ERR_QUIC_CERT_NAME");
  });
});

test("a malformed ca rejects", async () => {
  assert.equal(await failure(fetch3("https://localhost/", { tls: { ca: "no pem" } })), "ERR_QUIC_CERT_PARSE");
});

test("a port where nobody listens rejects", async () => {
  const socket = createSocket("udp4");
  await new Promise((bound) => socket.bind(0, "127.0.0.1", bound));
  const { port } = socket.address();
  await new Promise((closed) => socket.close(closed));
  assert.equal(await failure(fetch3(`https://127.0.0.1:${port}/`)), "ERR_QUIC_REFUSED");
});

test("a name that does not resolve rejects", async () => {
  assert.equal(await failure(fetch3("https://nowhere.invalid/")), "ERR_QUIC_RESOLVE");
});

test("requests of one trust configuration share a connection, others do not", async () => {
  const fetch = (request, server) => new Response(String(server.requestIP(request).port));
  await withServer({ tls, fetch }, async (server) => {
    const ask = async (trust) => (await fetch3(server.url, { tls: trust })).text();
    const first = await ask({ ca: cert });
    assert.equal(await ask({ ca: [cert] }), first);
    assert.equal(await ask({ ca: cert, rejectUnauthorized: true }), first);
    assert.notEqual(await ask({ rejectUnauthorized: false }), first);
  });
});

test("more trust configurations than clients are kept, one after another", async () => {
  await withServer({ tls, fetch: hello }, async (server) => {
    for (let i = 0; i < 40; ++i) {
      assert.equal(await (await fetch3(server.url, { tls: { ca: `${cert}\n${"\n".repeat(i)}` } })).text(), "hello");
    }
  });
});
