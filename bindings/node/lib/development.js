// Certificates for trying things out on one's own machine.
"use strict";

const crypto = require("node:crypto");

const engine = require("./engine.js");

// More is too long for browsers that are told its hash.
const days = 14;

// A new one for localhost, 127.0.0.1, ::1 and this machine's name: {cert, key, hash}.
function developmentCertificate() {
  const [cert, key] = engine.attempt(() => engine.native.developmentCertificate(days));
  return { cert, key, hash: hashOf(cert) };
}

// Of the certificate itself, in DER, as WebTransport's serverCertificateHashes has it.
function hashOf(pem) {
  const der = Buffer.from(pem.replace(/-----[^-]*-----/g, ""), "base64");
  return new Uint8Array(crypto.createHash("sha256").update(der).digest());
}

module.exports = { developmentCertificate };
