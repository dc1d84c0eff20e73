// nodeHandler(): listeners of node:http under serve(). What they are told, and what they answer.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { deferred, fetch3, makeCertificate, rejection, test, withServer, within } from "../web.mjs";
import { flawless, listening, nodeHandler } from "./node_handler.mjs";

// Everything that the server sends over HTTP/1.1.
async function raw(server, text) {
  const socket = connect({ port: server.port, host: "127.0.0.1", rejectUnauthorized: false });
  let received = "";
  socket.setEncoding("latin1").on("data", (piece) => (received += piece));
  socket.write(text);
  await within(once(socket, "end"), "the server ends the connection");
  socket.destroy();
  return received;
}

const get1 = "GET / HTTP/1.1\r\nhost: localhost\r\nte: trailers\r\nconnection: close\r\n\r\n";

test("what is no function is a TypeError that names the listener", () => {
  for (const wrong of [undefined, null, {}, "listener"]) {
    assert.throws(() => nodeHandler(wrong), { name: "TypeError", message: /"listener"/ });
  }
});

test("req is an IncomingMessage that tells of the request", async () => {
  let seen;
  const listener = function (req, res) {
    seen = { req, res, server: this };
    res.end(String(req.socket.remotePort));
  };
  await flawless(listener, async (server, get) => {
    const response = await get("/a/b?c=d&e", { headers: { "x-field": "of mine", cookie: "a=1; b=2" } });
    assert.match(await response.text(), /^[1-9]\d*$/);
    const { req, res } = seen;
    assert.equal(seen.server, server);
    assert.ok(req instanceof http.IncomingMessage && res instanceof http.ServerResponse);
    assert.equal(res.req, req);
    assert.deepEqual([req.method, req.url, req.httpVersion], ["GET", "/a/b?c=d&e", "3.0"]);
    assert.deepEqual([req.httpVersionMajor, req.httpVersionMinor], [3, 0]);
    const { host, cookie } = req.headers;
    assert.deepEqual([host, req.headers["x-field"], cookie], [server.url.host, "of mine", "a=1; b=2"]);
    assert.equal(req.rawHeaders[req.rawHeaders.indexOf("x-field") + 1], "of mine");
    const { socket } = req;
    assert.equal(req.connection, socket);
    assert.equal(res.socket, socket);
    assert.deepEqual([socket.remoteAddress, socket.encrypted, socket.authorized], ["127.0.0.1", true, false]);
    assert.deepEqual(socket.getPeerCertificate(), {});
  });
});

test("over HTTP/1.1 httpVersion says so", () =>
  flawless((req, res) => res.end(req.httpVersion), async (server) => {
    assert.match(await raw(server, get1), /^HTTP\/1\.1 200 .*\r\n\r\n1\.1$/s);
  }));

test("getPeerCertificate and authorized tell of the client's certificate", async () => {
  const [own, client] = [makeCertificate(), makeCertificate("DNS:client.test")];
  const tls = { cert: own.cert, key: own.key, ca: client.cert, requestCert: true };
  const listener = ({ socket }, res) => res.end(`${socket.getPeerCertificate().subjectaltname} ${socket.authorized}`);
  const use = async ({ url }) => {
    const response = await fetch3(url, { tls: { ca: own.cert, cert: client.cert, key: client.key } });
    assert.equal(await response.text(), "DNS:client.test true");
  };
  await flawless(listener, use, { tls });
});

test("a response that is ended at once goes out whole, with its length and no type but the program's", () =>
  flawless((req, res) => res.end(req.url === "/" ? Buffer.from("h\u00e9") : undefined), async (server, get) => {
    for (const [path, text] of [["/", "h\u00e9"], ["/empty", ""]]) {
      const response = await get(path);
      assert.equal(response.headers.get("content-length"), String(Buffer.byteLength(text)));
      assert.equal(response.headers.get("content-type"), null);
      assert.equal(await response.text(), text);
    }
  }));

test("fields come from setHeader and every form of writeHead; those of a connection are left out", async () => {
  const heads = {
    "/object": (res) => res.writeHead(201, { "X-B": ["2", "3"], "x-a": "other" }),
    "/message": (res) => res.writeHead(201, "Made", { "X-B": ["2", "3"], "x-a": "other" }),
    "/flat": (res) => res.writeHead(201, ["X-B", "2", "x-b", "3", "x-a", "other"]),
    "/pairs": (res) => res.writeHead(201, [["X-B", "2"], ["X-B", "3"], ["x-a", "other"]]),
    "/set": (res) => {
      res.statusCode = 201;
      res.setHeader("x-a", "other").setHeader("x-b", "2");
      res.appendHeader("x-b", "3");
    },
  };
  const listener = (req, res) => {
    res.setHeader("X-A", "1");
    res.setHeader("Set-Cookie", ["a=1", "b=2"]);
    res.setHeader("Connection", "close");
    res.setHeader("Keep-Alive", "timeout=5");
    res.setHeader("Transfer-Encoding", "chunked");
    assert.equal(res.getHeader("x-a"), "1");
    assert.equal(res.headersSent, false);
    heads[req.url](res);
    res.end();
    assert.equal(res.headersSent, true);
    assert.throws(() => res.setHeader("x-c", "late"), /after they are sent/);
    assert.throws(() => res.writeHead(200), { code: "ERR_HTTP_HEADERS_SENT" });
  };
  await flawless(listener, async (server, get) => {
    for (const path of Object.keys(heads)) {
      const { status, headers } = await get(path);
      assert.equal(status, 201, path);
      assert.deepEqual([headers.get("x-a"), headers.get("x-b")], ["other", "2, 3"], path);
      assert.deepEqual(headers.getSetCookie(), ["a=1", "b=2"]);
      for (const name of ["connection", "keep-alive", "transfer-encoding"]) assert.equal(headers.get(name), null, name);
    }
  });
});

test("204, 304 and HEAD have no bodies", () => {
  const listener = (req, res) => {
    res.statusCode = Number(req.url.slice(1));
    if (res.statusCode === 304) res.write("not sent");
    res.end("no body");
  };
  return flawless(listener, async (server, get) => {
    for (const status of [204, 304]) {
      const response = await get(`/${status}`);
      assert.deepEqual([response.status, await response.text()], [status, ""]);
    }
    const head = await get("/200", { method: "HEAD" });
    assert.deepEqual([head.status, head.headers.get("content-length"), await head.text()], [200, "7", ""]);
  });
});

test("early hints and trailers are sent", async () => {
  const listener = async (req, res) => {
    const hints = { link: ["</a.css>; rel=preload", "</b.js>; rel=preload"], "x-hint": "1" };
    await new Promise((told) => res.writeEarlyHints(hints, told));
    await new Promise((told) => res.writeContinue(told));
    res.setHeader("trailer", "x-sum");
    res.write("in ");
    await sleep(10);
    res.addTrailers({ "X-Sum": "abc" });
    res.end("pieces");
  };
  await flawless(listener, async (server) => {
    const text = await raw(server, get1);
    const [hints, head, ...rest] = text.split("\r\n\r\n");
    assert.match(hints, /^HTTP\/1\.1 103 [^]*link: <\/a\.css>; rel=preload, <\/b\.js>; rel=preload/);
    assert.match(hints, /\r\nx-hint: 1/);
    assert.match(head, /^HTTP\/1\.1 200 /);
    assert.match(rest.join("\r\n\r\n"), /0\r\nx-sum: abc\r\n/);
  });
});

test("what the listener throws, or its promise rejects with, goes to the error handler", () => {
  const told = [];
  const error = (failure) => (told.push(failure.message), new Response("sorry", { status: 503 }));
  const listener = (req, res) => {
    const failure = new Error(req.url);
    if (req.url === "/throws") throw failure;
    if (req.url === "/written") res.write("part");
    if (req.url === "/length") return res.writeHead(200, { "content-length": "7" }).end("short");
    if (req.url === "/status") return res.writeHead(99);
    return Promise.reject(failure);
  };
  return listening(listener, { error }, async (server, get) => {
    for (const path of ["/throws", "/rejects", "/written", "/length", "/status"]) {
      const response = await get(path);
      assert.deepEqual([response.status, await response.text()], [503, "sorry"], path);
    }
    assert.deepEqual(told.slice(0, 3), ["/throws", "/rejects", "/written"]);
    assert.match(told[3], /content-length says 7 bytes, and the body has 5/);
    assert.match(told[4], /Invalid status code: 99/);
  });
});

test("a route's parameters are in req.params", () => {
  const routes = { "/users/:id": nodeHandler((req, res) => res.end(req.params.id)) };
  return withServer({ routes }, async (server, get) => {
    assert.equal(await (await get("/users/a%20b")).text(), "a b");
  });
});

test("a write after the end is an error event, and a wrong chunk a TypeError", async () => {
  const told = deferred();
  const listener = (req, res) => {
    assert.throws(() => res.write(5), { name: "TypeError", message: /"chunk"/ });
    assert.throws(() => res.addTrailers(5), { name: "TypeError", message: /"trailers"/ });
    assert.throws(() => res.writeEarlyHints(5), { name: "TypeError", message: /"hints"/ });
    res.on("error", told.resolve);
    res.end("all");
    assert.equal(res.write("more"), false);
  };
  await flawless(listener, async (server, get) => {
    assert.equal(await (await get()).text(), "all");
    assert.equal((await within(told.promise, "the error event")).code, "ERR_STREAM_WRITE_AFTER_END");
  });
});

test("frameworks may replace prototypes, and writeHead", async () => {
  const listener = (req, res) => {
    Object.setPrototypeOf(req, Object.create(http.IncomingMessage.prototype));
    const own = { send: { value(text) { this.end(text); } } };
    Object.setPrototypeOf(res, Object.create(http.ServerResponse.prototype, own));
    const { writeHead } = res;
    res.writeHead = function (...words) {
      this.setHeader("x-late", "set by writeHead");
      return writeHead.apply(this, words);
    };
    let text = "";
    req.on("data", (bytes) => (text += bytes)).on("end", () => res.send(text));
  };
  await flawless(listener, async (server, get) => {
    const response = await get("/", { method: "PUT", body: "framed" });
    assert.deepEqual([response.headers.get("x-late"), await response.text()], ["set by writeHead", "framed"]);
  });
});

test("the handler answers any Request, as of other servers", async () => {
  const handler = nodeHandler((req, res) => {
    if (req.url === "/gone?") res.destroy();
    else res.end(`${req.method} ${req.url} ${req.headers.host}`);
  });
  const response = await handler(new Request("https://example.test/x?y#z", { method: "DELETE" }));
  assert.equal(await response.text(), "DELETE /x?y example.test");
  assert.equal((await rejection(handler(new Request("https://example.test/gone?")))).name, "AbortError");
  assert.throws(() => handler({}), { name: "TypeError", message: /"request"/ });
});
