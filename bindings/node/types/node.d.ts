/// <reference types="node" />
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server } from "./serve";

/** As for `http.createServer`: also an Express or Connect application, and `app.callback()` of Koa. */
export type NodeListener = (this: Server, req: IncomingMessage, res: ServerResponse) => unknown;

/**
 * Makes of a listener of node:http a handler for `fetch`, and for routes, of `serve`. What the listener throws, or its promise
 * is rejected with, before the head of the response is out goes to the `error` of `serve`. Throws a TypeError for what is
 * no function.
 */
export function nodeHandler(listener: NodeListener): (request: Request, server?: Server) => Response | Promise<Response>;
