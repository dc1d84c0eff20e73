// A process ends by itself when all is closed, and not before; one that ends early tells its peer.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { deferred, run, test, within } from "../runner.mjs";
import { serve } from "../web.mjs";
import { modulePath } from "./support.mjs";

const require = createRequire(import.meta.url);
const head = `const { WebTransport } = require(${JSON.stringify(modulePath)});
  const { serve } = require(${JSON.stringify(require.resolve("../../lib/serve.js"))});
  const tls = { rejectUnauthorized: false };\n`;

test("a process ends when its session is closed, and its server stopped", async () => {
  const { code, stdout, stderr } = await run(`${head}
    const server = serve({ port: 0, hostname: "127.0.0.1", webTransport: async ({ datagrams }) => datagrams.readable.pipeTo(datagrams.writable) });
    (async () => {
      const client = new WebTransport(server.url, { tls });
      await client.ready;
      const { readable, writable } = client.datagrams;
      await writable.getWriter().write(new Uint8Array([1, 2, 3]));
      console.log((await readable.getReader().read()).value.length);
      client.close({ closeCode: 1, reason: "done" });
      console.log(JSON.stringify(await client.closed));
      await server.stop();
      console.log("stopped");
    })();`);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, '3\n{"closeCode":1,"reason":"done"}\nstopped\n');
});

test("a session that is open keeps the process, although nothing else does", async () => {
  const { code, stdout, stderr } = await run(`${head}
    const server = serve({ port: 0, hostname: "127.0.0.1", webTransport: (session) => setTimeout(() => session.close({ closeCode: 2 }), 300) });
    server.unref();
    const client = new WebTransport(server.url, { tls });
    client.closed.then(({ closeCode }) => {
      console.log(closeCode);
      server.stop(true);
    });`);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "2\n");
});

test("a session that could not be opened does not keep the process", async () => {
  const { code, stdout, stderr } = await run(`${head}
    const server = serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    const client = new WebTransport(server.url, { tls });
    client.ready.catch((error) => {
      console.log(error.name);
      server.stop();
    });`);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "WebTransportError\n");
});

test("nobody has to look at ready and closed", async () => {
  const { code, stdout, stderr } = await run(`${head}
    new WebTransport("https://127.0.0.1:1/", { tls });
    process.on("exit", () => console.log("the end"));`, { limitMs: 20_000 });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "the end\n");
});

test("a process that exits in the midst of a session tells the server", async () => {
  const opened = deferred();
  const server = serve({ port: 0, hostname: "127.0.0.1", webTransport: (session) => opened.resolve(session) });
  try {
    const { code, stderr } = await run(`${head}
      const client = new WebTransport(${JSON.stringify(server.url.href)}, { tls });
      client.createUnidirectionalStream().then(() => process.exit(0));`);
    assert.equal(code, 0, stderr);
    const session = await within(opened.promise, "the session");
    await within(session.closed.catch(() => {}), "its end");
  } finally {
    await server.stop(true);
  }
});
