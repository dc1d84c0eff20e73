// Header sections that are larger than the receiver takes (RFC 9114 section 4.2.2).
import assert from "node:assert/strict";
import { QuicError, rejection, test, withServer } from "../web.mjs";

const tooLarge = (count) => Object.fromEntries(
  Array.from({ length: count }, (_, index) => [`x-${index}`, "x".repeat(Math.ceil(70_000 / count))]),
);

for (const count of [1, 10]) {
  test(`a response whose ${count} fields are too large fails, and the error says so`, async () => {
    const fetch = ({ url }) => new Response("hello", { headers: url.endsWith("/large") ? tooLarge(count) : {} });
    await withServer({ fetch, error: () => {} }, async (server, get) => {
      const { cause } = await rejection(get("/large"));
      assert.ok(cause instanceof QuicError, String(cause));
      assert.equal(cause.code, "ERR_QUIC_TOO_LARGE");
      assert.match(cause.message, /header section of the response is too large: H3_EXCESSIVE_LOAD/);
      assert.equal(await (await get("/")).text(), "hello");
    });
  });

  test(`a request whose ${count} fields are too large is answered with 431`, async () => {
    await withServer({ fetch: () => new Response("hello") }, async (server, get) => {
      assert.equal((await get("/", { headers: tooLarge(count) })).status, 431);
      assert.equal(await (await get("/")).text(), "hello");
    });
  });
}
