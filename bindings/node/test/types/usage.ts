// Compiled, never run: what must be accepted, and, behind @ts-expect-error, what must not.
import {
  developmentCertificate, fetch3, file, folder, nodeHandler, quic, QuicError, serve, WebTransport, WebTransportError,
  type Routes, type WebTransportSession,
} from "../../index.js";

const server = quic({
  server: true,
  port: 0,
  tls: { cert: "PEM", key: new Uint8Array(1) },
  message(socket, bytes) {
    const written: number = socket.write(bytes.toString("utf8"));
    console.log(written, socket.stats.bytesReceived, socket.port);
  },
  error(socket, error) {
    if (error instanceof QuicError) console.log(error.code, error.errno, error.protocolCode);
    socket.close();
  },
});
server.unref();

quic({ idleTimeoutMs: 1, handshakeTimeoutMs: 1, keepAliveMs: 0, maxStreams: 1, message() {} });
async function read(): Promise<number> {
  await using client = quic({ port: 1, datagrams: true, datagram: (socket, bytes) => console.log(bytes.toString("hex")) });
  const sent: boolean = client.sendDatagram(new Uint8Array(client.maxDatagramSize));
  const stream = client.pause().resume().createStream("meta", { unidirectional: true });
  for await (const chunk of stream) console.log(chunk.byteLength, sent);
  await stream.readable.pipeTo(stream.writable);
  await client.closed;
  console.log(stream.pause().isPaused, stream.isReadable, stream.isUnidirectional, client.isResumed, client.isPaused);
  return client.stats.datagramsSent + client.stats.datagramsReceived + client.stats.datagramsDropped;
}
quic({ server: true, reusePort: true, data: async (stream, bytes) => void (stream.write(bytes), await read()) });
// @ts-expect-error a stream is unidirectional or not
quic({ message() {} }).createStream(0, { unidirectional: "yes" });
// @ts-expect-error a time is a number
quic({ keepAliveMs: "1", message() {} });

quic({
  socketOpen: (socket) => {
    const stream = socket.createStream();
    stream.end();
  },
  data: (stream, bytes) => {
    stream.write(bytes);
  },
});

// @ts-expect-error a callback must be a function
quic({ message: 1 });
// @ts-expect-error a port must be a number
quic({ port: "443", message() {} });

const http = serve({
  port: 0,
  fetch: (request, served) => new Response(served.requestIP(request)?.address ?? request.url),
});
const proven: Buffer | undefined = http.clientCertificate(new Request(http.url))?.raw;
serve({ port: 0, fetch: () => new Response(), secret: new Uint8Array(32), tls: { ca: "PEM", requestCert: true } });
serve({ port: 0, fetch: () => new Response(), idleTimeout: 1, httpIdleTimeout: 0, maxRequestBodySize: 0 });
serve({
  port: 0,
  routes: { "/:id": nodeHandler((req, res) => res.end(req.url)) },
  fetch: nodeHandler(async function (req, res) {
    res.writeHead(this.port === req.socket.remotePort ? 404 : 200, { "x-version": req.httpVersion });
    for await (const chunk of req) res.write(chunk);
    res.end();
  }),
});
const answered: Response | Promise<Response> = nodeHandler((_req, res) => void res.end())(new Request(http.url));
// @ts-expect-error a listener is a function
nodeHandler(answered);
async function answer(): Promise<Response> {
  await using versions = serve({
    reusePort: true, http1: false, http2: true, http3: true,
    connect(request, served) {
      const [method, protocol]: ["CONNECT", string] = [request.method, request.protocol];
      const body: ReadableStream<Uint8Array> = request.body;
      return new Response(body, { status: served.httpVersion(request) === "2" ? 200 : 403, headers: { method, protocol } });
    },
    async fetch(request, served) {
      const isInTime: boolean = served.writeEarlyHints(request, { link: "</a.css>; rel=preload" });
      const isAdded: boolean = served.addTrailers(request, [["x-sum", "1"]]) && served.addTrailers(request, new Headers());
      const trailers: Headers = await served.trailers(request);
      return Response.json([isInTime, isAdded, trailers.get("x-sum")]);
    },
  });
  versions.reload({ connect: () => new Response(null, { status: 403 }) });
  // @ts-expect-error a version that nobody knows
  return new Response(String(versions.httpVersion(new Request(versions.url)) === "4"));
}
// @ts-expect-error a version is served or not
serve({ http3: "yes", fetch: answer });
// @ts-expect-error trailers are fields
http.addTrailers(new Request(http.url), 1);
// @ts-expect-error a name that nobody knows
serve({ port: 0, fetch: () => new Response(), tls: { requestcert: true } });
const { cert, key, hash } = developmentCertificate();
const bytes: Uint8Array = hash;
const several = [{ cert, key }, { cert, key, serverName: "*.a.example" }] as const;
serve({ port: 0, fetch: () => new Response(), tls: several }).reload({ tls: several }).reload({ tls: { cert, key } });
quic({ server: true, tls: several, message() {} }).reload({ tls: { cert, key, serverName: "a.example" } });
// @ts-expect-error only the first can do without a name
serve({ port: 0, fetch: () => new Response(), tls: [{ cert, key }, { cert, key }] });
const made: string | undefined = http.developmentCertificate?.cert ?? server.developmentCertificate?.cert;
const stopped: Promise<void> = http.stop();
// @ts-expect-error a handler is needed
serve({ port: 0 });

const routes: Routes = { "/a": new Response("a"), "/b": false };
serve({
  routes: {
    "/users/:id/*": (request, served) => new Response(request.params.id + request.params["*"] + served.port),
    "/api": { GET: new Response("static"), POST: async (request) => new Response(await request.text()), PUT: false },
    "/logo": file("logo.svg", { type: "image/svg+xml", maxAge: 60 }),
    "/assets/*": folder(new URL("file:///public"), { index: "main.html", listing: true, dotfiles: false, singlePage: true }),
  },
}).reload({ routes });
http.reload({ routes: { "/:name": ({ params }) => new Response(params.name) } });
// @ts-expect-error a parameter that the pattern does not have
serve({ routes: { "/users/:id": (request) => new Response(request.params.name) } });
// @ts-expect-error a method that nobody knows
serve({ routes: { "/x": { get: new Response() } } });
// @ts-expect-error no answer
serve({ routes: { "/x": 1 } });
// @ts-expect-error a name that nobody knows
folder("public", { indexes: true });

const response: Promise<Response> = fetch3(`https://localhost:${http.port}/`, {
  method: "POST",
  body: "text",
  tls: { ca: "PEM", cert: "PEM", key: "PEM" },
});
const closed: Promise<void> = fetch3.close();
// @ts-expect-error a member that nobody knows
fetch3(http.url, { dispatcher: 1 });
// @ts-expect-error clients ask for no certificate
fetch3(http.url, { tls: { requestCert: true } });
// @ts-expect-error a URL is needed
fetch3();
async function transport(): Promise<string> {
  await using session = new WebTransport(http.url, {
    serverCertificateHashes: [{ algorithm: "sha-256", value: hash }], headers: { origin: "https://a.example" },
    allowPooling: false, requireUnreliable: true, congestionControl: "low-latency",
  });
  await session.ready;
  const { readable, writable } = await session.createBidirectionalStream();
  await readable.pipeTo(await session.createUnidirectionalStream({ sendOrder: 1 }));
  await writable.abort(new WebTransportError("enough", { source: "stream", streamErrorCode: 7 }));
  const incoming = await session.incomingUnidirectionalStreams.getReader().read();
  const chunk: Uint8Array | undefined = (await incoming.value?.getReader().read())?.value;
  await session.incomingBidirectionalStreams.pipeTo(new WritableStream({ write: (stream) => stream.readable.pipeTo(stream.writable) }));
  const { datagrams } = session;
  datagrams.incomingHighWaterMark = datagrams.outgoingHighWaterMark + datagrams.maxDatagramSize;
  await datagrams.createWritable().getWriter().write(new Uint8Array(1));
  const { datagrams: { droppedIncoming, expiredOutgoing } } = await session.getStats();
  session.close({ closeCode: 1, reason: "done" });
  const { closeCode, reason }: { closeCode: number; reason: string } = await session.closed;
  return `${chunk?.byteLength}${closeCode}${reason}${droppedIncoming + expiredOutgoing}`;
}
serve({ webTransport: async (session) => void (await session.closed) });
serve({
  port: 0, fetch: () => new Response(),
  webTransport: {
    "/chat/:room": {
      upgrade: (request, served) => (served.requestIP(request) === null ? new Response(null, { status: 403 }) : undefined),
      open: (session) => session.close({ reason: session.request.params.room + session.request.protocol }),
    },
    "/echo": ({ datagrams }) => datagrams.readable.pipeTo(datagrams.writable),
  },
}).reload({ webTransport: (session: WebTransportSession) => console.log(session.request.url, transport()) }).reload({ webTransport: null });
// @ts-expect-error a parameter that the pattern does not have
serve({ webTransport: { "/chat/:room": (session) => console.log(session.request.params.name) } });
// @ts-expect-error a name that nobody knows
new WebTransport(http.url, { pooling: true });
// @ts-expect-error a code is a number
new WebTransport(http.url).close({ closeCode: "1" });
console.log(bytes, closed, made, stopped, response, proven, server.isAuthorized, server.peerCertificate?.length);
