// The npm package's serve, in Node or Bun: npm_serve.mjs FOLDER CERT KEY
import { serve } from "../../bindings/node/index.mjs";
import { answer, cert, key } from "./content.mjs";

const server = serve({ hostname: "127.0.0.1", port: 0, tls: { cert, key }, fetch: answer });
console.log(`https://127.0.0.1:${server.port}/`);
