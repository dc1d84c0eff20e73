/// <reference types="node" />
// Types of WebTransport, in the web's shape: what a client makes, and what a handler of serve({ webTransport }) gets.
import type { ClientTlsOptions } from "./quic";
import type { ParameterNames } from "./routes";
import type { Server } from "./serve";

/** Other names throw a TypeError. */
export interface WebTransportErrorOptions {
  /** Default: "stream". */
  source?: "stream" | "session";
  /** From 0 to 4294967295; browsers know codes up to 255. */
  streamErrorCode?: number | null;
  cause?: unknown;
}

/** Why a stream or a session ended. */
export class WebTransportError extends DOMException {
  constructor(message?: string, options?: WebTransportErrorOptions);
  readonly name: "WebTransportError";
  /** "session": all of it is over; "stream": one stream is. */
  readonly source: "stream" | "session";
  /** What the peer gave the stream up with; null where the session is over. */
  readonly streamErrorCode: number | null;
  /** Of the response by which a server refused the session, else null. Browsers do not tell it. */
  readonly status: number | null;
  /** Of a session that could not be opened: a QuicError that says why. */
  readonly cause?: unknown;
}

export interface WebTransportCloseInfo {
  /** From 0 to 4294967295. Default: 0. */
  closeCode?: number;
  /** Cut to 1,024 bytes of UTF-8. Default: "". */
  reason?: string;
}

/** They have no effect here. */
export interface WebTransportStreamOptions {
  sendOrder?: number;
  sendGroup?: unknown;
  waitUntilAvailable?: boolean;
}

export interface WebTransportBidirectionalStream {
  /** What is not read is not taken: the peer is held back. cancel(reason) tells it to stop, with reason.streamErrorCode. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Takes bytes, no text. Writes wait while the peer takes no more. abort(reason) resets it, with reason.streamErrorCode. */
  readonly writable: WritableStream<ArrayBuffer | ArrayBufferView>;
}

export interface WebTransportDatagramDuplexStream {
  /** One datagram a chunk. Of those that are not read in time the oldest are dropped, which getStats() counts. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /**
   * One datagram a chunk, of one byte at least. Chunks larger than maxDatagramSize are dropped, and so are those that find too
   * many in front of them; getStats() counts them.
   */
  readonly writable: WritableStream<ArrayBuffer | ArrayBufferView>;
  /** Another one, as newer browsers have it in the place of `writable`. */
  createWritable(): WritableStream<ArrayBuffer | ArrayBufferView>;
  /** Bytes of the largest datagram that can be sent now; it changes with the path. 0 until the session is ready. */
  readonly maxDatagramSize: number;
  /** Datagrams that wait for the program, at most. Default: 256. */
  incomingHighWaterMark: number;
  /** Datagrams on their way to the QUIC thread; a write beyond them waits. Default: 256. */
  outgoingHighWaterMark: number;
}

export interface WebTransportStats {
  datagrams: {
    /** Came, and were dropped unread. */
    droppedIncoming: number;
    /** Were written, and not sent. */
    expiredOutgoing: number;
  };
}

/** What the two sides have in common. */
export interface WebTransportSessionBase {
  /** Settles when the session is open. Rejects with a WebTransportError where it cannot be opened. */
  readonly ready: Promise<void>;
  /** Of the side that closed it. Rejects with a WebTransportError when it was not opened, or broke off. */
  readonly closed: Promise<Required<WebTransportCloseInfo>>;
  /** Settles when the peer asks to end the session soon. */
  readonly draining: Promise<void>;
  readonly reliability: "pending" | "supports-unreliable";
  readonly datagrams: WebTransportDatagramDuplexStream;
  /** The streams that the peer opened. */
  readonly incomingBidirectionalStreams: ReadableStream<WebTransportBidirectionalStream>;
  readonly incomingUnidirectionalStreams: ReadableStream<ReadableStream<Uint8Array<ArrayBuffer>>>;
  /** Settles when the session is ready. The stream goes out as soon as the peer allows another. */
  createBidirectionalStream(options?: WebTransportStreamOptions): Promise<WebTransportBidirectionalStream>;
  createUnidirectionalStream(options?: WebTransportStreamOptions): Promise<WritableStream<ArrayBuffer | ArrayBufferView>>;
  getStats(): Promise<WebTransportStats>;
  /** Ends the session, and its streams with it: what is not sent is lost. */
  close(info?: WebTransportCloseInfo): void;
  /** close(), for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface WebTransportHash {
  algorithm: "sha-256" | (string & {});
  /** 32 bytes, of the certificate in DER: `developmentCertificate().hash`. */
  value: ArrayBuffer | ArrayBufferView;
}

/** Other names throw a TypeError. */
export interface WebTransportOptions {
  /**
   * The server is trusted by its certificate, and not by roots: one whose SHA-256 is among these, and that is valid for 14 days at
   * most, and valid now. It is looked at before anything is sent. Not together with `tls.ca` or `tls.rejectUnauthorized`.
   */
  serverCertificateHashes?: readonly WebTransportHash[];
  /** Of the request, such as `origin` and `authorization`. Browsers have no such option. */
  headers?: HeadersInit;
  /** Sessions with the same `tls` and hashes load the roots once, and resume each other's TLS sessions. */
  tls?: ClientTlsOptions;
  /** Has no effect: each session has a connection of its own. */
  allowPooling?: boolean;
  /** Has no effect: datagrams are always there. */
  requireUnreliable?: boolean;
  /** Has no effect. */
  congestionControl?: "default" | "throughput" | "low-latency";
}

/** A client's session. */
export class WebTransport implements WebTransportSessionBase {
  /** Throws TypeErrors for wrong arguments; `ready` and `closed` tell what the network or the server says. */
  constructor(url: string | URL, options?: WebTransportOptions);
  static readonly supportsReliableOnly: false;
  readonly ready: Promise<void>;
  readonly closed: Promise<Required<WebTransportCloseInfo>>;
  readonly draining: Promise<void>;
  readonly reliability: "pending" | "supports-unreliable";
  readonly datagrams: WebTransportDatagramDuplexStream;
  readonly incomingBidirectionalStreams: ReadableStream<WebTransportBidirectionalStream>;
  readonly incomingUnidirectionalStreams: ReadableStream<ReadableStream<Uint8Array<ArrayBuffer>>>;
  createBidirectionalStream(options?: WebTransportStreamOptions): Promise<WebTransportBidirectionalStream>;
  createUnidirectionalStream(options?: WebTransportStreamOptions): Promise<WritableStream<ArrayBuffer | ArrayBufferView>>;
  getStats(): Promise<WebTransportStats>;
  close(info?: WebTransportCloseInfo): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The request for a session: an extended CONNECT. */
export interface WebTransportRequest<Pattern extends string = string> extends Request {
  readonly method: "CONNECT";
  readonly protocol: "webtransport";
  readonly body: null;
  /** The decoded parameters of the path. */
  readonly params: string extends Pattern ? Record<string, string> : { readonly [Name in ParameterNames<Pattern>]: string };
}

/** A server's session. */
export interface WebTransportSession<Pattern extends string = string> extends WebTransportSessionBase {
  readonly request: WebTransportRequest<Pattern>;
}

/**
 * Runs when a session is open, which lives on when it returns. When it throws, or its promise is rejected, `error` of the server
 * gets that, and the session is closed with the code 500; a session that was over by then may end its handler so.
 */
export type WebTransportOpenHandler<Pattern extends string = string> = (
  this: Server, session: WebTransportSession<Pattern>, server: Server,
) => void | Promise<void>;

/** Lets the session in by returning nothing, and refuses it by a Response, of a status other than 2xx. */
export type WebTransportUpgradeHandler<Pattern extends string = string> = (
  this: Server, request: WebTransportRequest<Pattern>, server: Server,
) => Response | void | Promise<Response | void>;

export type WebTransportHandler<Pattern extends string = string> =
  | WebTransportOpenHandler<Pattern>
  | { upgrade?: WebTransportUpgradeHandler<Pattern>; open: WebTransportOpenHandler<Pattern> };

/** By pattern, as routes are. A path that none has is answered 404. */
export type WebTransportRoutes<Pattern extends string = string> = { readonly [Path in Pattern]: WebTransportHandler<Path> };
