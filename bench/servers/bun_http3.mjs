// Bun's own HTTP/3 server: bun_http3.mjs FOLDER CERT KEY. Files are static routes, which it answers without JavaScript.
import { answer, cert, key, site, type } from "./content.mjs";

const routes = Object.fromEntries([...site].map(([path, bytes]) => [path, { GET: new Response(bytes, { headers: type }) }]));
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, http3: true, tls: { cert, key }, routes, fetch: answer });
console.log(`https://127.0.0.1:${server.port}/`);
