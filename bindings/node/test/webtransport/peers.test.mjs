// Deno's own WebTransport client with serve(). It ends no stream: close() of a writer sends no FIN (2.9.6, to its own server
// neither), so nothing here waits for the end of what it sends.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../runner.mjs";
import { findProgram, makeBytes, run, testWith } from "../web.mjs";
import { hashOfBytes, next, send, withSessions } from "./support.mjs";

const packaged = join(root, "node_modules/.bin/deno");
const deno = existsSync(packaged) ? packaged : findProgram("deno");

// Runs a program of Deno, in which `session` is its client's, and gives what it said.
async function runDeno(server, text) {
  const { hash } = server.developmentCertificate;
  const program = `
    const hash = Uint8Array.from(${JSON.stringify([...hash])});
    const session = new WebTransport(${JSON.stringify(server.url.href)}, { serverCertificateHashes: [{ algorithm: "sha-256", value: hash }] });
    ${text}`;
  const { code, stdout, stderr } = await run(program, { command: [deno, "eval", "--unstable-net", program], limitMs: 30_000 });
  assert.equal(code, 0, stderr);
  return stdout;
}

async function echo(session) {
  session.datagrams.readable.pipeTo(session.datagrams.writable).catch(() => {});
  for await (const { readable, writable } of session.incomingBidirectionalStreams) readable.pipeTo(writable).catch(() => {});
}

testWith(deno, "deno", "Deno's client: a stream and a datagram come back", () =>
  withSessions({ webTransport: echo }, async (_connect, server) => {
    const said = await runDeno(server, `
      await session.ready;
      const { readable, writable } = await session.createBidirectionalStream();
      const writer = writable.getWriter();
      await writer.write(new TextEncoder().encode("hello from Deno"));
      console.log(new TextDecoder().decode((await readable.getReader().read()).value));
      await session.datagrams.writable.getWriter().write(Uint8Array.of(1, 2, 3));
      console.log([...(await session.datagrams.readable.getReader().read()).value].join());
      session.close({ closeCode: 0, reason: "" });`);
    assert.equal(said, "hello from Deno\n1,2,3\n");
  }));

testWith(deno, "deno", "Deno's client: 1 MiB by a stream of the server's", async () => {
  const bytes = makeBytes(1 << 20);
  const webTransport = async (session) => {
    const { writable } = await session.createBidirectionalStream();
    await send(writable, bytes);
  };
  await withSessions({ webTransport }, async (_connect, server) => {
    const said = await runDeno(server, `
      await session.ready;
      const { value: stream } = await session.incomingBidirectionalStreams.getReader().read();
      const bytes = new Uint8Array(await new Response(stream.readable).arrayBuffer());
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      console.log([...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
      session.close({ closeCode: 0, reason: "" });`);
    assert.equal(said, `${hashOfBytes(bytes)}\n`);
  });
});

testWith(deno, "deno", "Deno's client: a stream of its own, one way", async () => {
  let received;
  const got = new Promise((resolve) => (received = resolve));
  const webTransport = async (session) => {
    for await (const readable of session.incomingUnidirectionalStreams) {
      received(String(Buffer.from(await next(readable, "its bytes"))));
      await send((await session.createBidirectionalStream()).writable, "thanks");
    }
  };
  await withSessions({ webTransport }, async (_connect, server) => {
    await runDeno(server, `
      await session.ready;
      const writer = (await session.createUnidirectionalStream()).getWriter();
      await writer.write(new TextEncoder().encode("one way"));
      const { value: stream } = await session.incomingBidirectionalStreams.getReader().read();
      console.log(await new Response(stream.readable).text());
      session.close({ closeCode: 0, reason: "" });`);
    assert.equal(await got, "one way");
  });
});

testWith(deno, "deno", "a refusal rejects `ready` of Deno's client", () =>
  withSessions({ webTransport: { "/elsewhere": () => {} } }, async (_connect, server) => {
    const said = await runDeno(server, `
      session.closed.catch(() => {});
      await session.ready.then(() => console.log("ready"), () => console.log("refused"));
      Deno.exit(0);`);
    assert.equal(said, "refused\n");
  }));
