// HTTP/1.1, HTTP/2 and HTTP/3 on one port.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import {
  deferred, fetch3, insecure, isBun, makeBytes, makeCertificate, rejection, serve, sha256, temporaryFolder, test, testWith,
  within, withServer,
} from "../web.mjs";
import { isDeno } from "../runner.mjs";
import { askHttp1, askHttp2, getByTool, testInNode, tool, withHttp2 } from "../tcp.mjs";

const testWithTool = testWith.bind(null, tool, "usquic (USQUIC_TOOL)");
const versionOf = (request, server) => new Response(server.httpVersion(request));
const flags = { "1.1": "--http1.1", 2: "--http2", 3: "--http3" };
const bigSize = 5 << 20;

// The runtime's own client, over TCP.
async function fetchOverTcp(server, path = "/", init = {}) {
  const url = new URL(path, server.url);
  if (isBun) return fetch(url, { tls: { ca: server.developmentCertificate.cert }, ...init });
  const client = Deno.createHttpClient({ caCerts: [server.developmentCertificate.cert] });
  try {
    const response = await fetch(url, { client, ...init });
    return new Response(await response.arrayBuffer(), response);
  } finally {
    client.close();
  }
}

for (const [version, flag] of Object.entries(flags)) {
  testWithTool(`HTTP/${version} is served by default, and said by httpVersion()`, () =>
    withServer({ fetch: versionOf }, async (server) => {
      const { code, stdout, stderr } = await getByTool(server, [flag]);
      assert.deepEqual([code, stdout], [0, version], stderr);
    }));

  testWithTool(`bodies of 5 MiB go both ways over HTTP/${version} as they are`, async () => {
    const bytes = makeBytes(bigSize);
    const folder = temporaryFolder();
    writeFileSync(join(folder, "up"), bytes);
    const echo = async (request) => new Response(await request.arrayBuffer(), { headers: { "x-there": "yes" } });
    const relay = (request) => new Response(request.body);
    for (const handler of [echo, relay]) {
      await withServer({ fetch: handler }, async (server) => {
        const words = [flag, "--data-binary", `@${join(folder, "up")}`, "-o", join(folder, "down")];
        const { code, stderr } = await getByTool(server, words);
        assert.equal(code, 0, stderr);
        assert.equal(sha256(readFileSync(join(folder, "down"))), sha256(bytes));
      });
    }
  });

  testWithTool(`requestIP() tells a client of HTTP/${version}`, () => {
    const handler = (request, server) => Response.json(server.requestIP(request));
    return withServer({ fetch: handler }, async (server) => {
      const { address, port, family } = JSON.parse((await getByTool(server, [flag])).stdout);
      assert.deepEqual([address, family], ["127.0.0.1", "IPv4"]);
      assert.ok(port > 0 && port < 65536 && port !== server.port);
    });
  });

  testWithTool(`without HTTP/${version} the others are served`, () => {
    const option = `http${version[0]}`;
    return withServer({ fetch: versionOf, [option]: false }, async (server) => {
      for (const [other, otherFlag] of Object.entries(flags)) {
        const { code, stdout } = await getByTool(server, [otherFlag, "--connect-timeout", "2"]);
        if (other === version) assert.notEqual(`${code} ${stdout}`, `0 ${version}`);
        else assert.deepEqual([code, stdout], [0, other]);
      }
    });
  });
}

test("without TCP's versions the port has no TCP listener, and HTTP/3 alone is there", () =>
  withServer({ fetch: versionOf, http1: false, http2: false }, async (server, get) => {
    const response = await get();
    assert.equal(await response.text(), "3");
    const refused = deferred();
    const socket = connectTls({ host: "127.0.0.1", port: server.port, rejectUnauthorized: false });
    socket.on("error", (error) => refused.resolve(error.code));
    socket.on("secureConnect", () => refused.resolve("connected"));
    assert.equal(await within(refused.promise, "TCP refuses"), "ECONNREFUSED");
    socket.destroy();
  }));

test("wrong options of versions are named", () => {
  const open = (options) => () => serve({ port: 0, fetch: versionOf, ...options });
  const none = { http1: false, http2: false, http3: false };
  assert.throws(open(none), { name: "TypeError", code: "ERR_INVALID_ARG_VALUE", message: /options\.http3/ });
  for (const name of ["http1", "http2", "http3"]) {
    for (const value of [1, "true", {}, []]) {
      const error = { name: "TypeError", code: "ERR_INVALID_ARG_TYPE", message: new RegExp(`options\\.${name}`) };
      assert.throws(open({ [name]: value }), error);
    }
  }
});

test("httpVersion() of another Request is null, and of what is none a TypeError", () =>
  withServer({ fetch: versionOf }, (server) => {
    assert.equal(server.httpVersion(new Request(server.url)), null);
    for (const value of [undefined, null, 1, "request"]) {
      assert.throws(() => server.httpVersion(value), { name: "TypeError", message: /request/ });
    }
  }));

testInNode("node:https and node:http2 are answered, and told of HTTP/3", () =>
  withServer({ fetch: versionOf }, async (server) => {
    const answers = [await askHttp1(server), await withHttp2(server, (session) => askHttp2(session, {}))];
    assert.deepEqual(answers.map(({ body }) => String(body)), ["1.1", "2"]);
    for (const { headers } of answers) assert.match(headers["alt-svc"], new RegExp(`h3=":${server.port}"`));
  }));

testInNode("without HTTP/3 nobody is told of it", () =>
  withServer({ fetch: versionOf, http3: false }, async (server) => {
    assert.equal((await askHttp1(server)).headers["alt-svc"], undefined);
    const { headers } = await withHttp2(server, (session) => askHttp2(session, {}));
    assert.equal(headers["alt-svc"], undefined);
  }));

testInNode("one handler answers many requests of each version at once", () => {
  const handler = async (request, server) => new Response(`${server.httpVersion(request)} ${await request.text()}`);
  return withServer({ fetch: handler }, async (server, get) => {
    const each = async (ask, version) => {
      const all = await Promise.all(Array.from({ length: 50 }, (_, i) => ask(`body ${i}`)));
      assert.deepEqual(all, Array.from({ length: 50 }, (_, i) => `${version} body ${i}`));
    };
    await withHttp2(server, (session) => Promise.all([
      each(async (body) => String((await askHttp1(server, { method: "POST", body })).body), "1.1"),
      each(async (body) => String((await askHttp2(session, { ":method": "POST" }, body)).body), "2"),
      each(async (body) => (await get("/", { method: "POST", body })).text(), "3"),
    ]));
  });
});

if (isBun || isDeno) {
  test("the runtime's own fetch is answered over TCP", () => {
    const handler = async (request, server) =>
      new Response(`${server.httpVersion(request)} ${sha256(Buffer.from(await request.arrayBuffer()))}`);
    return withServer({ fetch: handler }, async (server) => {
      const bytes = makeBytes(bigSize);
      const response = await fetchOverTcp(server, "/", { method: "POST", body: bytes });
      assert.match(await response.text(), new RegExp(`^(1\\.1|2) ${sha256(bytes)}$`));
      assert.match(response.headers.get("alt-svc"), /^h3=/);
    });
  });
}

const certificateOver = (server, servername) => {
  const told = deferred();
  const options = { host: "127.0.0.1", port: server.port, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] };
  const socket = connectTls({ ...options, ...(servername && { servername }) }, () => {
    told.resolve(socket.getPeerX509Certificate().toString().trim());
    socket.end();
  });
  socket.on("error", told.reject);
  return within(told.promise, "the certificate over TCP");
};

testInNode("names choose certificates over TCP, and reload({ tls }) changes them", async () => {
  const [first, second, third] = [makeCertificate(), makeCertificate(), makeCertificate()];
  const identityOf = ({ cert, key }, more) => ({ cert, key, ...more });
  const tls = [identityOf(first), identityOf(second, { serverName: "a.example" })];
  await withServer({ tls, fetch: versionOf }, async (server) => {
    assert.equal(await certificateOver(server), first.cert.trim());
    assert.equal(await certificateOver(server, "a.example"), second.cert.trim());
    await withHttp2(server, async (session) => {
      server.reload({ tls: [identityOf(third), identityOf(first, { serverName: "a.example" })] });
      assert.equal(await certificateOver(server), third.cert.trim());
      assert.equal(await certificateOver(server, "a.example"), first.cert.trim());
      // The connection that was there goes on.
      assert.equal(String((await askHttp2(session, {})).body), "2");
    });
    server.reload({ tls: identityOf(second) });
    assert.equal(await certificateOver(server), second.cert.trim());
  });
});

testInNode("a TCP port that is taken makes serve() fail, and frees what it had", async () => {
  const { createServer } = await import("node:net");
  const holder = createServer();
  await new Promise((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address();
  const options = { port, hostname: "127.0.0.1", fetch: versionOf };
  assert.throws(() => serve(options), { name: "QuicError", code: "ERR_QUIC_ADDRESS_IN_USE" });
  await new Promise((resolve) => holder.close(resolve));
  const server = serve(options);
  assert.equal(await (await fetch3(server.url, { tls: insecure })).text(), "3");
  await server.stop(true);
  assert.ok((await rejection(fetch3(server.url, { tls: insecure }))) instanceof TypeError);
});
