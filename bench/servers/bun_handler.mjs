// Bun's own HTTP/3 server with a fetch handler: bun_handler.mjs FOLDER CERT KEY
import { answer, cert, key } from "./content.mjs";

const server = Bun.serve({ hostname: "127.0.0.1", port: 0, http3: true, tls: { cert, key }, fetch: answer });
console.log(`https://127.0.0.1:${server.port}/`);
