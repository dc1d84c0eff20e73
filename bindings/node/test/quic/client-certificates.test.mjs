// Clients of quic() that prove themselves with a certificate (mutual TLS), and those that do not.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { certificate, echoServer, marks, quic, testThatVerifies as test } from "../support.mjs";

const identity = certificate();
const client = certificate("DNS:client.test");
const stranger = certificate("DNS:stranger.test");

// A server that asks for certificates, and what it was told of its clients.
function asking(open, tls = {}) {
  const came = [];
  const { port } = echoServer(open, {
    tls: { cert: identity.cert, key: identity.key, ca: client.cert, requestCert: true, ...tls },
    connection({ peerCertificate, isAuthorized }) {
      came.push(peerCertificate ? `${new X509Certificate(peerCertificate).subjectAltName} ${isAuthorized}` : "nobody");
    },
  });
  return { port, came };
}

// What comes first of the echo and the error.
async function outcome(open, port, who) {
  const events = marks();
  const socket = open({
    hostname: "localhost",
    port,
    tls: { ca: identity.cert, cert: who?.cert, key: who?.key },
    open: (opened) => opened.write("hello"),
    message: (_, bytes) => events.set("outcome", bytes.toString()),
    error: (_, error) => events.set("outcome", error.code),
  });
  const result = await events.get("outcome");
  socket.close();
  return result;
}

for (const rejectUnauthorized of [true, undefined]) {
  test(`with requestCert, and rejectUnauthorized ${rejectUnauthorized}, only clients with a trusted certificate are let in`, async (open) => {
    const { port, came } = asking(open, { rejectUnauthorized });
    assert.notEqual(await outcome(open, port, undefined), "hello");
    assert.notEqual(await outcome(open, port, stranger), "hello");
    assert.deepEqual(came, []);
    assert.equal(await outcome(open, port, client), "hello");
    assert.deepEqual(came, ["DNS:client.test true"]);
  });
}

test("with rejectUnauthorized: false everybody is let in, and the server learns who came", async (open) => {
  const { port, came } = asking(open, { rejectUnauthorized: false });
  for (const who of [undefined, stranger, client]) assert.equal(await outcome(open, port, who), "hello");
  assert.deepEqual(came, ["nobody", "DNS:stranger.test false", "DNS:client.test true"]);
});

test("a client learns who the server is", async (open) => {
  const { port } = asking(open, { requestCert: false });
  const events = marks();
  const tls = { ca: identity.cert };
  open({ hostname: "localhost", port, tls, message() {}, open: (socket) => events.set("open", socket) });
  const { peerCertificate, isAuthorized } = await events.get("open");
  assert.equal(isAuthorized, true);
  assert.equal(new X509Certificate(peerCertificate).subjectAltName, "DNS:localhost, IP Address:127.0.0.1");
});

test("rejectUnauthorized: true without requestCert throws: everybody would be let in", () => {
  const tls = { cert: identity.cert, key: identity.key, ca: client.cert, rejectUnauthorized: true };
  assert.throws(() => quic({ server: true, tls, message() {} }), { name: "TypeError", message: /requestCert/ });
});
