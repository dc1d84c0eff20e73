// The `tls` of options: who we are to our peers, and whom we trust, as native.createContext, createServer and
// createClient take it.
"use strict";

const errors = require("./errors.js");
const { extraRoots, verifiesByDefault } = require("./trust.js");

const clientNames = ["cert", "key", "passphrase", "ca", "rejectUnauthorized"];
const serverNames = [...clientNames, "requestCert"];

// `where`: what messages call the object.

function clientTls(tls, where) {
  const given = check(tls, where, clientNames);
  const rejectUnauthorized = given.rejectUnauthorized ?? verifiesByDefault();
  // Of those that a program names none is added to.
  const extraCa = rejectUnauthorized && given.ca === undefined ? extraRoots() : undefined;
  return { ...given, rejectUnauthorized, extraCa };
}

function serverTls(tls, where) {
  const given = check(tls, where, serverNames);
  const requestCert = errors.optionalBoolean(tls?.requestCert, `${where}.requestCert`) ?? false;
  if (given.rejectUnauthorized === true && !requestCert) {
    // Without it everybody would be let in.
    throw errors.invalidValue(`${where}.requestCert`, "true where rejectUnauthorized is", tls.requestCert);
  }
  const rejectUnauthorized = given.rejectUnauthorized ?? true;
  return { ...given, requestCert, rejectUnauthorized, developmentCertificate: given.cert === undefined };
}

function check(tls, where, names) {
  errors.optionalObject(tls, where);
  if (tls !== undefined && tls !== null) errors.checkNames(tls, where, names);
  const cert = errors.optionalPem(tls?.cert, `${where}.cert`);
  const key = errors.optionalPem(tls?.key, `${where}.key`);
  const passphrase = errors.optionalString(tls?.passphrase, `${where}.passphrase`);
  if ((cert === undefined) !== (key === undefined)) {
    throw errors.invalidValue(`${where}.${cert === undefined ? "cert" : "key"}`, "given: cert and key go together");
  }
  if (passphrase !== undefined && key === undefined) {
    throw errors.invalidValue(`${where}.key`, "given where there is a passphrase");
  }
  return {
    cert,
    key,
    passphrase,
    ca: errors.optionalPem(tls?.ca, `${where}.ca`),
    rejectUnauthorized: errors.optionalBoolean(tls?.rejectUnauthorized, `${where}.rejectUnauthorized`),
  };
}

module.exports = { clientTls, serverTls };
