/// <reference types="node" />
import type { DevelopmentCertificate, ReloadTls, ServerTls } from "./quic";
import type { Routes } from "./routes";

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

export type FetchHandler = (this: Server, request: Request, server: Server) => Response | Promise<Response>;

/** The Response that it returns is sent when the answer has not begun. Without one the client gets a plain 500. */
export type ErrorHandler = (this: Server, error: unknown) => Response | void | Promise<Response | void>;

/** Other names throw a TypeError. */
export interface ServeOptions<Pattern extends string = string> {
  /** 0 = any free port. Default: 443. */
  port?: number;
  /** Name or address to listen on. Default: every address, IPv6 and IPv4. */
  hostname?: string;
  /** Without `cert` and `key` the server makes a development certificate for localhost. Several in an array: by name. */
  tls?: ServeTls;
  /** Answers what no route does. Needed unless there are `routes`; without it that is answered 404 or 405. */
  fetch?: FetchHandler;
  /** Answers by path, of which files and Responses need no JavaScript. */
  routes?: Routes<Pattern>;
  /**
   * What the handler threw, its promise was rejected with, or went wrong with its Response. Without it, failures are
   * told as process warnings.
   */
  error?: ErrorHandler;
  /** Milliseconds without a packet after which a connection is given up. Default: 30,000. */
  idleTimeout?: number;
  /**
   * Milliseconds without an open request after which a connection is shut down, although its client keeps it alive.
   * 0: no limit. Default: 75,000.
   */
  httpIdleTimeout?: number;
  /** Bytes; above: 413. Default: no limit. */
  maxRequestBodySize?: number;
  /** As that of quic(): with it a restarted server tells clients of before that their connections are gone. */
  secret?: Uint8Array;
}

export interface ReloadOptions<Pattern extends string = string> extends ReloadTls {
  fetch?: FetchHandler;
  /** In the place of all routes that there were. Requests under way end with the former ones. */
  routes?: Routes<Pattern>;
  error?: ErrorHandler | null;
}

export interface Server {
  readonly port: number;
  readonly hostname: string;
  readonly url: URL;
  /** What the server made for itself; null where it was given a certificate. */
  readonly developmentCertificate: DevelopmentCertificate | null;
  /** Where a request of the fetch handler came from; null for any other Request. */
  requestIP(request: Request): SocketAddress | null;
  /** What the client of that request proved itself with; null without a certificate, and for any other Request. */
  clientCertificate(request: Request): ClientCertificate | null;
  /** New handlers and routes, for the requests that come from now on, and new certificates, for the connections. */
  reload<Pattern extends string = string>(options: ReloadOptions<Pattern>): this;
  /**
   * Takes no new requests, and refuses new clients at once; settles when the requests in flight are done and the connections
   * closed. A client that was answered just now gets two seconds to read and to close first. With `force` all is cut off.
   */
  stop(force?: boolean): Promise<void>;
  /** The server keeps the process alive (the default). */
  ref(): this;
  unref(): this;
}

/**
 * Makes a certificate and its key (ECDSA P-256) for localhost, 127.0.0.1, ::1 and this machine's host name, valid for 14
 * days, as long as browsers allow it to be known by its hash. Throws a QuicError where the TLS library fails.
 */
export function developmentCertificate(): DevelopmentCertificate;

/** Serves HTTP/3. Throws TypeError for wrong options, QuicError for a bad certificate or an address that is in use. */
export function serve<Pattern extends string = string>(
  options: ServeOptions<Pattern> & ({ fetch: FetchHandler } | { routes: Routes<Pattern> }),
): Server;
