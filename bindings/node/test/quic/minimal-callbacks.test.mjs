import assert from "node:assert/strict";
import { echoServer, marks, test, within } from "../support.mjs";

test("no callback is needed on either side", async (open) => {
  const events = marks();
  const server = open({ hostname: "localhost", port: 0, server: true, connection: () => events.set("connection") });
  const client = open({ hostname: "localhost", port: server.port });
  await events.get("connection");
  assert.equal(client.write("nobody listens to this"), 22);
});

test("callbacks that do nothing are enough, in both modes", async (open) => {
  const events = marks();
  const callbacks = { socketOpen() {}, open() {}, data() {}, drain() {}, close() {}, error() {}, socketClose() {} };
  const server = open({ ...callbacks, hostname: "localhost", port: 0, server: true });
  const client = open({
    open: (socket) => events.set("open", socket), message() {}, close() {}, error() {}, hostname: "localhost",
    port: server.port,
  });
  assert.equal(await events.get("open"), client);
  assert.equal(client.write("hello"), 5);
});

test("without a message callback read() gives what came in, then null", async (open) => {
  const events = marks();
  const server = echoServer(open);
  const client = open({ hostname: "localhost", port: server.port, open: () => events.set("open") });
  assert.equal(client.read(), null);
  await events.get("open");
  client.write("keep this");
  let text = "";
  const reading = (async () => {
    while (text.length < 9 && client.readyState === "open") {
      text += client.read() ?? "";
      await new Promise(setImmediate);
    }
  })();
  await within(reading, "the echo can be read");
  assert.equal(text, "keep this");
  assert.equal(client.read(), null);
});

test("callbacks are called with the options as their this", async (open) => {
  const events = marks();
  class Handlers {
    hostname = "localhost";
    port = 0;
    server = true;
    open() {
      events.set("this", this);
    }
    message() {}
  }
  const handlers = new Handlers();
  open(handlers);
  assert.equal(await events.get("this"), handlers);
});
