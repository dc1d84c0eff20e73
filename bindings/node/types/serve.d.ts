/// <reference types="node" />
import type { DevelopmentCertificate, ReloadTls, ServerTls } from "./quic";
import type { Routes } from "./routes";
import type { WebTransportHandler, WebTransportRoutes } from "./webtransport";

export type ServeTls = ServerTls;

export interface ClientCertificate {
  /** DER; for `new X509Certificate(raw)` of node:crypto. */
  raw: Buffer;
  /** It is trusted; always true unless `tls.rejectUnauthorized` is false. */
  isAuthorized: boolean;
}

export interface SocketAddress {
  address: string;
  port: number;
  family: "IPv4" | "IPv6";
}

/** The version of HTTP that a request came by. */
export type HttpVersion = "1.1" | "2" | "3";

/**
 * An extended CONNECT. It differs from other Requests in two members. `body` is never null: it is the stream of what the client
 * sends.
 */
export interface ConnectRequest extends Request {
  readonly method: "CONNECT";
  /** What the client wants to speak, such as "websocket". */
  readonly protocol: string;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * The body of a Response with a status from 200 to 299 goes out while it comes, and the client's bytes come in meanwhile.
 * Any other status refuses.
 */
export type ConnectHandler = (this: Server, request: ConnectRequest, server: Server) => Response | Promise<Response>;

/**
 * The handler's Request is one of the runtime's. Its `signal` aborts when the client goes away. In Node and Deno a copy that is
 * made by `new Request(request)` alone does not have that signal; `new Request(request, { signal: request.signal })` has it, and
 * so has `request.clone()`.
 */
export type FetchHandler = (this: Server, request: Request, server: Server) => Response | Promise<Response>;

/** The Response that it returns is sent when the answer has not begun. Without one the client gets a plain 500. */
export type ErrorHandler = (this: Server, error: unknown) => Response | void | Promise<Response | void>;

/** Other names throw a TypeError. */
export interface ServeOptions<Pattern extends string = string, TransportPattern extends `/${string}` = `/${string}`> {
  /** 0 = any free port. Default: 443. */
  port?: number;
  /** Name or address to listen on. Default: every address, IPv6 and IPv4. */
  hostname?: string;
  /** Other servers that say so too may listen on the same port, also those of other processes. Default: false. */
  reusePort?: boolean;
  /** Without `cert` and `key` the server makes a development certificate for localhost. Several in an array: by name. */
  tls?: ServeTls;
  /** Answers what no route does. Needed unless there are `routes`; without it that is answered 404 or 405. */
  fetch?: FetchHandler;
  /** Answers by path, of which files and Responses need no JavaScript. */
  routes?: Routes<Pattern>;
  /** Answers extended CONNECT, over HTTP/2 and HTTP/3, but for sessions of WebTransport. Without it CONNECT is answered 501, and a plain one always is. */
  connect?: ConnectHandler;
  /** Sessions of WebTransport, over HTTP/3: one handler for all paths, or handlers by path. */
  webTransport?: WebTransportHandler | WebTransportRoutes<TransportPattern> | null;
  /** Whether HTTP/1.1 is served, over TLS on the TCP port of the same number. Default: true. */
  http1?: boolean;
  /** Whether HTTP/2 is served, over TLS on the TCP port of the same number. Default: true. */
  http2?: boolean;
  /** Whether HTTP/3 is served, on the UDP port. Default: true. One of the three must be. */
  http3?: boolean;
  /**
   * What the handler threw, its promise was rejected with, or went wrong with its Response. Without it, failures are
   * told as process warnings.
   */
  error?: ErrorHandler;
  /**
   * Seconds without a packet after which a connection of HTTP/3 is given up, from 0.001. Over TCP, seconds without progress in a
   * request or its response. Default: 30.
   */
  idleTimeout?: number;
  /**
   * Seconds without an open request after which a connection is shut down, although its client keeps it alive. 0: no limit.
   * Default: 75.
   */
  httpIdleTimeout?: number;
  /** Bytes; above: 413. Default: no limit. */
  maxRequestBodySize?: number;
  /** As that of quic(): with it a restarted server tells clients of before that their connections are gone. */
  secret?: Uint8Array;
}

export interface ReloadOptions<Pattern extends string = string, TransportPattern extends `/${string}` = `/${string}`> extends ReloadTls {
  fetch?: FetchHandler;
  /** In the place of all routes that there were. Requests under way end with the former ones. */
  routes?: Routes<Pattern>;
  error?: ErrorHandler | null;
  connect?: ConnectHandler;
  /** In the place of all that there were; null: of none. Sessions go on. */
  webTransport?: WebTransportHandler | WebTransportRoutes<TransportPattern> | null;
}

export interface Server {
  readonly port: number;
  readonly hostname: string;
  readonly url: URL;
  /** What the server made for itself; null where it was given a certificate. */
  readonly developmentCertificate: DevelopmentCertificate | null;
  /** Where a request of the fetch handler came from; null for any other Request. */
  requestIP(request: Request): SocketAddress | null;
  /** The version of HTTP that a request came by; null for any other Request. */
  httpVersion(request: Request): HttpVersion | null;
  /**
   * Sends an informational response (103) now, such as `{ link: "</style.css>; rel=preload; as=style" }`, before the response.
   * It may be called several times. False where it comes too late: the response has begun, or the client is gone. False, too,
   * for any other Request.
   */
  writeEarlyHints(request: Request, hints: HeadersInit): boolean;
  /**
   * Adds fields to the trailer section, which goes out behind the response's body. It may be called while the body goes out, and
   * several times. Answers to HEAD have no trailers. A response with trailers has no content-length. Throws a TypeError for
   * fields that have no place there (RFC 9110 section 6.5.1), such as content-length. False where it comes too late, and for any
   * other Request.
   */
  addTrailers(request: Request, trailers: HeadersInit): boolean;
  /**
   * The trailer section of the request itself, which comes behind its body: it settles once the program has read the body to
   * its end. The Headers are empty where none came. Rejects with an AbortError when the client goes before, and when the
   * response is complete before. Throws a TypeError for any other Request.
   */
  trailers(request: Request): Promise<Headers>;
  /** What the client of that request proved itself with; null without a certificate, and for any other Request. */
  clientCertificate(request: Request): ClientCertificate | null;
  /** New handlers and routes, for the requests that come from now on, and new certificates, for the connections. */
  reload<Pattern extends string = string, TransportPattern extends `/${string}` = `/${string}`>(
    options: ReloadOptions<Pattern, TransportPattern>,
  ): this;
  /**
   * Takes no new requests, and refuses new clients at once; settles when the requests in flight are done and the connections
   * closed. A client that was answered just now gets two seconds to read and to close first. Sessions of WebTransport are asked
   * to end, and closed after two seconds. With `force` all is cut off.
   */
  stop(force?: boolean): Promise<void>;
  /** The server keeps the process alive (the default). */
  ref(): this;
  unref(): this;
  /** stop(), for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a certificate and its key (ECDSA P-256) for localhost, 127.0.0.1, ::1 and this machine's host name, valid for 14
 * days, as long as browsers allow it to be known by its hash. Throws a QuicError where the TLS library fails.
 */
export function developmentCertificate(): DevelopmentCertificate;

/** Serves HTTP/1.1, HTTP/2 and HTTP/3 on one port. Throws TypeError for wrong options, QuicError for a bad certificate or an address that is in use. */
export function serve<Pattern extends string = string, TransportPattern extends `/${string}` = `/${string}`>(
  options: ServeOptions<Pattern, TransportPattern> & (
    | { fetch: FetchHandler }
    | { routes: Routes<Pattern> }
    | { webTransport: WebTransportHandler | WebTransportRoutes<TransportPattern> }
  ),
): Server;
