// Certificates of servers: several by name, others while the server runs, and those that it makes for itself.
import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { createRequire } from "node:module";
import {
  fetch3, findTool, makeCertificate, QuicError, rejection, run, serve, test, testWith, withServer,
} from "../web.mjs";

const require = createRequire(import.meta.url);
const { developmentCertificate } = require("../../index.cjs");

const type = { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" };
const value = { name: "TypeError", code: "ERR_INVALID_ARG_VALUE" };
const identityOf = ({ cert, key }, more) => ({ cert, key, ...more });
const [first, second, third] = [makeCertificate(), makeCertificate(), makeCertificate()];
const fetch = (request, server) => new Response(String(server.requestIP(request).port));

// Asks by the address, which sends no name, or by the name. Gives the client's port.
const at = (server, host = "127.0.0.1") => `https://${host}:${server.port}/`;
const ask = async (url, { cert }) => (await fetch3(url, { tls: { ca: cert } })).text();
const everywhere = { hostname: undefined, fetch };

async function assertUntrusted(url, { cert }) {
  assert.equal((await rejection(fetch3(url, { tls: { ca: cert } }))).cause?.code, "ERR_QUIC_CERT_UNTRUSTED");
}

test("clients get the certificate for the name that they ask for, and the first where they ask for none", async () => {
  const tls = [identityOf(first), identityOf(second, { serverName: "LocalHost." })];
  await withServer({ ...everywhere, tls }, async (server) => {
    await ask(at(server), first);
    await ask(at(server, "localhost"), second);
    await assertUntrusted(at(server), second);
    await assertUntrusted(at(server, "localhost"), first);
  });
});

test("a serverName beside a single certificate, and that of the first in an array", async () => {
  await withServer({ ...everywhere, tls: identityOf(first, { serverName: "localhost" }) }, async (server) => {
    await ask(at(server, "localhost"), first);
    await ask(at(server), first);
  });
  const tls = [identityOf(first, { serverName: "localhost" }), identityOf(second, { serverName: "a.example" })];
  await withServer({ ...everywhere, tls }, async (server) => {
    await ask(at(server, "localhost"), first);
    await ask(at(server), first);
  });
});

const tool = findTool();
testWith(tool, "usquic (USQUIC_TOOL)", "an exact name comes before an asterisk, which stands for one label", async () => {
  const named = [identityOf(second, { serverName: "a.b.test" }), identityOf(third, { serverName: "*.b.test" })];
  const tls = [identityOf(first), ...named];
  await withServer({ tls, fetch: () => new Response("hello") }, async ({ port }) => {
    // The certificates are for another name, which counts only once they are trusted.
    const complaint = async (host, { certFile }) => {
      const args = ["get", "--resolve", `${host}:${port}:127.0.0.1`, "--cacert", certFile, `https://${host}:${port}/`];
      return (await run("", { command: [tool, ...args] })).stderr;
    };
    for (const [host, made] of [["a.b.test", second], ["c.b.test", third], ["c.c.b.test", first], ["b.test", first]]) {
      for (const authority of [first, second, third]) {
        assert.match(await complaint(host, authority), authority === made ? /not for/ : /not trusted/, host);
      }
    }
  });
});

test("reload({tls}): new connections get the new certificate, and those that are open stay", () =>
  withServer({ tls: identityOf(first), fetch }, async (server) => {
    const port = await ask(at(server), first);
    assert.equal(server.reload({ tls: identityOf(second) }), server);
    assert.equal(await ask(at(server), first), port);
    assert.notEqual(await ask(at(server), second), port);
    await fetch3.close();
    await assertUntrusted(at(server), first);
    assert.notEqual(await ask(at(server), second), port);
  }));

test("reload({tls}) brings names, changes them, and takes them away", () =>
  withServer({ ...everywhere, tls: identityOf(first) }, async (server) => {
    await ask(at(server, "localhost"), first);
    for (const made of [second, third]) {
      server.reload({ tls: [identityOf(first), identityOf(made, { serverName: "localhost" })] });
      await fetch3.close();
      await ask(at(server, "localhost"), made);
      await ask(at(server), first);
    }
    server.reload({ tls: [identityOf(second), identityOf(third, { serverName: "a.example" })] });
    await fetch3.close();
    await ask(at(server, "localhost"), second);
  }));

test("a certificate that cannot be used changes nothing, and is named", () => {
  const tls = [identityOf(first), identityOf(second, { serverName: "localhost" })];
  return withServer({ ...everywhere, tls }, async (server) => {
    const broken = { cert: third.cert, key: second.key, serverName: "localhost" };
    const reload = () => server.reload({ tls: [identityOf(third), broken] });
    assert.throws(reload, { name: "QuicError", code: "ERR_QUIC_CERT_MISMATCH", message: /localhost/ });
    await fetch3.close();
    await ask(at(server), first);
    await ask(at(server, "localhost"), second);
  });
});

test("a server whose named certificate cannot be used is none", () => {
  const broken = { cert: third.cert, key: second.key, serverName: "a.example" };
  const open = () => serve({ port: 0, fetch, tls: [identityOf(first), broken] });
  assert.throws(open, { name: "QuicError", code: "ERR_QUIC_CERT_MISMATCH", message: /a\.example/ });
});

test("reload() of a stopped server's certificate throws", async () => {
  const server = serve({ port: 0, hostname: "127.0.0.1", fetch, tls: identityOf(first) });
  await server.stop();
  assert.throws(() => server.reload({ tls: identityOf(second) }), { name: "QuicError", code: "ERR_QUIC_CLOSED" });
});

test("whom a server lets in cannot be changed, and stays when it is left out", async () => {
  const tls = identityOf(first, { ca: second.cert, requestCert: true });
  await withServer({ tls, fetch }, async (server) => {
    server.reload({ tls: identityOf(third) });
    server.reload({ tls: identityOf(third, { ca: second.cert, requestCert: true, rejectUnauthorized: true }) });
    for (const [name, other] of [["ca", third.cert], ["requestCert", false], ["rejectUnauthorized", false]]) {
      const reload = () => server.reload({ tls: identityOf(third, { [name]: other }) });
      assert.throws(reload, { ...value, message: new RegExp(`tls\\.${name}.*cannot be changed`) });
    }
    const as = (made) => ({ tls: { ca: third.cert, ...(made && identityOf(made)) } });
    assert.equal((await fetch3(at(server), as(second))).status, 200);
    assert.ok((await rejection(fetch3(at(server), as(undefined)))).cause instanceof QuicError);
  });
});

test("what is wrong in an array of certificates is named", () => {
  const a = identityOf(second, { serverName: "a.example" });
  const wrong = [
    [[], value, /"options\.tls"/],
    [[undefined], type, /tls\[0\]/],
    [[a, null], type, /tls\[1\]/],
    [[a, identityOf(third)], value, /tls\[1\]\.serverName/],
    [[a, { serverName: "b.example" }], value, /tls\[1\]\.cert/],
    [[{ serverName: "b.example" }], value, /tls\[0\]\.cert/],
    [[a, a], value, /tls\[1\]\.serverName/],
    [[a, identityOf(third, { serverName: "A.Example." })], value, /tls\[1\]\.serverName/],
    [[a, identityOf(third, { serverName: "b.example", ca: first.cert })], value, /tls\[1\]\.ca.*first/],
    [[a, identityOf(third, { serverName: "b.example", requestCert: true })], value, /tls\[1\]\.requestCert.*first/],
    [[a, identityOf(third, { servername: "b.example" })], value, /servername.*serverName/],
  ];
  for (const [tls, error, message] of wrong) assert.throws(() => serve({ port: 0, fetch, tls }), { ...error, message });
  for (const serverName of ["", "*", "a b", "a..b", "*.", "a.*.b", "127.0.0.1", "::1", "x".repeat(64), "ä.example"]) {
    const open = () => serve({ port: 0, fetch, tls: identityOf(first, { serverName }) });
    assert.throws(open, { ...value, message: /serverName.*host name/ }, serverName);
  }
  assert.throws(() => serve({ port: 0, fetch, tls: identityOf(first, { serverName: 1 }) }), type);
});

test("a server's development certificate is there for clients to trust", () =>
  withServer(everywhere, async (server) => {
    const { cert, hash } = server.developmentCertificate;
    await ask(at(server), { cert });
    await ask(at(server, "localhost"), { cert });
    assert.deepEqual(hash, hashOf(cert));
    server.reload({ tls: {} });
    assert.notEqual(server.developmentCertificate.cert, cert);
    await fetch3.close();
    await ask(at(server), server.developmentCertificate);
    await assertUntrusted(at(server), { cert });
    server.reload({ tls: identityOf(first) });
    assert.equal(server.developmentCertificate, null);
    assert.throws(() => server.reload({ tls: {} }), { ...value, message: /tls\.cert/ });
  }));

test("a server with a certificate of the program's has no development certificate", () =>
  withServer({ tls: identityOf(first), fetch }, async (server) => {
    assert.equal(server.developmentCertificate, null);
  }));

test("developmentCertificate() makes one that a server can use and browsers take by its hash", async () => {
  const made = developmentCertificate();
  assert.notEqual(developmentCertificate().cert, made.cert);
  assert.deepEqual(made.hash, hashOf(made.cert));
  const { validFrom, validTo, publicKey, subjectAltName } = new X509Certificate(made.cert);
  assert.ok(Date.parse(validTo) - Date.parse(validFrom) <= 14 * 24 * 3600 * 1000);
  assert.equal(publicKey.asymmetricKeyType, "ec");
  assert.match(subjectAltName, /DNS:localhost\b.*127\.0\.0\.1/);
  await withServer({ tls: identityOf(made), fetch }, (server) => ask(at(server), made));
});

const hashOf = (cert) => new Uint8Array(createHash("sha256").update(new X509Certificate(cert).raw).digest());
