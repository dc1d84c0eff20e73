// Servers that stop while clients are there, and while others come.
import assert from "node:assert/strict";
import { echoServer, marks, test as quicTest } from "./support.mjs";
import { deferred, fetch3, insecure, makeBytes, makeCertificate, QuicError, rejection, test, within, withServer } from "./web.mjs";

const limitMs = 3000; // a client that hears nothing gives up after 10 s

test("while a server finishes what it has begun, a new client is refused at once", async () => {
  const [asked, answer] = [deferred(), deferred()];
  const fetch = () => (asked.resolve(), answer.promise);
  await withServer({ fetch }, async (server, get) => {
    const begun = get();
    await asked.promise;
    const stopped = server.stop();
    // Of other options, hence over a connection of its own.
    const tls = { ...insecure, ca: makeCertificate().cert };
    const error = await within(rejection(fetch3(server.url, { tls })), "the refusal", limitMs);
    assert.ok(error.cause instanceof QuicError, String(error.cause));
    answer.resolve(new Response("in time"));
    assert.equal(await (await begun).text(), "in time");
    await stopped;
  });
});

quicTest("while a server of quic closes, a new client is refused at once", async (open) => {
  const events = marks();
  const server = echoServer(open);
  const options = { hostname: "localhost", port: server.port };
  // With a callback for the peer's end the program ends its own side itself: here the server waits for it.
  const stream = open({ ...options, data: () => events.set("data"), end: () => events.set("end") }).stream();
  stream.write("hello");
  await events.get("data");
  server.close();
  await events.get("end");
  open({ ...options, message() {}, error: (_, error) => events.set("error", error) });
  assert.ok((await events.get("error", limitMs)) instanceof QuicError);
  stream.end();
});

// More than is taken in ahead of the reader, and less than may be on the way: all of it was sent, not all was read.
test("what a client has not read yet is not lost when the server stops", async () => {
  const body = makeBytes(450_000);
  await withServer({ fetch: () => new Response(body) }, async (server, get) => {
    const response = await get();
    const stopped = server.stop();
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.ok(body.equals(Buffer.from(await response.arrayBuffer())));
    await stopped;
  });
});
