// A client, a listening server, or one connection of a server.
"use strict";

const engine = require("../engine.js");
const {
  checkHostname, checkNames, checkObject, checkPort, optionalBoolean, optionalHostname, optionalObject, toBytes,
} = require("../errors.js");
const { reloadTls } = require("../identities.js");
const { clientContexts, createContext } = require("./contexts.js");
const { Datagrams } = require("./datagrams.js");
const { place, stateError } = require("./errors.js");
const { DEFAULT_HOSTNAME, DEFAULT_PORT, Settings } = require("./settings.js");
const { QuicStream } = require("./stream.js");
const { Streams } = require("./streams.js");
const { Traffic } = require("./traffic.js");
const { Unread } = require("./unread.js");

class QuicSocket {
  #settings;
  #callbacks;
  #server;  // of a server's connection: the listening socket
  #connections = new Set();  // of a listening socket
  #state = "idle";  // "connecting", "connected", "listening", "closed"
  #contextId = 0;  // of a listening socket
  #context;  // of a client; see Shared
  #connectionId = 0;
  #port = 0;
  #serverName;
  #remoteAddress;
  #handshake = {};  // what it told: {cid, isResumed, certificate, isAuthorized}
  #has0RTT = false;
  #isReferenced = true;
  #isPaused = false;
  #isGone = false;  // of a connection: the native side has nothing of it any more
  #isFinished = false;
  #closed;  // {promise, resolve}, once somebody asks
  #streams;
  #unread = new Unread();
  #datagrams;  // once connected
  #traffic;
  #link;

  constructor(settings, server) {
    if (!(settings instanceof Settings)) throw new TypeError("Illegal constructor: sockets are made by quic()");
    this.#settings = settings;
    this.#callbacks = settings.callbacks;
    this.#server = server;
    this.#serverName = settings.hostname;
    this.#streams = new Streams(settings.isServer);
    this.#traffic = new Traffic(server?.#traffic);
    this.data = settings.data;
    this.#link = {
      socket: this,
      callbacks: this.#callbacks,
      received: (byteCount) => this.#traffic.count("bytesReceived", byteCount),
      sent: (byteCount) => this.#traffic.count("bytesSent", byteCount),
      keep: (nativeId, bytes) => this.#unread.keep(nativeId, bytes),
      isPaused: () => this.#isPaused,
      closing: (stream) => this.#streams.closing(stream),
      gone: (stream) => this.#dropStream(stream),
    };
    if (server !== undefined || !settings.hasAddress) return;
    const { hostname, port, isServer } = settings;
    if (isServer) this.listen(hostname, port ?? DEFAULT_PORT);
    else this.connect(hostname ?? DEFAULT_HOSTNAME, port ?? DEFAULT_PORT);
  }

  get isServer() {
    return this.#settings.isServer;
  }

  get isConnected() {
    return this.#state === "connected";
  }

  // "open" from the call on that connects or listens; isConnected tells whether the handshake is done.
  get readyState() {
    if (this.#state === "closed") return "closed";
    return this.#state === "idle" ? "connecting" : "open";
  }

  get port() {
    return this.#port;
  }

  get serverName() {
    return this.#serverName;
  }

  get remoteAddress() {
    return this.#remoteAddress;
  }

  get connectionId() {
    return this.#handshake.cid;
  }

  get peerCertificate() {
    return this.#handshake.certificate || undefined; // false: none
  }

  get isAuthorized() {
    return this.#handshake.isAuthorized ?? false;
  }

  // Of a server: {cert, key, hash} where the program gave no certificate.
  get developmentCertificate() {
    return this.#settings.context.developmentCertificate;
  }

  get isResumed() {
    return this.#handshake.isResumed ?? false;
  }

  // A stream's bytes came as early data. Clients here send none.
  get has0RTT() {
    return this.#has0RTT;
  }

  get streamCount() {
    return this.#streams.count;
  }

  get streamIds() {
    return this.#streams.ids;
  }

  get stats() {
    const { streamCount, isConnected, has0RTT } = this;
    return { streamCount, isConnected, has0RTT, ...this.#traffic };
  }

  // Bytes of the largest datagram that can be sent now; 0: none.
  get maxDatagramSize() {
    return this.isConnected ? this.#datagrams.maxSize : 0;
  }

  get isPaused() {
    return this.#isPaused;
  }

  // Settles when nothing of the socket is left, however it came to that.
  get closed() {
    if (this.#closed === undefined) {
      this.#closed = {};
      this.#closed.promise = new Promise((resolve) => (this.#closed.resolve = resolve));
      if (this.#isFinished) this.#closed.resolve();
    }
    return this.#closed.promise;
  }

  connect(hostname = DEFAULT_HOSTNAME, port = DEFAULT_PORT) {
    checkHostname(hostname, "hostname");
    checkPort(port, "port", 1);
    if (this.#state === "closed") return this;
    if (this.isServer) throw stateError("a server does not connect: make a client with quic()");
    if (this.#state !== "idle") throw stateError("the socket has been connected already: make another with quic()");
    const context = clientContexts.of(this.#settings.context);
    this.#connectionId = engine.attempt(() => engine.native.connect(context.id, hostname, port));
    context.users.add(this);
    this.#context = context;
    engine.register(this.#connectionId, this, QuicSocket.#connectionEvents);
    this.#serverName = hostname;
    this.#port = port;
    this.#start("connecting");
    return this;
  }

  // Without a host name: on all addresses.
  listen(hostname, port = DEFAULT_PORT) {
    optionalHostname(hostname, "hostname");
    checkPort(port, "port");
    if (this.#state === "closed") return this;
    if (!this.isServer) throw stateError("a client does not listen: make a server with quic({server: true})");
    if (this.#state !== "idle") throw stateError("the socket listens already");
    const contextId = createContext(this.#settings.context);
    const { reusePort } = this.#settings;
    try {
      this.#port = engine.attempt(() => engine.native.listen(contextId, hostname ?? null, port, reusePort));
    } catch (error) {
      engine.native.closeContext(contextId);
      if (typeof error.errno !== "number") throw error;
      throw engine.error(error.errno, { message: `${error.message} (${place(hostname, port)})` });
    }
    this.#contextId = contextId;
    this.#serverName = hostname ?? undefined;
    engine.register(contextId, this, QuicSocket.#listenerEvents);
    this.#start("listening");
    queueMicrotask(() => {
      if (this.#state === "listening") this.#callbacks.socketOpened(this);
    });
    return this;
  }

  // Other certificates, for connections that come from now on.
  reload(options) {
    checkNames(checkObject(options, "options"), "options", ["tls"]);
    if (!this.isServer || this.#server !== undefined) throw stateError("only a listening server can be reloaded");
    if (this.#state === "closed" || options.tls === undefined) return this;
    this.#settings.context = reloadTls(this.#settings.context, options.tls, "options.tls", (change) => {
      if (this.#contextId !== 0) engine.attempt(() => engine.native.reloadContext(this.#contextId, change));
    });
    return this;
  }

  // Bytes taken: all of them, or 0 once the socket is closed.
  write(chunk) {
    const bytes = toBytes(chunk, "chunk");
    if (this.#state === "closed" || bytes.length === 0) return 0;
    return (this.#streams.main ?? this.stream()).write(bytes);
  }

  // Without a `message` callback: what came in since the last call, or null.
  read() {
    return this.#unread.read();
  }

  stream(meta, options) {
    const given = optionalObject(options, "options") ?? {};
    checkNames(given, "options", ["unidirectional"]);
    const isUnidirectional = optionalBoolean(given.unidirectional, "options.unidirectional") ?? false;
    if (this.#state === "listening") throw stateError("a listening server has no streams: its connections have");
    if (this.#state === "idle") throw stateError("the socket needs connect() first");
    const isClosed = this.#state === "closed";
    const nativeId = isClosed ? 0 : engine.native.createStream(this.#connectionId, isUnidirectional);
    const id = isClosed ? -1 : this.#streams.takeId(isUnidirectional);
    const stream = new QuicStream(this.#link, { nativeId, id, isUnidirectional, data: meta });
    if (!isClosed) this.#streams.add(stream, { isOwn: true });
    return stream;
  }

  createStream(meta, options) {
    return this.stream(meta, options);
  }

  getStream(id) {
    return this.#streams.get(id);
  }

  // id: a stream's, or the stream itself. Tells whether there was such a stream.
  closeStream(id) {
    const stream = id instanceof QuicStream ? this.getStream(id.id) : this.getStream(id);
    stream?.close();
    return stream !== undefined;
  }

  // False: it is not on its way, as the socket is not connected, or as many wait already.
  sendDatagram(chunk) {
    const bytes = toBytes(chunk, "bytes");
    return this.isConnected && this.#datagrams.send(bytes);
  }

  // No stream tells what comes in, and nothing counts as consumed, until resume().
  pause() {
    this.#isPaused = true;
    return this;
  }

  resume() {
    this.#isPaused = false;
    this.#streams.forEach((stream) => QuicStream.goOn(stream));
    return this;
  }

  // What was written is delivered first, as long as the peer takes it. `close` is called when all is over.
  close() {
    const previous = this.#state;
    this.#abandon();
    if (previous === "closed") return;
    if (previous === "idle") {
      queueMicrotask(() => this.#finish());
    } else if (previous === "listening") {
      for (const connection of this.#connections) connection.#abandon();
      engine.forget(this.#contextId);
      engine.native.closeContext(this.#contextId);
      if (this.#connections.size === 0) queueMicrotask(() => this.#finish());
    } else {
      engine.native.closeConnection(this.#connectionId);
    }
  }

  async [Symbol.asyncDispose]() {
    this.close();
    await this.closed;
  }

  ref() {
    this.#isReferenced = true;
    if (this.#state !== "idle" && !this.#isGone && !this.#isFinished) engine.hold(this);
    return this;
  }

  unref() {
    this.#isReferenced = false;
    engine.release(this);
    return this;
  }

  static #listenerEvents = {
    accept(server, connectionId, ...peer) {
      server.#accept(connectionId, ...peer);
    },
  };

  static #connectionEvents = {
    open(socket, alpn, cid, isResumed, certificate, isAuthorized, maxDatagramSize) {
      if (socket.#state !== "connecting") return;
      socket.#state = "connected";
      socket.#onHandshake({ cid, isResumed, certificate, isAuthorized }, maxDatagramSize);
      socket.#callbacks.socketOpened(socket);
    },
    stream(socket, nativeId, id, isUnidirectional, isEarly) {
      if (socket.#state === "closed") return;
      if (isEarly) socket.#has0RTT = true;
      const stream = new QuicStream(socket.#link, { nativeId, id, isFromPeer: true, isUnidirectional });
      socket.#streams.add(stream, { isOwn: false });
      QuicStream.announce(stream);
    },
    datagram(socket, bytes) {
      if (socket.#state !== "connected") return;
      socket.#datagrams.received(bytes, () => socket.#callbacks.datagramCame(socket, bytes));
    },
    datagramSent(socket, isSent, maxSize) {
      socket.#datagrams.sent(isSent, maxSize);
    },
    datagramsDropped(socket, count) {
      socket.#datagrams?.dropped(count);
    },
    close(socket, error, code, reason) {
      socket.#onClose(error, code, reason);
    },
  };

  #start(state) {
    this.#state = state;
    if (this.#isReferenced) engine.hold(this);
  }

  #onHandshake(handshake, maxDatagramSize) {
    this.#handshake = handshake;
    this.#datagrams = new Datagrams(this.#connectionId, maxDatagramSize, this.#traffic);
  }

  #accept(connectionId, remoteAddress, remotePort, serverName, ...handshake) {
    const [cid, certificate, isAuthorized, isResumed, maxDatagramSize] = handshake;
    const socket = new QuicSocket(this.#settings, this);
    socket.#connectionId = connectionId;
    socket.#port = remotePort;
    socket.#remoteAddress = remoteAddress;
    socket.#serverName = serverName || undefined;
    socket.#onHandshake({ cid, isResumed, certificate, isAuthorized }, maxDatagramSize);
    socket.data = this.data;
    engine.register(connectionId, socket, QuicSocket.#connectionEvents);
    this.#connections.add(socket);
    socket.#start("connected");
    this.#callbacks.connected(socket);
  }

  #onClose(error, code, reason) {
    engine.forget(this.#connectionId);
    const wasClosedHere = this.#state === "closed";
    this.#state = "closed";
    this.#streams.abandon();
    this.#streams.forEach((stream) => QuicStream.connectionGone(stream));
    if (error !== 0 && !wasClosedHere) {
      this.#callbacks.socketFailed(this, this.#closeError(error, code, reason), { isNetwork: true });
    }
    this.#context?.users.delete(this);
    this.#isGone = true;
    engine.release(this);
    this.#finishInTurn();
  }

  #closeError(error, code, reason) {
    const { native } = engine;
    const where = this.isServer ? "" : ` (${place(this.#serverName, this.#port)})`;
    const message = `${native.strerror(error)}${where}${reason ? `: ${reason}` : ""}`;
    return engine.error(error, { protocolCode: code || undefined, message });
  }

  #abandon() {
    this.#state = "closed";
    this.#streams.forEach((stream) => QuicStream.abandon(stream));
    this.#streams.abandon();
  }

  // Streams of which the end is not told yet come first.
  #finishInTurn() {
    if (this.#isGone && this.#streams.isEmpty) this.#finish();
  }

  // The last of a socket: nothing of it is left on the native side.
  #finish() {
    if (this.#isFinished) return;
    this.#isFinished = true;
    engine.release(this);
    this.#callbacks.socketClosed(this);
    this.#closed?.resolve();
    this.#server?.#dropConnection(this);
  }

  #dropConnection(connection) {
    this.#connections.delete(connection);
    if (this.#state === "closed" && this.#connections.size === 0) this.#finish();
  }

  #dropStream(stream) {
    this.#streams.gone(stream);
    this.#finishInTurn();
  }
}

module.exports = { QuicSocket };
