// Whom clients trust where the program does not say: as the runtime's own clients have it.
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");

// As in Node it counts what the process was started with, and a program that took another's rights reads no file that
// its caller names.
const extraFile = fileOfExtraRoots();
let extra; // {pem}, once the file was read
let hasWarned = false;

function fileOfExtraRoots() {
  const file = environment("NODE_EXTRA_CA_CERTS");
  return file && isOwnMaster() ? file : undefined;
}

// Where a program may not look at it (Deno) nothing was said.
function environment(name) {
  try {
    return process.env[name];
  } catch {
    return undefined;
  }
}

function isOwnMaster() {
  return process.getuid?.() === process.geteuid?.() && process.getgid?.() === process.getegid?.();
}

// False under NODE_TLS_REJECT_UNAUTHORIZED=0, which is looked at for each client.
function verifiesByDefault() {
  if (environment("NODE_TLS_REJECT_UNAUTHORIZED") !== "0") return true;
  if (!hasWarned) {
    hasWarned = true;
    warn("NODE_TLS_REJECT_UNAUTHORIZED is 0: clients take any certificate, so anybody can pose as the server");
  }
  return false;
}

// PEM of the certificates in the file that NODE_EXTRA_CA_CERTS names, or undefined. Nothing of it is an error: what
// cannot be read is a warning.
function extraRoots() {
  extra ??= { pem: extraFile ? readRoots(extraFile) : undefined };
  return extra.pem;
}

function readRoots(file) {
  let text;
  try {
    text = fs.readFileSync(file, "latin1");
  } catch (error) {
    warn(`NODE_EXTRA_CA_CERTS: ${error.message}`);
    return undefined;
  }
  const blocks = text.match(/-----BEGIN (?:X509 )?CERTIFICATE-----[^-]*-----END (?:X509 )?CERTIFICATE-----/g);
  const roots = (blocks ?? []).filter(isCertificate);
  if (roots.length === 0 || roots.length < blocks.length) {
    warn(`NODE_EXTRA_CA_CERTS: ${file} holds ${roots.length === 0 ? "no" : "a malformed"} certificate`);
  }
  return roots.length > 0 ? roots.join("\n") : undefined;
}

function isCertificate(pem) {
  try {
    return new crypto.X509Certificate(pem) !== undefined;
  } catch {
    return false;
  }
}

function warn(text) {
  process.emitWarning(text, "UsquicWarning");
}

module.exports = { extraRoots, verifiesByDefault };
