import assert from "node:assert/strict";
import { certificate, echoServer, marks, test } from "../support.mjs";

// Connects, waits for an echo, behind which the ticket has come, and tells whether the session was resumed.
async function visit(open, port, tls) {
  const events = marks();
  const client = open({
    hostname: "localhost", port, tls,
    open: (socket) => socket.write("hello"),
    message: () => events.set("echo"),
    close: () => events.set("close"),
  });
  await events.get("echo");
  client.close();
  await events.get("close");
  return client.isResumed;
}

test("a client that connects again with the same options resumes its session, another does not", async (open) => {
  const { cert, key } = certificate();
  const { port } = echoServer(open, { tls: { cert, key } });
  assert.equal(await visit(open, port, { ca: cert }), false);
  assert.equal(await visit(open, port, { ca: [Buffer.from(cert)] }), true);
  assert.equal(await visit(open, port, { ca: cert, rejectUnauthorized: true }), false);
  assert.equal(await visit(open, echoServer(open, { tls: { cert, key } }).port, { ca: cert }), false);
});

test("more sets of options than are kept, one after another", async (open) => {
  const { cert, key } = certificate();
  const { port } = echoServer(open, { tls: { cert, key } });
  for (let i = 0; i < 20; ++i) assert.equal(await visit(open, port, { ca: cert + "\n".repeat(i) }), false);
  assert.equal(await visit(open, port, { ca: cert }), false, "it was closed");
  assert.equal(await visit(open, port, { ca: cert + "\n".repeat(19) }), true);
});
