// Several copies of the package's JavaScript in one process, as test runners make that load modules anew for each of
// their files (Jest) and the addon once.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { collectGarbage, root, test, within, withEnvironment } from "./runner.mjs";
import { marks } from "./support.mjs";

const require = createRequire(import.meta.url);

// All of it but the addon, which a process loads once.
function freshCopy() {
  for (const name of Object.keys(require.cache)) {
    if (name.startsWith(root) && !name.endsWith(".node")) delete require.cache[name];
  }
  return require(root);
}

test("copies serve and connect beside each other, each with its own errors", () =>
  withEnvironment({ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, async () => {
    const [one, other] = [freshCopy(), freshCopy()];
    assert.notEqual(one.quic, other.quic);
    const sockets = [];
    for (const [server, client] of [[one, one], [one, other], [other, one], [other, other]]) {
      const events = marks();
      const echo = server.quic({ server: true, hostname: "localhost", port: 0, message: (s, bytes) => s.write(bytes) });
      const socket = client.quic({
        hostname: "localhost", port: echo.port, open: (s) => s.write("hello"),
        message: (_, bytes) => events.set("message", String(bytes)),
      });
      sockets.push(socket, echo);
      assert.equal(await events.get("message"), "hello");
    }
    for (const socket of sockets) socket.close();
    const http = one.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("hi") });
    assert.equal(await (await other.fetch3(http.url)).text(), "hi");
    await http.stop(true);
    for (const { fetch3, QuicError } of [one, other]) {
      const error = await within(fetch3("https://nowhere.invalid/").catch(({ cause }) => cause), "the failure");
      assert.ok(error instanceof QuicError);
    }
  }));

test("a copy that nobody has any more ends its thread", async () => {
  const { loadNative } = require("../lib/runtime.js");
  const threads = () => readdirSync("/proc/self/task").length;
  const addon = loadNative();
  const count = 50;
  const startAll = () => {
    const copies = Array.from({ length: count }, () => addon.start(() => {}));
    return [threads(), copies.length];
  };
  const [most] = startAll();
  assert.ok(most > count);
  const gone = (async () => {
    // Conservative collectors may keep a few.
    while (threads() > most - count * 0.8) await collectGarbage();
  })();
  await within(gone, "the threads end");
});
