// The `tls` of a server's options: the certificates that it shows, by name, and whom it lets in. An object, or several
// in an array, of which the first is also for clients that ask for none of the names.
"use strict";

const net = require("node:net");

const errors = require("./errors.js");
const { developmentCertificate } = require("./development.js");
const { checkMembers, identityNames, identityOf } = require("./tls.js");

const namedNames = [...identityNames, "serverName"];
// They are the server's, whatever name a client asks for, and stay as they are while it runs.
const trustNames = ["ca", "requestCert", "rejectUnauthorized"];
const firstNames = [...namedNames, ...trustNames];

// As native.createServer and createContext take it, and beside that
//   serverNames             the names that have a certificate of their own
//   developmentCertificate  {cert, key, hash} where the program gave no certificate
// `where`: what messages call the option.
function serverTls(tls, where) {
  const { first, isSeveral, named } = read(tls, where);
  const given = first.identity.cert === undefined ? undefined : first.identity;
  const made = given === undefined ? developmentCertificate() : undefined;
  const { cert, key, passphrase } = given ?? made;
  return {
    cert,
    key,
    passphrase,
    ...trustOf(first.members, isSeveral ? `${where}[0]` : where),
    identities: flatten(named),
    serverNames: named.map(({ serverName }) => serverName),
    developmentCertificate: made,
  };
}

// The settings that a running server has after it was told to show what `tls` says. `current`: those that it has;
// exchange({identities, gone}) tells the native side, and throws when it cannot be, with all as before.
function reloadTls(current, tls, where, exchange) {
  const { first, isSeveral, named } = read(tls, where);
  refuseOtherTrust(current, first.members, isSeveral ? `${where}[0]` : where);
  if (first.identity.cert === undefined && current.developmentCertificate === undefined) {
    // A certificate of our own in place of the program's would be a surprise.
    throw errors.invalidValue(`${isSeveral ? `${where}[0]` : where}.cert`, "given: the server has a certificate");
  }
  const made = first.identity.cert === undefined ? developmentCertificate() : undefined;
  const { cert, key, passphrase } = made ?? first.identity;
  const serverNames = named.map(({ serverName }) => serverName);
  exchange({
    identities: flatten([{ serverName: "*", identity: { cert, key, passphrase } }, ...named]),
    gone: current.serverNames.filter((name) => !serverNames.includes(name)),
  });
  return {
    ...current, cert, key, passphrase, identities: flatten(named), serverNames, developmentCertificate: made,
  };
}

// {first, isSeveral, named}: `first` is {members, identity}, and those with names are in `named`.
function read(tls, where) {
  const isSeveral = Array.isArray(tls);
  if (isSeveral && tls.length === 0) throw errors.invalidValue(where, "an object, or an array of one at least", tls);
  const entries = (isSeveral ? tls : [tls]).map((entry, index) => {
    const place = isSeveral ? `${where}[${index}]` : where;
    if (isSeveral) errors.checkObject(entry, place);
    const members = index === 0 ? checkMembers(entry, place, firstNames) : checkFurther(entry, place);
    const serverName = checkServerName(members.serverName, `${place}.serverName`);
    const identity = identityOf(members, place);
    if (serverName !== undefined && identity.cert === undefined) {
      throw errors.invalidValue(`${place}.cert`, "given where there is a serverName");
    }
    if (index > 0 && serverName === undefined) {
      throw errors.invalidValue(`${place}.serverName`, "given: only the first certificate can do without", undefined);
    }
    return { members, identity, serverName };
  });
  refuseTwice(entries, where);
  return { first: entries[0], isSeveral, named: entries.filter(({ serverName }) => serverName !== undefined) };
}

function checkFurther(entry, place) {
  for (const name of trustNames) {
    if (entry[name] === undefined) continue;
    throw errors.invalidValue(`${place}.${name}`, "in the first, which counts for all names", entry[name]);
  }
  return checkMembers(entry, place, namedNames);
}

// Normalized: names are the same in either case.
function checkServerName(value, name) {
  const given = errors.optionalString(value, name);
  if (given === undefined) return undefined;
  const isName = /^(\*\.)?[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?$/i.test(given) && given.length <= 253;
  if (!isName || net.isIP(given) !== 0) {
    throw errors.invalidValue(name, 'a host name such as "a.example", or "*.a.example" for any one label', given);
  }
  return given.toLowerCase().replace(/\.$/, "");
}

function refuseTwice(entries, where) {
  const seen = new Set();
  for (const [index, { serverName }] of entries.entries()) {
    if (serverName === undefined) continue;
    if (seen.has(serverName)) {
      throw errors.invalidValue(`${where}[${index}].serverName`, "another than those before it", serverName);
    }
    seen.add(serverName);
  }
}

function trustOf(members, where) {
  const requestCert = errors.optionalBoolean(members.requestCert, `${where}.requestCert`) ?? false;
  const rejectUnauthorized = errors.optionalBoolean(members.rejectUnauthorized, `${where}.rejectUnauthorized`);
  if (rejectUnauthorized === true && !requestCert) {
    // Without it everybody would be let in.
    throw errors.invalidValue(`${where}.requestCert`, "true where rejectUnauthorized is", members.requestCert);
  }
  return {
    ca: errors.optionalPem(members.ca, `${where}.ca`),
    requestCert,
    rejectUnauthorized: rejectUnauthorized ?? true,
  };
}

// What is left out stays as it is.
function refuseOtherTrust(current, members, where) {
  const asked = {
    ca: errors.optionalPem(members.ca, `${where}.ca`),
    requestCert: errors.optionalBoolean(members.requestCert, `${where}.requestCert`),
    rejectUnauthorized: errors.optionalBoolean(members.rejectUnauthorized, `${where}.rejectUnauthorized`),
  };
  for (const name of trustNames) {
    if (asked[name] === undefined || asked[name] === current[name]) continue;
    throw errors.invalidValue(`${where}.${name}`, "as when the server was made: it cannot be changed", members[name]);
  }
}

function flatten(named) {
  return named.flatMap(({ serverName, identity: { cert, key, passphrase } }) => [
    serverName, cert, key, passphrase ?? "",
  ]);
}

module.exports = { reloadTls, serverTls };
