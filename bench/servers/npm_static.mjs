// The npm package's serve with the files as static routes, which the library answers without JavaScript:
// npm_static.mjs FOLDER CERT KEY
import { serve } from "../../bindings/node/index.mjs";
import { answer, cert, key, site, type } from "./content.mjs";

const routes = Object.fromEntries([...site].map(([path, bytes]) => [path, { GET: new Response(bytes, { headers: type }) }]));
const server = serve({ hostname: "127.0.0.1", port: 0, tls: { cert, key }, routes, fetch: answer });
console.log(`https://127.0.0.1:${server.port}/`);
