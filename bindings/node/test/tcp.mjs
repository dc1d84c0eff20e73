// Clients of serve() that speak HTTP/1.1 and HTTP/2: node:https and node:http2, in Node, and `usquic get` everywhere.
import { request as httpsRequest } from "node:https";
import { connect } from "node:http2";
import { deferred, findTool, isBun, run, test, within } from "./web.mjs";
import { isDeno, skip } from "./runner.mjs";

// Those of Bun and Deno are clients of their own, and leave out some of what is asked here.
export const testInNode = isBun || isDeno ? skip : test;
export const tool = findTool();
export const insecureTool = "--insecure";

const origin = (server, host = "127.0.0.1") => `https://${host}:${server.port}`;

// Runs `use(session)` with a connection of HTTP/2.
export async function withHttp2(server, use, { host, ...options } = {}) {
  const session = connect(origin(server, host), { rejectUnauthorized: false, ...options });
  const connected = deferred();
  session.on("error", connected.reject);
  session.on("remoteSettings", () => connected.resolve());
  try {
    await within(connected.promise, "HTTP/2's settings come");
    return await use(session);
  } finally {
    session.destroy();
  }
}

// {informational: [{status, ...fields}], status, headers, trailers, body}
export function askHttp2(session, fields, body) {
  const answer = { informational: [], trailers: undefined };
  const stream = session.request({ ":path": "/", ...fields }, { endStream: body === undefined });
  const ended = deferred();
  const chunks = [];
  stream.on("headers", (headers) => answer.informational.push(headers));
  stream.on("response", (headers) => Object.assign(answer, { status: headers[":status"], headers }));
  stream.on("trailers", (headers) => (answer.trailers = { ...headers }));
  stream.on("data", (chunk) => chunks.push(chunk));
  stream.on("error", ended.reject);
  stream.on("end", () => ended.resolve({ ...answer, body: Buffer.concat(chunks) }));
  if (body !== undefined) stream.end(body);
  return within(ended.promise, "HTTP/2's answer");
}

// The same over a connection of HTTP/1.1 of its own; certificate: the server's, in PEM.
export function askHttp1(server, { path = "/", host, body, ...options } = {}) {
  const answer = { informational: [] };
  const ended = deferred();
  const request = httpsRequest(origin(server, host) + path, { rejectUnauthorized: false, agent: false, ...options });
  request.on("error", ended.reject);
  request.on("information", ({ statusCode, headers }) => answer.informational.push({ ":status": statusCode, ...headers }));
  request.on("response", (response) => {
    const chunks = [];
    const certificate = response.socket.getPeerX509Certificate?.()?.toString();
    response.on("data", (chunk) => chunks.push(chunk));
    response.on("error", ended.reject);
    response.on("end", () => ended.resolve({
      ...answer, status: response.statusCode, headers: response.headers, trailers: response.trailers, certificate,
      body: Buffer.concat(chunks),
    }));
  });
  request.end(body);
  return within(ended.promise, "HTTP/1.1's answer");
}

// `usquic get`: {code, stdout, stderr}
export function getByTool(server, words, path = "") {
  return run("", { command: [tool, "get", insecureTool, ...words, new URL(path, server.url).href] });
}
