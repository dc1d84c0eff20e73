// Certificates of quic() servers: several by name, others while the server runs, and those that it makes for itself.
import assert from "node:assert/strict";
import { certificate, collector, echoServer, freePort, marks, testThatVerifies as test } from "../support.mjs";

const identityOf = ({ cert, key }, more) => ({ cert, key, ...more });
const [first, second] = [certificate(), certificate()];

// A client that says hello, and what comes first of the echo and the error.
async function connect(open, { port }, { cert }, hostname = "127.0.0.1") {
  const events = marks();
  const echo = collector();
  const socket = open({
    hostname,
    port,
    tls: { ca: cert },
    open: (opened) => opened.write("hello"),
    message(_, bytes) {
      echo.add(bytes);
      events.set("outcome", "hello");
    },
    error: (_, error) => events.set("outcome", error.code),
  });
  return { socket, echo, outcome: await events.get("outcome") };
}

async function assertShows(open, server, made, hostname) {
  const other = made === first ? second : first;
  assert.equal((await connect(open, server, made, hostname)).outcome, "hello");
  assert.equal((await connect(open, server, other, hostname)).outcome, "ERR_QUIC_CERT_UNTRUSTED");
}

test("clients get the certificate for the name that they ask for", async (open) => {
  const tls = [identityOf(first), identityOf(second, { serverName: "localhost" })];
  const server = echoServer(open, { hostname: undefined, tls });
  await assertShows(open, server, first);
  await assertShows(open, server, second, "localhost");
});

test("reload({tls}): new connections get the new certificates, and those that are open stay", async (open) => {
  const server = echoServer(open, { hostname: undefined, tls: identityOf(first) });
  const { socket, echo } = await connect(open, server, first);
  assert.equal(server.reload({ tls: [identityOf(second), identityOf(first, { serverName: "localhost" })] }), server);
  await assertShows(open, server, second);
  await assertShows(open, server, first, "localhost");
  server.reload({ tls: identityOf(second) });
  await assertShows(open, server, second, "localhost");
  socket.write(" again");
  await echo.untilText("hello again");
});

test("reload({tls}) before listen() counts when the server listens", async (open) => {
  const server = open({ server: true, tls: identityOf(first), message: (socket, bytes) => socket.write(bytes) });
  server.reload({ tls: identityOf(second) });
  server.listen("127.0.0.1", 0);
  await assertShows(open, server, second);
});

test("a certificate that cannot be used changes nothing", async (open) => {
  const server = echoServer(open, { hostname: "127.0.0.1", tls: identityOf(first) });
  const reload = () => server.reload({ tls: { cert: second.cert, key: first.key } });
  assert.throws(reload, { name: "QuicError", code: "ERR_QUIC_CERT_MISMATCH" });
  await assertShows(open, server, first);
});

test("only a server can be reloaded, and only its tls; a closed one ignores it", async (open) => {
  let accepted;
  const tls = identityOf(first);
  const server = echoServer(open, { hostname: "127.0.0.1", tls, connection: (socket) => (accepted = socket) });
  const { socket } = await connect(open, server, first);
  for (const other of [socket, accepted, open({ port: await freePort(), hostname: "127.0.0.1", message() {} })]) {
    assert.throws(() => other.reload({ tls }), { name: "QuicError", code: "ERR_QUIC_STATE" });
  }
  assert.throws(() => server.reload({ alpn: "x" }), { name: "TypeError", message: /alpn/ });
  assert.throws(() => server.reload(), { name: "TypeError" });
  assert.throws(() => server.reload({ tls: { ...tls, requestCert: true } }), { message: /requestCert.*cannot be changed/ });
  server.close();
  assert.equal(server.reload({ tls: identityOf(second) }), server);
});

test("several certificates are for servers", async (open) => {
  assert.throws(() => open({ tls: [identityOf(first)], message() {} }), { name: "TypeError", message: /tls/ });
});

test("a server's development certificate is there for clients to trust", async (open) => {
  const server = echoServer(open, { hostname: undefined });
  const { cert, hash } = server.developmentCertificate;
  assert.equal(hash.byteLength, 32);
  assert.equal((await connect(open, server, { cert })).outcome, "hello");
  assert.equal((await connect(open, server, { cert }, "localhost")).outcome, "hello");
  const { socket } = await connect(open, server, { cert });
  assert.equal(socket.developmentCertificate, undefined);
  server.reload({ tls: identityOf(first) });
  assert.equal(server.developmentCertificate, undefined);
});
