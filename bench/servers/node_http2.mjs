// Node's own HTTP/2 server: node_http2.mjs FOLDER CERT KEY
import { createSecureServer } from "node:http2";
import { cert, key, site, type } from "./content.mjs";

const server = createSecureServer({ cert, key });
server.on("stream", (stream, headers) => {
  const bytes = site.get(headers[":path"]);
  stream.respond(bytes ? { ":status": 200, ...type, "content-length": bytes.length } : { ":status": 404 });
  stream.end(bytes);
});
server.listen(0, "127.0.0.1", () => console.log(`https://127.0.0.1:${server.address().port}/`));
