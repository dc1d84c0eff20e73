// The files of a folder in memory, for the servers in JavaScript, and their command line: FOLDER CERT KEY.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [folder, certFile, keyFile] = process.argv.slice(-3);

export const cert = readFileSync(certFile);
export const key = readFileSync(keyFile);
// Path -> bytes
export const site = new Map(readdirSync(folder).map((name) => [`/${name}`, readFileSync(join(folder, name))]));
export const type = { "content-type": "text/plain; charset=utf-8" };

// "https://host:port/path" -> "/path"
export const pathOf = (url) => url.slice(url.indexOf("/", 8));

// A fetch handler.
export async function answer(request) {
  if (request.method === "POST") {
    for await (const chunk of request.body ?? []) void chunk;
    return new Response("thanks");
  }
  const bytes = site.get(pathOf(request.url));
  return bytes ? new Response(bytes, { headers: type }) : new Response("not found\n", { status: 404 });
}
