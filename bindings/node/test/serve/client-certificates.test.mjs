// Clients that prove themselves with a certificate (mutual TLS), and those that do not.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { fetch3, makeCertificate, QuicError, rejection, serve, test, withServer } from "../web.mjs";

const server = makeCertificate();
const client = makeCertificate("DNS:client.test");
const stranger = makeCertificate("DNS:stranger.test");

const told = (request, served) => {
  const certificate = served.clientCertificate(request);
  if (certificate === null) return new Response("nobody");
  const { subjectAltName } = new X509Certificate(certificate.raw);
  return new Response(`${subjectAltName} ${certificate.isAuthorized}`);
};

const asking = (tls = {}) => ({
  tls: { cert: server.cert, key: server.key, ca: client.cert, requestCert: true, ...tls },
  fetch: told,
});

const as = (identity) => ({ tls: { ca: server.cert, cert: identity?.cert, key: identity?.key } });

async function assertRefused(promise) {
  const error = await rejection(promise);
  assert.ok(error.cause instanceof QuicError, String(error.cause ?? error));
}

for (const rejectUnauthorized of [true, undefined]) {
  test(`with requestCert, and rejectUnauthorized ${rejectUnauthorized}, only clients with a trusted certificate are let in`, () =>
    withServer(asking({ rejectUnauthorized }), async ({ url }) => {
      await assertRefused(fetch3(url, as(undefined)));
      await assertRefused(fetch3(url, as(stranger)));
      assert.equal(await (await fetch3(url, as(client))).text(), "DNS:client.test true");
      await assertRefused(fetch3(url, as(undefined)));
    }));
}

test("with rejectUnauthorized: false everybody is let in, and the handler learns who came", () =>
  withServer(asking({ rejectUnauthorized: false }), async ({ url }) => {
    assert.equal(await (await fetch3(url, as(undefined))).text(), "nobody");
    assert.equal(await (await fetch3(url, as(stranger))).text(), "DNS:stranger.test false");
    assert.equal(await (await fetch3(url, as(client))).text(), "DNS:client.test true");
  }));

test("without requestCert no certificate is asked for", () =>
  withServer({ ...asking(), tls: { cert: server.cert, key: server.key } }, async ({ url }) => {
    assert.equal(await (await fetch3(url, as(client))).text(), "nobody");
  }));

test("clientCertificate() of another Request is null, of anything else a TypeError", () =>
  withServer(asking(), async (served) => {
    assert.equal(served.clientCertificate(new Request("https://localhost/")), null);
    assert.throws(() => served.clientCertificate("request"), { name: "TypeError" });
  }));

test("rejectUnauthorized: true without requestCert throws: everybody would be let in", () => {
  const { tls } = asking({ requestCert: undefined, rejectUnauthorized: true });
  assert.throws(() => serve({ port: 0, fetch: told, tls }), { name: "TypeError", message: /requestCert/ });
});

test("a client's certificate without its key, and one that is none, reject", async () => {
  const url = "https://localhost:1/";
  assert.equal((await rejection(fetch3(url, { tls: { cert: client.cert } }))).name, "TypeError");
  const { cause } = await rejection(fetch3(url, { tls: { cert: "no PEM", key: "no PEM" } }));
  assert.equal(cause.code, "ERR_QUIC_CERT_PARSE");
});
