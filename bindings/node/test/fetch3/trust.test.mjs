import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { fetch3, makeCertificate, QuicError, rejection, test, withServer } from "../web.mjs";

const { cert, key } = makeCertificate();
const tls = { cert, key };
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

test("ca as string, bytes or several", async () => {
  await withServer({ tls, fetch: hello }, async (server) => {
    for (const ca of [cert, Buffer.from(cert), [makeCertificate().cert, Buffer.from(cert)]]) {
      assert.equal(await (await fetch3(server.url, { tls: { ca } })).text(), "hello");
    }
  });
});

test("a certificate for another name is refused", async () => {
  const other = makeCertificate("DNS:elsewhere.test");
  await withServer({ tls: other, fetch: hello }, async (server) => {
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
