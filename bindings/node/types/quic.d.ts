/// <reference types="node" />
// Types of quic(): raw QUIC sockets and streams.

/** What the network, the peer or the library says. Wrong arguments are TypeErrors instead. */
export class QuicError extends Error {
  readonly name: "QuicError";
  /** "ERR_QUIC_REFUSED", "ERR_QUIC_CERT_UNTRUSTED", ... */
  readonly code: string;
  /** The library's number of it (US_QUIC_E_*), negative. */
  readonly errno: number;
  /** QUIC or application error code, where there is one. */
  readonly protocolCode: number | undefined;
}

/** PEM text. */
export type Pem = string | Uint8Array | ReadonlyArray<string | Uint8Array>;

/** Other names throw a TypeError. */
export interface TlsIdentity {
  /** With `key`: the certificate and the chain below it. */
  cert?: Pem;
  key?: Pem;
  /** Of an encrypted `key`. */
  passphrase?: string;
}

export interface ClientTlsOptions extends TlsIdentity {
  /** Trusted instead of the system's roots and of those that NODE_EXTRA_CA_CERTS adds to these. */
  ca?: Pem;
  /**
   * False: any certificate will do. Default: true, unless the environment says NODE_TLS_REJECT_UNAUTHORIZED=0 (looked at
   * for each client).
   */
  rejectUnauthorized?: boolean;
}

/** A certificate for trying things out on one's own machine, which nobody trusts unless told to. */
export interface DevelopmentCertificate {
  /** PEM; for `tls.ca` of a client. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  /** SHA-256 of the certificate (DER), 32 bytes: what WebTransport's `serverCertificateHashes` wants as a value. */
  readonly hash: Uint8Array;
}

/**
 * Without `cert` and `key` the server makes a certificate for localhost, good for development; see
 * `developmentCertificate` of the server.
 */
export interface ServerTlsOptions extends TlsIdentity {
  /**
   * The name that `cert` is for: a host name such as "a.example", or "*.a.example" for any one label in the place of the
   * asterisk.
   */
  serverName?: string;
  /** Whom clients' certificates are verified against, in place of the system's roots; see `requestCert`. */
  ca?: Pem;
  /** Asks clients for a certificate. Default: false. */
  requestCert?: boolean;
  /**
   * With `requestCert`: refuse clients without a trusted certificate (the default); false lets them in, and tells who
   * they are. True without `requestCert` throws.
   */
  rejectUnauthorized?: boolean;
}

/** A certificate for clients that ask for `serverName`. */
export interface NamedTlsIdentity extends TlsIdentity {
  cert: Pem;
  key: Pem;
  serverName: string;
}

/**
 * Several certificates in an array: clients get the one for the name that they ask for (SNI), an exact name before one with
 * an asterisk, and those that ask for none of the names the first. `ca`, `requestCert` and `rejectUnauthorized` stand in
 * the first and are for all.
 */
export type ServerTls = ServerTlsOptions | readonly [ServerTlsOptions, ...NamedTlsIdentity[]];

/** What a running server is to change. */
export interface ReloadTls {
  /**
   * As when the server was made. The server shows these certificates from the next handshake on, and none but these;
   * connections that are open stay open. `ca`, `requestCert` and `rejectUnauthorized` cannot be changed: left out they
   * are as before, and other values throw a TypeError. Without `cert` a server gets a new development certificate, and
   * one that was given a certificate throws. Throws a QuicError for a certificate or key that cannot be used; all is as
   * before then.
   */
  tls?: ServerTls;
}

export type QuicTlsOptions = ClientTlsOptions & ServerTlsOptions;

export type QuicChunk = string | Uint8Array;

type Result = void | Promise<void>;

interface QuicCommonOptions {
  /** Without hostname and port the socket waits for connect() or listen(). */
  hostname?: string;
  /** Default: 443. A server's 0 is any free port. */
  port?: number;
  server?: boolean;
  /** `requestCert`, `serverName` and several in an array are for servers. */
  tls?: QuicTlsOptions | ServerTls;
  /**
   * Of a server: 32 random bytes. A server that is started again with the same secret on the same port, also after a
   * crash, tells clients of before that their connections are gone. Whoever knows it can cut connections. Default: new
   * ones for each server.
   */
  secret?: Uint8Array;
  /** Application protocols, the preferred one first. Default: "usquic". */
  alpn?: string | readonly string[];
  /** Milliseconds without a packet after which a connection is given up. Default: 30,000. */
  idleTimeoutMs?: number;
  /** Milliseconds that a handshake may take. Default: 10,000. */
  handshakeTimeoutMs?: number;
  /** Milliseconds of silence after which a PING keeps a connection open. Default: 0, none. */
  keepAliveMs?: number;
  /**
   * Streams that the peer may have open at once, of each kind (bidirectional, unidirectional), on each connection.
   * Default: 100.
   */
  maxStreams?: number;
  /** Let the peer send datagrams (RFC 9221). Default: true where there is a callback `datagram`. */
  datagrams?: boolean;
  /**
   * Of a server: others that say the same can listen on its port too, in this process and in others of the same user. The
   * system spreads new clients over them by their addresses: a client whose address changes may lose its connection. Not
   * with `secret`. Default: false.
   */
  reusePort?: boolean;
  /** A server's new connection. */
  connection?(socket: QuicSocket): Result;
  /**
   * A datagram came: unreliable, and in no order. While promises that it returned are pending, or it does not keep up
   * otherwise, at most 256 KiB wait; what comes then is dropped, and counted in `stats.datagramsDropped`.
   */
  datagram?(socket: QuicSocket, bytes: Buffer): Result;
}

/**
 * All bytes of a socket arrive at `message`; write() on the socket. Without `message`, read() gives them.
 *
 * When `message` returns a promise, what comes meanwhile on the same stream is told in one call when it settles. Bytes
 * count as consumed only then: at most 256 KiB of a stream wait here, and flow control holds the peer back.
 */
export interface QuicSocketModeOptions<Data = unknown> extends QuicCommonOptions {
  /** Not a function: that would be stream mode. The socket has it as `socket.data`. */
  data?: Data;
  /** A client after its handshake; a server once it listens. */
  open?(socket: QuicSocket<Data>): Result;
  connection?(socket: QuicSocket<Data>): Result;
  message?(socket: QuicSocket<Data>, bytes: Buffer): Result;
  datagram?(socket: QuicSocket<Data>, bytes: Buffer): Result;
  /** The last of a socket. */
  close?(socket: QuicSocket<Data>): Result;
  /** What the network said, or what a callback threw. Without it, what a callback threw is an uncaught exception. */
  error?(socket: QuicSocket<Data>, error: Error): Result;
}

/** Streams are told one by one. */
export interface QuicStreamModeOptions extends QuicCommonOptions {
  /** A client after its handshake; a server once it listens. */
  socketOpen?(socket: QuicSocket): Result;
  /** The last of a socket. */
  socketClose?(socket: QuicSocket): Result;
  /** A socket's errors. Without it they go to `error`, with the socket in the stream's place. */
  socketError?(socket: QuicSocket, error: Error): Result;
  /** A stream is open, by whichever side. */
  open?(stream: QuicStream): Result;
  /**
   * When it returns a promise, what comes meanwhile is told in one call when that settles. The bytes count as consumed
   * only then: at most 256 KiB of a stream wait here, and flow control holds the peer back. Without this callback bytes
   * wait for `stream.readable`.
   */
  data?(stream: QuicStream, bytes: Buffer): Result;
  /**
   * The peer has ended, and all that came before was told. With this callback the program ends its side itself; without
   * it that is done in turn, unless the program reads `stream.readable`.
   */
  end?(stream: QuicStream): Result;
  /** All that was written is on its way. */
  drain?(stream: QuicStream): Result;
  /**
   * The last of a stream. When all came and nothing that was written is lost, the rest is told first. A stream that broke
   * off is closed at once.
   */
  close?(stream: QuicStream): Result;
  error?(stream: QuicStream | QuicSocket, error: Error): Result;
}

export interface QuicStats {
  streamCount: number;
  isConnected: boolean;
  has0RTT: boolean;
  /** Bytes of streams that went to the network. */
  bytesSent: number;
  /** Bytes of streams that came in. */
  bytesReceived: number;
  /** Datagrams that were given to the network. */
  datagramsSent: number;
  /** Datagrams that were told. */
  datagramsReceived: number;
  /** Datagrams that were not sent, as too many waited, or not told, as the program did not keep up. */
  datagramsDropped: number;
}

/** A client, a listening server, or one connection of a server. */
export class QuicSocket<Data = any> {
  private constructor();

  /** `options.data`, where it is not a function; yours to set. */
  data: Data;
  /** The port that a server listens on; else the peer's. */
  readonly port: number;
  /** The host name asked for. */
  readonly serverName: string | undefined;
  /** The peer's address, of a server's connection. */
  readonly remoteAddress: string | undefined;
  /** In hexadecimal, once connected. */
  readonly connectionId: string | undefined;
  /** Streams that this socket opened and that are not closed. */
  readonly streamCount: number;
  readonly streamIds: number[];
  /** The peer's certificate in DER, once connected: a server's, or the one that a client gave when it was asked. */
  readonly peerCertificate: Buffer | undefined;
  /** That certificate is trusted. False, too, where nothing verifies it. */
  readonly isAuthorized: boolean;
  /** What a server made for itself; undefined for a client, and where the server was given a certificate. */
  readonly developmentCertificate: DevelopmentCertificate | undefined;
  /** The handshake is done. */
  readonly isConnected: boolean;
  readonly isServer: boolean;
  /** The TLS session of an earlier connection was resumed. */
  readonly isResumed: boolean;
  /** The peer's early data (0-RTT) was accepted: what it carried may be a replay. usquic sends none itself. */
  readonly has0RTT: boolean;
  readonly stats: QuicStats;
  /** "connecting": there is no address yet. "open": from then on. */
  readonly readyState: "connecting" | "open" | "closed";
  /**
   * Bytes of the largest datagram that can be sent, as far as it is known; it grows while the path is probed. 0: none,
   * as the peer takes none or the socket is not connected.
   */
  readonly maxDatagramSize: number;
  readonly isPaused: boolean;
  /** Settles after `close` was called, for whatever reason; never rejects. */
  readonly closed: Promise<void>;

  connect(hostname?: string, port?: number): this;
  listen(hostname?: string | null, port?: number): this;
  /** Over the socket's stream, which is opened if need be. Returns the bytes taken: all, or 0 once closed. */
  write(chunk: QuicChunk): number;
  /** Without a `message` callback: what came in since the last call. */
  read(): Buffer | null;
  /** A new stream, which has `meta` as its `data`. Works before the handshake. */
  stream(meta?: unknown, options?: QuicStreamOptions): QuicStream;
  createStream(meta?: unknown, options?: QuicStreamOptions): QuicStream;
  getStream(id: number): QuicStream | undefined;
  closeStream(id: number | QuicStream): boolean;
  /**
   * Nothing comes in and nothing is taken any more from here on. What was written is delivered: the connection closes
   * when the peer has ended its streams in turn, or when nothing went out for three seconds. A server closes its
   * connections too, and refuses new clients at once. `close` is called when all is over.
   */
  close(): void;
  /**
   * New certificates for a listening server, or one that will listen. Throws a QuicError on any other socket. Nothing
   * happens once the server is closed.
   */
  reload(options: ReloadTls): this;
  /**
   * Sends a datagram. True: it is on its way, and may be lost there as any. False: it is not sent, as the socket is not
   * connected or too many wait already. Throws a RangeError when it is larger than `maxDatagramSize`, and a QuicError
   * (`ERR_QUIC_UNSUPPORTED`) when the peer takes no datagrams.
   */
  sendDatagram(bytes: QuicChunk): boolean;
  /**
   * From here on no stream of the socket tells what comes in; it waits, and flow control holds the peer back. Web
   * streams (`stream.readable`) go on. On a listening server it does nothing for its connections.
   */
  pause(): this;
  resume(): this;
  /** close(), then `closed`: `await using socket = quic(...)`. */
  [Symbol.asyncDispose](): Promise<void>;
  ref(): this;
  unref(): this;
}

export interface QuicStreamOptions {
  /** This side alone sends on the stream. Default: false. */
  unidirectional?: boolean;
}

/** A stream, in both directions or in one. */
export class QuicStream implements AsyncIterable<Uint8Array> {
  private constructor();

  /** QUIC stream ID; while connecting, the one that is expected. */
  readonly id: number;
  readonly socket: QuicSocket;
  /** What stream(meta) was given; yours to set. */
  data: any;
  /** 1: connecting, 2: open, 3: closed. */
  readonly readyState: 1 | 2 | 3;
  /** Bytes written that are not on their way yet. */
  readonly writableLength: number;
  /** This side may send more: false after end() or close(), and where the peer alone sends. */
  readonly isWritable: boolean;
  /** More may come in: false after the end, and where this side alone sends. */
  readonly isReadable: boolean;
  /** One side alone sends. */
  readonly isUnidirectional: boolean;
  /** By pause() of the stream itself. */
  readonly isPaused: boolean;
  /**
   * What comes in, as a web stream; the same one each time. From the first look at it on, bytes go there and not to
   * `data` or `message`, `end` is not called, and the program ends its own side itself. What is not read is not
   * consumed: flow control holds the peer back. cancel(reason) gives the receiving side up (STOP_SENDING) with
   * `reason.protocolCode`, or 0. A stream that the peer resets, also with code 0, or that is lost with the connection,
   * fails with a QuicError. Throws (`ERR_QUIC_STATE`) where this side alone sends.
   */
  readonly readable: ReadableStream<Uint8Array>;
  /**
   * The sending side as a web stream; the same one each time. A write settles when at most 256 KiB wait to be sent.
   * close() is the end (FIN), and settles when all is on its way. abort(reason) resets the stream with
   * `reason.protocolCode`, or 0. Throws (`ERR_QUIC_STATE`) where the peer alone sends.
   */
  readonly writable: WritableStream<QuicChunk>;

  /** The chunks of `readable`. Leaving the loop early gives the receiving side up, as cancel() does. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array>;
  /** Returns the bytes taken: all, or 0 after end() or close(), and where the peer alone sends. */
  write(chunk: QuicChunk): number;
  /** Our side is complete (FIN), after what was written. */
  end(chunk?: QuicChunk): void;
  /**
   * Both directions, at once: what is not sent yet is lost. With a code other than 0, one of the application's own, the
   * peer gets it as the `protocolCode` of an error.
   */
  close(code?: number): void;
  /**
   * From here on the stream tells nothing of what comes in, to `data` or `message`: it waits, and flow control holds the
   * peer back. `end` and `close` wait behind it.
   */
  pause(): this;
  resume(): this;
  /** Streams do not keep the process alive by themselves. */
  ref(): this;
  unref(): this;
}

/**
 * A QUIC client, or with `server: true` a server. Returns at once; throws for wrong options, certificates that cannot
 * be used, and a port that cannot be had.
 */
export function quic(options: QuicStreamModeOptions & { data: Function }): QuicSocket;
export function quic(options: QuicStreamModeOptions & { socketOpen: Function }): QuicSocket;
export function quic<Data = unknown>(options: QuicSocketModeOptions<Data>): QuicSocket<Data>;
export function quic(options: QuicStreamModeOptions): QuicSocket;
