import assert from "node:assert/strict";
import { echoServer, marks, quic, test } from "../support.mjs";

test("servers with reusePort share a port, and each gets some of the clients", async (open) => {
  const got = new Map();
  const shared = (name, port) => echoServer(open, {
    hostname: "127.0.0.1", port, reusePort: true, message: (socket) => socket.write(name),
    connection: () => got.set(name, (got.get(name) ?? 0) + 1),
  });
  const { port } = shared("first", 0);
  assert.equal(shared("second", port).port, port);
  const most = 64; // that all of them come to one of two has a chance of 2^-63
  for (let i = 0; i < most && got.size < 2; ++i) {
    const events = marks();
    const client = open({
      hostname: "127.0.0.1", port,
      open: (socket) => socket.write("?"),
      message: (socket, bytes) => events.set("name", String(bytes)),
      error: (socket, error) => events.set("name", error),
    });
    assert.ok(["first", "second"].includes(await events.get("name")));
    client.close();
  }
  assert.deepEqual([...got.keys()].sort(), ["first", "second"]);
});

test("without reusePort on both, a port is for one server", (open) => {
  for (const [first, second] of [[false, true], [true, false]]) {
    const { port } = echoServer(open, { hostname: "127.0.0.1", reusePort: first });
    assert.throws(() => quic({ hostname: "127.0.0.1", port, server: true, reusePort: second, message() {} }), {
      code: "ERR_QUIC_ADDRESS_IN_USE",
    });
  }
});

test("reusePort is a boolean, for servers without a secret", () => {
  const wrong = (options, code, message) => assert.throws(() => quic({ message() {}, ...options }), { code, message });
  wrong({ server: true, reusePort: 1 }, "ERR_INVALID_ARG_TYPE", /"options.reusePort"/);
  wrong({ reusePort: true }, "ERR_INVALID_ARG_VALUE", /"options.reusePort".*for servers/);
  const secret = new Uint8Array(32);
  wrong({ server: true, reusePort: true, secret }, "ERR_INVALID_ARG_VALUE", /"options.secret".*reusePort/);
});
