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

/** Without `cert` and `key` the server makes a certificate for localhost, good for development. */
export interface ServerTlsOptions extends TlsIdentity {
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

export type QuicTlsOptions = ClientTlsOptions & ServerTlsOptions;

export type QuicChunk = string | Uint8Array;

type Result = void | Promise<void>;

interface QuicCommonOptions {
  /** Without hostname and port the socket waits for connect() or listen(). */
  hostname?: string;
  /** Default: 443. A server's 0 is any free port. */
  port?: number;
  server?: boolean;
  /** `requestCert` is for servers. */
  tls?: QuicTlsOptions;
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
  /** Streams that the peer may have open at once, on each connection. Default: 100. */
  maxStreams?: number;
  /** A server's new connection. */
  connection?(socket: QuicSocket): Result;
}

/** All bytes of a socket arrive at `message`; write() on the socket. Without `message`, read() gives them. */
export interface QuicSocketModeOptions<Data = unknown> extends QuicCommonOptions {
  /** Not a function: that would be stream mode. The socket has it as `socket.data`. */
  data?: Data;
  /** A client after its handshake; a server once it listens. */
  open?(socket: QuicSocket<Data>): Result;
  connection?(socket: QuicSocket<Data>): Result;
  message?(socket: QuicSocket<Data>, bytes: Buffer): Result;
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
  data?(stream: QuicStream, bytes: Buffer): Result;
  /** The peer has ended. With this callback the program ends its side itself; without it that is done in turn. */
  end?(stream: QuicStream): Result;
  /** All that was written is on its way. */
  drain?(stream: QuicStream): Result;
  /** The last of a stream. */
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
  /** The handshake is done. */
  readonly isConnected: boolean;
  readonly isServer: boolean;
  /** The TLS session was resumed. */
  readonly has0RTT: boolean;
  readonly stats: QuicStats;
  /** "connecting": there is no address yet. "open": from then on. */
  readonly readyState: "connecting" | "open" | "closed";

  connect(hostname?: string, port?: number): this;
  listen(hostname?: string | null, port?: number): this;
  /** Over the socket's stream, which is opened if need be. Returns the bytes taken: all, or 0 once closed. */
  write(chunk: QuicChunk): number;
  /** Without a `message` callback: what came in since the last call. */
  read(): Buffer | null;
  /** A new stream, which has `meta` as its `data`. Works before the handshake. */
  stream(meta?: unknown): QuicStream;
  createStream(meta?: unknown): QuicStream;
  getStream(id: number): QuicStream | undefined;
  closeStream(id: number | QuicStream): boolean;
  /**
   * Nothing comes in and nothing is taken any more from here on. What was written is delivered: the connection closes
   * when the peer has ended its streams in turn, or when nothing went out for three seconds. A server closes its
   * connections too, and refuses new clients at once. `close` is called when all is over.
   */
  close(): void;
  ref(): this;
  unref(): this;
}

/** A bidirectional stream. */
export class QuicStream {
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
  readonly isWritable: boolean;

  /** Returns the bytes taken: all, or 0 after end() or close(). */
  write(chunk: QuicChunk): number;
  /** Our side is complete (FIN), after what was written. */
  end(chunk?: QuicChunk): void;
  /**
   * Both directions, at once: what is not sent yet is lost. With a code other than 0, one of the application's own, the
   * peer gets it as the `protocolCode` of an error.
   */
  close(code?: number): void;
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
