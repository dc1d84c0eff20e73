// Whom clients trust: the contract's tests switch verification off, these do not.
import assert from "node:assert/strict";
import { certificate, echoServer, marks, testThatVerifies as test } from "../support.mjs";
import { root, run, withEnvironment } from "../runner.mjs";

const { cert, key, certFile } = certificate();

// What comes first of "open" and the error.
async function outcome(open, port, tls, hostname = "localhost") {
  const events = marks();
  const socket = open({
    hostname,
    port,
    tls,
    message() {},
    open: () => events.set("outcome", "open"),
    error: (_, error) => events.set("outcome", error.code),
  });
  const result = await events.get("outcome");
  socket.close();
  return result;
}

test("a client verifies by default, and takes anybody when it is told to", async (open) => {
  const { port } = echoServer(open, { tls: { cert, key } });
  assert.equal(await outcome(open, port, undefined), "ERR_QUIC_CERT_UNTRUSTED");
  assert.equal(await outcome(open, port, {}), "ERR_QUIC_CERT_UNTRUSTED");
  assert.equal(await outcome(open, port, { ca: certificate().cert }), "ERR_QUIC_CERT_UNTRUSTED");
  assert.equal(await outcome(open, port, { ca: cert }), "open");
  assert.equal(await outcome(open, port, { rejectUnauthorized: false }), "open");
});

test("a server's development certificate is not trusted by default", async (open) => {
  assert.equal(await outcome(open, echoServer(open).port, undefined), "ERR_QUIC_CERT_UNTRUSTED");
});

test("a certificate for another name is refused", async (open) => {
  const other = certificate("DNS:elsewhere.test");
  const { port } = echoServer(open, { tls: { cert: other.cert, key: other.key } });
  assert.equal(await outcome(open, port, { ca: other.cert }), "ERR_QUIC_CERT_NAME");
});

test("NODE_TLS_REJECT_UNAUTHORIZED=0 switches verification off, with `ca` too, where the program does not ask for it", (open) => {
  const { port } = echoServer(open, { tls: { cert, key } });
  return withEnvironment({ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, async () => {
    assert.equal(await outcome(open, port, undefined), "open");
    assert.equal(await outcome(open, port, { ca: certificate().cert }), "open");
    assert.equal(await outcome(open, port, { rejectUnauthorized: true }), "ERR_QUIC_CERT_UNTRUSTED");
  });
});

test("no other value of NODE_TLS_REJECT_UNAUTHORIZED does", async (open) => {
  const { port } = echoServer(open, { tls: { cert, key } });
  for (const value of ["", "1", "false", "00"]) {
    await withEnvironment({ NODE_TLS_REJECT_UNAUTHORIZED: value }, async () =>
      assert.equal(await outcome(open, port, undefined), "ERR_QUIC_CERT_UNTRUSTED", JSON.stringify(value)));
  }
});

test("NODE_EXTRA_CA_CERTS is trusted beside the system's roots", async (open) => {
  const { port } = echoServer(open, { tls: { cert, key } });
  const { stdout } = await run(`
    const { quic } = require(${JSON.stringify(root)});
    const tell = (outcome) => { console.log(outcome); process.exit(); };
    quic({ hostname: "localhost", port: ${port}, open: () => tell("open"), error: (socket, error) => tell(error.code) });`,
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: certFile } });
  assert.equal(stdout, "open\n");
});
