// What the tests of WebTransport share.
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { insecure, serve } from "../web.mjs";
import { deferred, within } from "../runner.mjs";

const require = createRequire(import.meta.url);
export const modulePath = require.resolve("../../lib/webtransport.js");
export const { WebTransport, WebTransportError } = require(modulePath);

export const encode = (text) => new TextEncoder().encode(text);
export const certificateHash = (value) => [{ algorithm: "sha-256", value }];

// Runs `use(connect, server)` with a server; connect(path, options) is a client's session with it.
export async function withSessions(options, use) {
  const server = serve({ port: 0, hostname: "127.0.0.1", ...options });
  const clients = [];
  const connect = (path = "/", init = {}) => {
    const { tls = "serverCertificateHashes" in init ? undefined : insecure } = init;
    const client = new WebTransport(new URL(path, server.url), { ...init, tls });
    clients.push(client);
    return client;
  };
  try {
    return await use(connect, server);
  } finally {
    for (const client of clients) client.close();
    await server.stop(true);
  }
}

// A client's session and the server's of the same one: use(client, session, server).
export async function withPair(use, options = {}) {
  const opened = deferred();
  return withSessions({ webTransport: (session) => opened.resolve(session), ...options }, async (connect, server) => {
    const client = connect();
    await within(client.ready, "the client is ready");
    return use(client, await within(opened.promise, "the server's session"), server);
  });
}

// What the stream of streams, or of datagrams, gives next.
export async function next(readable, what) {
  const reader = readable.getReader();
  try {
    const { done, value } = await within(reader.read(), what);
    if (done) throw new Error(`it ended without ${what}`);
    return value;
  } finally {
    reader.releaseLock();
  }
}

export async function bytesOf(readable, what = "all bytes", limitMs = 60_000) {
  const chunks = [];
  const read = async () => {
    for await (const chunk of readable) chunks.push(chunk);
  };
  await within(read(), what, limitMs);
  return Buffer.concat(chunks);
}

export const textOf = async (readable, what) => String(await bytesOf(readable, what));

// Writes it and ends the stream. Writing fails for its reader.
export async function send(writable, bytes) {
  const writer = writable.getWriter();
  await writer.write(typeof bytes === "string" ? encode(bytes) : bytes);
  await writer.close();
}

export const hashOfBytes = (bytes) => createHash("sha256").update(bytes).digest("hex");

export async function failure(promise, what) {
  let value;
  try {
    value = await within(promise, what);
  } catch (error) {
    return error;
  }
  throw new Error(`${what}: did not fail, but gave ${JSON.stringify(value)}`);
}
