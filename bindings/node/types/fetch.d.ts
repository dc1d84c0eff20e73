/// <reference types="node" />
import type { ClientTlsOptions } from "./quic";

export type Fetch3Tls = ClientTlsOptions;

export interface Fetch3Init extends RequestInit {
  /** Requests with the same `tls` share their connections. */
  tls?: Fetch3Tls;
  /** Needed where `body` is a ReadableStream. */
  duplex?: "half";
}

/**
 * fetch over HTTP/3 only. Rejects with a TypeError whose `cause` is a QuicError when the network or the server fails,
 * with the signal's reason when the signal aborts. Unlike the runtimes' fetch it asks for no content coding, and
 * decodes none; "manual" gives the redirect itself. 20 redirects are followed.
 */
export function fetch3(input: string | URL | Request, init?: Fetch3Init): Promise<Response>;
