/// <reference types="node" />
import type { ClientTlsOptions } from "./quic";

export type Fetch3Tls = ClientTlsOptions;

export interface Fetch3Init extends RequestInit {
  /** Requests with the same `tls` share their connections. */
  tls?: Fetch3Tls;
  /** Needed where `body` is a ReadableStream. */
  duplex?: "half";
}

export interface Fetch3 {
  /**
   * fetch over HTTP/3 only. Rejects with a TypeError whose `cause` is a QuicError when the network or the server fails,
   * with the signal's reason when the signal aborts. Unlike the runtimes' fetch it asks for no content coding, and
   * decodes none; "manual" gives the redirect itself. 20 redirects are followed. Of RequestInit `mode`, `credentials`,
   * `cache`, `referrer`, `referrerPolicy`, `integrity`, `keepalive`, `priority` and `window` have no effect; members that
   * are not known, such as `dispatcher`, reject with a TypeError. So does a `content-length` that is not the body's.
   */
  (input: string | URL | Request, init?: Fetch3Init): Promise<Response>;
  /**
   * Closes the connections that are kept for further requests: unused ones at once, the others when their requests are
   * done, bodies of responses included. Settles when all are closed; never rejects. Later requests open new ones.
   */
  close(): Promise<void>;
}

export const fetch3: Fetch3;
