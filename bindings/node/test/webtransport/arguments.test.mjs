// Arguments that are wrong: TypeErrors that name what is wrong, before anything is done.
import assert from "node:assert/strict";
import { test } from "../runner.mjs";
import { serve } from "../web.mjs";
import { WebTransport, WebTransportError, withPair } from "./support.mjs";

const value = { name: "TypeError", code: "ERR_INVALID_ARG_VALUE" };
const type = { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" };
const url = "https://localhost:1/";
const hash = { algorithm: "sha-256", value: new Uint8Array(32) };

test("URLs that are none, or not of https, or have what cannot be sent", () => {
  for (const wrong of [undefined, null, 1, {}]) assert.throws(() => new WebTransport(wrong), { ...type, message: /"url"/ });
  for (const wrong of ["", "localhost", "http://localhost/", "wss://localhost/", `${url}#part`, "https://me@localhost/", "https://a:b@localhost/"]) {
    assert.throws(() => new WebTransport(wrong), { ...value, message: /"url"/ }, wrong);
  }
});

test("options that nobody knows are refused, and the near ones are asked about", () => {
  const near = {
    serverCertificateHash: "serverCertificateHashes", header: "headers", TLS: "tls", allowpooling: "allowPooling",
    requireunreliable: "requireUnreliable",
  };
  for (const [wrong, meant] of Object.entries(near)) {
    const message = `"options.${wrong}" is not known; did you mean "${meant}"?`;
    assert.throws(() => new WebTransport(url, { [wrong]: undefined }), { ...value, message });
  }
  assert.throws(() => new WebTransport(url, { protocols: [] }), { ...value, message: /"options" may have serverCertificateHashes/ });
  assert.throws(() => new WebTransport(url, { tls: { requestCert: true } }), value);
  assert.throws(() => new WebTransport(url, 1), type);
});

test("options of the wrong kind", () => {
  const wrong = {
    allowPooling: 1, requireUnreliable: "yes", serverCertificateHashes: hash, tls: true, headers: 1,
  };
  for (const [name, given] of Object.entries(wrong)) {
    assert.throws(() => new WebTransport(url, { [name]: given }), { name: "TypeError", message: new RegExp(`options\\.${name}`) }, name);
  }
  assert.throws(() => new WebTransport(url, { congestionControl: "fast" }), { ...value, message: /congestionControl/ });
  assert.throws(() => new WebTransport(url, { headers: { "bad name": "x" } }), { ...value, message: /options\.headers/ });
});

test("hashes that are none", () => {
  const attempt = (entry) => () => new WebTransport(url, { serverCertificateHashes: [hash, entry] });
  const where = /serverCertificateHashes\[1\]/;
  for (const entry of [null, "x", []]) assert.throws(attempt(entry), { ...type, message: where });
  assert.throws(attempt({ ...hash, algorithm: "sha-512" }), { ...value, message: /sha-256/ });
  assert.throws(attempt({ value: hash.value }), { ...type, message: where });
  assert.throws(attempt({ ...hash, value: new Uint8Array(31) }), { ...value, message: /32 bytes/ });
  assert.throws(attempt({ ...hash, value: "x".repeat(32) }), { ...type, message: where });
  assert.throws(attempt({ ...hash, alg: 1 }), { ...value, message: /alg/ });
});

test("hashes do not go with roots, nor with pooling", () => {
  const serverCertificateHashes = [hash];
  assert.throws(() => new WebTransport(url, { serverCertificateHashes, tls: { rejectUnauthorized: false } }), { ...value, message: /rejectUnauthorized/ });
  assert.throws(() => new WebTransport(url, { serverCertificateHashes, allowPooling: true }), { ...value, message: /allowPooling/ });
});

test("WebTransport is a class: new is needed", () => {
  assert.throws(() => WebTransport(url), { name: "TypeError" });
  assert.equal(WebTransport.supportsReliableOnly, false);
});

test("close() and the making of streams look at what they are given", () => withPair(async (client) => {
  for (const wrong of [1, "x", []]) assert.throws(() => client.close(wrong), type);
  assert.throws(() => client.close({ closecode: 1 }), { ...value, message: /"closeInfo.closecode" is not known; did you mean "closeCode"/ });
  for (const closeCode of [-1, 2 ** 32, 1.5]) assert.throws(() => client.close({ closeCode }), { ...value, message: /closeCode/ });
  assert.throws(() => client.close({ closeCode: "1" }), type);
  assert.throws(() => client.close({ reason: 1 }), { ...type, message: /reason/ });
  await assert.rejects(client.createBidirectionalStream({ order: 1 }), { ...value, message: /"options.order"/ });
  await assert.rejects(client.createUnidirectionalStream(1), type);
  await client.createUnidirectionalStream({ sendOrder: 1, waitUntilAvailable: true });
}));

test("WebTransportError is made as the web has it", () => {
  const plain = new WebTransportError();
  assert.deepEqual([plain.message, plain.source, plain.streamErrorCode, plain.status], ["", "stream", null, null]);
  const error = new WebTransportError("why", { source: "session", streamErrorCode: 3, cause: plain });
  assert.deepEqual([error.message, error.source, error.streamErrorCode, error.cause], ["why", "session", 3, plain]);
  assert.ok(error instanceof Error);
  assert.throws(() => new WebTransportError("", { source: "datagram" }), { ...value, message: /source/ });
  assert.throws(() => new WebTransportError("", { streamErrorCode: -1 }), { ...value, message: /streamErrorCode/ });
  assert.throws(() => new WebTransportError("", { code: 1 }), { ...value, message: /code/ });
});

test("webTransport of serve is a handler, or handlers by path", () => {
  const attempt = (webTransport) => () => serve({ port: 0, webTransport });
  for (const wrong of [1, "x", true, []]) assert.throws(attempt(wrong), { ...type, message: /options\.webTransport/ });
  assert.throws(attempt({ upgrade() {} }), { ...type, message: /options\.webTransport\.open/ });
  assert.throws(attempt({ open() {}, upgrde() {} }), { ...value, message: /did you mean "upgrade"/ });
  assert.throws(attempt({ open: 1 }), { ...type, message: /open/ });
  assert.throws(attempt({ "/a": 1 }), { ...type, message: /options\.webTransport\["\/a"\]/ });
  assert.throws(attempt({ "/a": {} }), { ...type, message: /open/ });
  assert.throws(attempt({ "/a": () => {}, b: () => {} }), { ...value, message: /begins with/ });
  assert.throws(attempt({ "/:a": () => {}, "/:b": () => {} }), { ...value, message: /other paths/ });
  assert.throws(() => serve({ port: 0, webTransport() {}, http3: false }), { ...value, message: /http3/ });
  assert.throws(() => serve({ port: 0, webtransport() {}, fetch() {} }), { ...value, message: /did you mean "webTransport"/ });
});
