// A client, a listening server, or one connection of a server.
"use strict";

const engine = require("../engine.js");
const { checkHostname, checkNames, checkObject, checkPort, optionalHostname, toBytes } = require("../errors.js");
const { reloadTls } = require("../identities.js");
const { Shared } = require("../shared.js");
const { DEFAULT_HOSTNAME, DEFAULT_PORT, Settings } = require("./settings.js");
const { QuicStream } = require("./stream.js");

const E_STATE = -4;

const createContext = (options) => engine.attempt(() => engine.native.createContext(options));
const clientContexts = new Shared(createContext, (id) => engine.native.closeContext(id));

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
  #cid;
  #isResumed = false;
  #certificate;  // the peer's, in DER; false: none
  #isAuthorized = false;
  #isReferenced = true;
  #isFinished = false;
  #streams = new Set();
  #ownStreams = new Set();
  #nextStreamId;
  #mainStream;  // the one that write() uses
  #unread = [];  // what came in while there is no `message` callback
  #bytesSent = 0;
  #bytesReceived = 0;
  #link;

  constructor(settings, server) {
    if (!(settings instanceof Settings)) throw new TypeError("Illegal constructor: sockets are made by quic()");
    this.#settings = settings;
    this.#callbacks = settings.callbacks;
    this.#server = server;
    this.#serverName = settings.hostname;
    this.#nextStreamId = settings.isServer ? 1 : 0;
    this.data = settings.data;
    this.#link = {
      socket: this,
      callbacks: this.#callbacks,
      received: (byteCount) => this.#count(0, byteCount),
      sent: (byteCount) => this.#count(byteCount, 0),
      keep: (nativeId, bytes) => this.#unread.push({ nativeId, bytes }),
      closing: (stream) => this.#ownStreams.delete(stream),
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
    return this.#cid;
  }

  get peerCertificate() {
    return this.#certificate || undefined;
  }

  get isAuthorized() {
    return this.#isAuthorized;
  }

  // Of a server: {cert, key, hash} where the program gave no certificate.
  get developmentCertificate() {
    return this.#settings.context.developmentCertificate;
  }

  get has0RTT() {
    return this.#isResumed;
  }

  get streamCount() {
    return this.#ownStreams.size;
  }

  get streamIds() {
    return Array.from(this.#ownStreams, (stream) => stream.id);
  }

  get stats() {
    return {
      streamCount: this.streamCount,
      isConnected: this.isConnected,
      has0RTT: this.has0RTT,
      bytesSent: this.#bytesSent,
      bytesReceived: this.#bytesReceived,
    };
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
    try {
      this.#port = engine.attempt(() => engine.native.listen(contextId, hostname ?? null, port));
    } catch (error) {
      engine.native.closeContext(contextId);
      throw error;
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
    if (!this.#mainStream?.isWritable) {
      this.#mainStream = firstWritable(this.#ownStreams) ?? firstWritable(this.#streams) ?? this.stream();
    }
    return this.#mainStream.write(bytes);
  }

  // Without a `message` callback: what came in since the last call, or null.
  read() {
    if (this.#unread.length === 0) return null;
    const chunks = this.#unread;
    this.#unread = [];
    for (const { nativeId, bytes } of chunks) engine.native.consumed(nativeId, bytes.length);
    return Buffer.concat(chunks.map(({ bytes }) => bytes));
  }

  stream(meta) {
    if (this.#state === "listening") throw stateError("a listening server has no streams: its connections have");
    if (this.#state === "idle") throw stateError("the socket needs connect() first");
    const nativeId = this.#state === "closed" ? 0 : engine.native.createStream(this.#connectionId) || 0;
    const id = nativeId === 0 ? -1 : this.#nextStreamId;
    const stream = new QuicStream(this.#link, { nativeId, id, isOpen: false, data: meta });
    if (nativeId === 0) return stream;
    this.#nextStreamId += 4;
    this.#streams.add(stream);
    this.#ownStreams.add(stream);
    return stream;
  }

  createStream(meta) {
    return this.stream(meta);
  }

  getStream(id) {
    for (const stream of this.#streams) {
      if (stream.id === id && stream.readyState !== 3) return stream;
    }
    return undefined;
  }

  // id: a stream's, or the stream itself. Tells whether there was such a stream.
  closeStream(id) {
    const stream = id instanceof QuicStream ? this.getStream(id.id) : this.getStream(id);
    stream?.close();
    return stream !== undefined;
  }

  // What was written is delivered first, as long as the peer takes it. `close` is called when all is over.
  close() {
    if (this.#state === "closed") return;
    const previous = this.#state;
    this.#abandon();
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

  ref() {
    this.#isReferenced = true;
    if (this.#state !== "idle" && !this.#isFinished) engine.hold(this);
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
    open(socket, alpn, cid, isResumed, certificate, isAuthorized) {
      if (socket.#state !== "connecting") return;
      socket.#state = "connected";
      socket.#cid = cid;
      socket.#isResumed = Boolean(isResumed);
      socket.#certificate = certificate;
      socket.#isAuthorized = isAuthorized;
      socket.#callbacks.socketOpened(socket);
    },
    stream(socket, nativeId, id) {
      if (socket.#state === "closed") return;
      const stream = new QuicStream(socket.#link, { nativeId, id, isOpen: true, data: undefined });
      socket.#streams.add(stream);
      QuicStream.announce(stream);
    },
    close(socket, error, code, reason) {
      socket.#onClose(error, code, reason);
    },
  };

  #start(state) {
    this.#state = state;
    if (this.#isReferenced) engine.hold(this);
  }

  #accept(connectionId, remoteAddress, remotePort, serverName, cid, certificate, isAuthorized) {
    const socket = new QuicSocket(this.#settings, this);
    socket.#connectionId = connectionId;
    socket.#port = remotePort;
    socket.#remoteAddress = remoteAddress;
    socket.#serverName = serverName || undefined;
    socket.#cid = cid;
    socket.#certificate = certificate;
    socket.#isAuthorized = isAuthorized;
    socket.data = this.data;
    engine.register(connectionId, socket, QuicSocket.#connectionEvents);
    this.#connections.add(socket);
    socket.#start("connected");
    this.#callbacks.connected(socket);
  }

  #onClose(error, code, reason) {
    engine.forget(this.#connectionId);
    const wasClosedHere = this.#state === "closed";
    this.#abandon();
    for (const stream of this.#streams) QuicStream.finish(stream);
    if (error !== 0 && !wasClosedHere) {
      this.#callbacks.socketFailed(this, this.#closeError(error, code, reason), { isNetwork: true });
    }
    this.#context?.users.delete(this);
    this.#finish();
  }

  #closeError(error, code, reason) {
    const { native } = engine;
    const where = this.isServer ? "" : ` (${this.#serverName}:${this.#port})`;
    const message = `${native.strerror(error)}${where}${reason ? `: ${reason}` : ""}`;
    return engine.error(error, { protocolCode: code || undefined, message });
  }

  #abandon() {
    this.#state = "closed";
    for (const stream of this.#streams) QuicStream.abandon(stream);
    this.#ownStreams.clear();
    this.#mainStream = undefined;
  }

  // The last of a socket: nothing of it is left on the native side.
  #finish() {
    if (this.#isFinished) return;
    this.#isFinished = true;
    engine.release(this);
    this.#callbacks.socketClosed(this);
    this.#server?.#dropConnection(this);
  }

  #dropConnection(connection) {
    this.#connections.delete(connection);
    if (this.#state === "closed" && this.#connections.size === 0) this.#finish();
  }

  #dropStream(stream) {
    this.#streams.delete(stream);
    this.#ownStreams.delete(stream);
    if (this.#mainStream === stream) this.#mainStream = undefined;
  }

  #count(sent, received) {
    this.#bytesSent += sent;
    this.#bytesReceived += received;
    this.#server?.#count(sent, received);
  }
}

function firstWritable(streams) {
  for (const stream of streams) {
    if (stream.isWritable) return stream;
  }
  return undefined;
}

function stateError(message) {
  return engine.error(E_STATE, { message });
}

module.exports = { QuicSocket };
