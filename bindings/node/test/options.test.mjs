// Names that an option could be taken for: accepted without effect they would be mistakes that nobody sees.
import assert from "node:assert/strict";
import { quic } from "./support.mjs";
import { certificate, test } from "./runner.mjs";
import { fetch3, insecure, rejection, serve, withServer } from "./web.mjs";

const value = { name: "TypeError", code: "ERR_INVALID_ARG_VALUE" };
const type = { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" };
const fetch = () => new Response();

test("serve throws on names that it does not know, and says which", () => {
  for (const wrong of [{ tsl: {} }, { Port: 1 }, { websocket: {} }, { development: undefined }]) {
    const [name] = Object.keys(wrong);
    assert.throws(() => serve({ port: 0, fetch, ...wrong }), { ...value, message: new RegExp(name) });
  }
  for (const name of ["request_cert", "requestcert", "rejectUnauthorised", "ciphers", "serverName"]) {
    assert.throws(() => serve({ port: 0, fetch, tls: { [name]: true } }), { ...value, message: new RegExp(name) });
  }
});

test("reload throws on names that it does not know: the others cannot be changed", () => withServer({ fetch }, (server) => {
  assert.throws(() => server.reload({ fetch, port: 1 }), value);
  assert.throws(() => server.reload({ tls: certificate() }), value);
}));

test("quic throws on names that it does not know, and says which", () => {
  for (const wrong of [{ tsl: {} }, { host: "localhost" }, { onopen() {} }, { keepAlive: 1 }]) {
    const [name] = Object.keys(wrong);
    for (const server of [false, true]) {
      assert.throws(() => quic({ server, message() {}, ...wrong }), { ...value, message: new RegExp(name) });
    }
  }
  assert.throws(() => quic({ tls: { checkServerIdentity() {} } }), value);
});

test("quic throws on options of the other side, and on callbacks of the other mode", () => {
  assert.throws(() => quic({ tls: { requestCert: true } }), value);
  assert.throws(() => quic({ secret: new Uint8Array(32) }), value);
  for (const name of ["data", "socketOpen", "socketClose", "socketError", "drain", "end"]) {
    assert.throws(() => quic({ message() {}, [name]() {} }), value, name);
  }
});

test("fetch3 passes over members of RequestInit, and rejects on names in tls that it does not know", async () => {
  await withServer({ fetch }, async ({ url }) => {
    const init = { mode: "cors", credentials: "omit", cache: "no-store", referrer: "", keepalive: false, integrity: "" };
    assert.equal((await fetch3(url, { ...init, tls: insecure })).status, 200);
    for (const name of ["requestCert", "rejectunauthorized", "checkServerIdentity"]) {
      const error = await rejection(fetch3(url, { tls: { ...insecure, [name]: false } }));
      assert.deepEqual([error.name, error.code], [value.name, value.code]);
      assert.match(error.message, new RegExp(name));
    }
  });
});

test("a passphrase without a key, a certificate without one and the other way round are refused", async () => {
  const { cert, key } = certificate();
  for (const tls of [{ passphrase: "x" }, { cert }, { key }]) {
    assert.throws(() => serve({ port: 0, fetch, tls }), value);
    for (const server of [false, true]) assert.throws(() => quic({ server, tls }), value);
    assert.equal((await rejection(fetch3("https://localhost:1/", { tls }))).code, value.code);
  }
});

test("a secret is 32 bytes", () => {
  for (const open of [(secret) => serve({ port: 0, fetch, secret }), (secret) => quic({ server: true, secret })]) {
    assert.throws(() => open("x".repeat(32)), type);
    assert.throws(() => open(new Uint8Array(31)), value);
  }
});
