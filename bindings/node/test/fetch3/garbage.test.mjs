import assert from "node:assert/strict";
import { collectGarbage, collectUntil } from "../runner.mjs";
import { endless, test, withServer } from "../web.mjs";

test("a response that is dropped unread is given up, and its server is told", async () => {
  const source = endless();
  await withServer({ fetch: () => new Response(source.stream) }, async (server, get) => {
    await (async () => assert.equal((await get()).status, 200))();
    await collectUntil(source.cancelled, "the server's stream is cancelled");
  });
});

test("a response that is dropped half read is given up", async () => {
  const source = endless();
  await withServer({ fetch: () => new Response(source.stream) }, async (server, get) => {
    const readOnce = async () => {
      const reader = (await get()).body.getReader();
      assert.equal((await reader.read()).done, false);
    };
    await readOnce();
    await collectUntil(source.cancelled, "the server's stream is cancelled");
  });
});

test("a body is whole although only a read that waits, or its stream, is left of it", async () => {
  const sources = [];
  const fetch = () => new Response(new ReadableStream({ start: (controller) => sources.push(controller) }));
  await withServer({ fetch }, async (server, get) => {
    const waiting = (async () => (await get()).text())();
    const body = await (async () => (await get()).body)();
    const half = async (text) => {
      for (let i = 0; i < 3; i++) await collectGarbage();
      for (const source of sources) source.enqueue(Buffer.from(text));
    };
    await half("first ");
    await half("second");
    for (const source of sources) source.close();
    assert.equal(await waiting, "first second");
    for (let i = 0; i < 3; i++) await collectGarbage();
    assert.equal(await new Response(body).text(), "first second");
  });
});
