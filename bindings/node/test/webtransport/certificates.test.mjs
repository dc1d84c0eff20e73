// Whom clients trust: roots, or certificates by their hash.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { certificate, temporaryFolder, test, within, withEnvironment } from "../runner.mjs";
import { certificateHash, failure, withSessions } from "./support.mjs";

const hashOf = (pem) => createHash("sha256").update(new X509Certificate(pem).raw).digest();

// Valid for `days`, for a name that nobody asks for.
function certificateFor(days) {
  const folder = temporaryFolder();
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const done = spawnSync("openssl", [
    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", String(days),
    "-subj", "/CN=test", "-addext", "subjectAltName=DNS:elsewhere.example", "-keyout", keyFile, "-out", certFile,
  ]);
  assert.equal(done.status, 0, String(done.stderr ?? done.error));
  return { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
}

// How many sessions the server was asked for.
function counting() {
  const asked = { count: 0 };
  const webTransport = {
    upgrade() {
      asked.count++;
    },
    open() {},
  };
  return { asked, webTransport };
}

test("the development certificate is taken by its hash", () => withSessions({ webTransport: () => {} }, async (connect, server) => {
  const { hash } = server.developmentCertificate;
  const other = new Uint8Array(32);
  for (const value of [hash, hash.slice().buffer, new DataView(hash.slice().buffer)]) {
    const hashes = [...certificateHash(other), ...certificateHash(value)];
    await within(connect("/", { serverCertificateHashes: hashes }).ready, "ready");
  }
}));

test("another certificate than that of the hash is refused before anything is sent", async () => {
  const { asked, webTransport } = counting();
  await withSessions({ webTransport }, async (connect) => {
    const client = connect("/", { serverCertificateHashes: certificateHash(new Uint8Array(32)) });
    const error = await failure(client.ready, "ready");
    assert.equal(error.cause.code, "ERR_QUIC_CERT_UNTRUSTED");
    assert.match(error.message, /hash/);
    assert.equal(asked.count, 0);
  });
});

test("names do not matter to hashes, and days do: 14 at most", async () => {
  for (const [days, isTaken] of [[14, true], [15, false]]) {
    const tls = certificateFor(days);
    const { asked, webTransport } = counting();
    await withSessions({ webTransport, tls }, async (connect) => {
      const client = connect("/", { serverCertificateHashes: certificateHash(hashOf(tls.cert)) });
      if (isTaken) return within(client.ready, "ready");
      const error = await failure(client.ready, "ready");
      assert.equal(error.cause.code, "ERR_QUIC_CERT_UNTRUSTED");
      assert.match(error.message, /14 days/);
      assert.equal(asked.count, 0);
      return undefined;
    });
  }
});

test("hashes count under NODE_TLS_REJECT_UNAUTHORIZED=0 too", () =>
  withEnvironment({ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, () => withSessions({ webTransport: () => {} }, async (connect) => {
    const client = connect("/", { serverCertificateHashes: certificateHash(new Uint8Array(32)) });
    assert.equal((await failure(client.ready, "ready")).cause.code, "ERR_QUIC_CERT_UNTRUSTED");
  })));

test("without hashes roots count: the server's own certificate as `ca`, and not the system's", async () => {
  const tls = certificate();
  const identity = { cert: tls.cert, key: tls.key };
  await withSessions({ webTransport: () => {}, tls: identity }, async (connect) => {
    await within(connect("/", { tls: { ca: tls.cert } }).ready, "ready");
    const error = await failure(connect("/", { tls: { rejectUnauthorized: true } }).ready, "ready");
    assert.equal(error.cause.code, "ERR_QUIC_CERT_UNTRUSTED");
  });
});

test("a client's certificate reaches the server", async () => {
  const [own, clients] = [certificate(), certificate()];
  const identity = { cert: own.cert, key: own.key, ca: clients.cert, requestCert: true };
  let seen;
  const webTransport = (session, server) => {
    seen = server.clientCertificate(session.request);
  };
  await withSessions({ webTransport, tls: identity }, async (connect, server) => {
    const hashes = certificateHash(hashOf(own.cert));
    const tls = { cert: clients.cert, key: clients.key };
    await within(connect("/", { tls, serverCertificateHashes: hashes }).ready, "ready");
    const { readable } = await connect("/", { tls, serverCertificateHashes: hashes }).createBidirectionalStream();
    assert.ok(readable !== undefined && server.port > 0);
    assert.equal(hashOf(clients.cert).toString("hex"), createHash("sha256").update(seen.raw).digest("hex"));
    assert.equal(seen.isAuthorized, true);
  });
});
