// The `tls` of a client's options: who we are to the server, and whom we trust, as native.createContext and createClient
// take it. That of servers is in identities.js.
"use strict";

const errors = require("./errors.js");
const { extraRoots, verifiesByDefault } = require("./trust.js");

const identityNames = ["cert", "key", "passphrase"];
const clientNames = [...identityNames, "ca", "rejectUnauthorized"];

// `where`: what messages call the object.

function clientTls(tls, where) {
  const given = checkMembers(tls, where, clientNames);
  const rejectUnauthorized = errors.optionalBoolean(given.rejectUnauthorized, `${where}.rejectUnauthorized`);
  const ca = errors.optionalPem(given.ca, `${where}.ca`);
  const verifies = rejectUnauthorized ?? verifiesByDefault();
  // Of those that a program names none is added to.
  const extraCa = verifies && ca === undefined ? extraRoots() : undefined;
  return { ...identityOf(given, where), ca, rejectUnauthorized: verifies, extraCa };
}

// The object, or an empty one in place of none.
function checkMembers(tls, where, names) {
  const given = errors.optionalObject(tls, where) ?? {};
  errors.checkNames(given, where, names);
  return given;
}

// {cert, key, passphrase} as texts; all undefined where there is no certificate.
function identityOf(given, where) {
  const cert = errors.optionalPem(given.cert, `${where}.cert`);
  const key = errors.optionalPem(given.key, `${where}.key`);
  const passphrase = errors.optionalString(given.passphrase, `${where}.passphrase`);
  if ((cert === undefined) !== (key === undefined)) {
    throw errors.invalidValue(`${where}.${cert === undefined ? "cert" : "key"}`, "given: cert and key go together");
  }
  if (passphrase !== undefined && key === undefined) {
    throw errors.invalidValue(`${where}.key`, "given where there is a passphrase");
  }
  return { cert, key, passphrase };
}

module.exports = { checkMembers, clientTls, identityNames, identityOf };
