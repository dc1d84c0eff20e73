#!/usr/bin/env bash
# A connection of ngtcp2 that once received a large packet keeps as much memory until it ends.
#
# Path MTU discovery (RFC 8899 section 4.1) sends probe packets of a PING frame and padding. Nothing in them is for the
# application, and a receiver has no more to remember of one than its number.
#
# Expected: the server's memory for an idle connection does not depend on the size of the client's probes.
# Seen with ngtcp2 1.11.0 (Debian 12, backports), gtlsclient and gtlsserver, 60 idle connections over loopback, memory of the
# server for each: 78,000 bytes with the usual probes of up to 1,444; 88,000 with one of 16,332; 105,000 with one of 32,700. A
# packet is decrypted into memory of the connection, which grows to the largest packet and is not given back.
set -euo pipefail

version=1.11.0-1~bpo12+1
connections=60
work=$(mktemp -d)
server=
clients=()
cleanup() {
  [ -z "$server" ] || kill "$server" "${clients[@]}" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
cd "$work"
for package in "libngtcp2-16=$version" "libngtcp2-crypto-gnutls8=$version" "ngtcp2-client=$version" "ngtcp2-server=$version" \
  libnghttp3-9=1.8.0-1~bpo12+1 libev4=1:4.33-1; do
  apt-get download -q "$package" >/dev/null 2>&1
  dpkg-deb -x "${package%%=*}"_*.deb root
done
LD_LIBRARY_PATH=$(echo "$work"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
echo "ngtcp2 $version"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost 2>/dev/null

kibibytes() { awk '/RssAnon/ { print $2 }' "/proc/$server/status"; }

# bytes_each OPTION...: of the server, for one of many idle connections of a client with these options.
bytes_each() {
  local before after port=$((20000 + RANDOM % 10000))
  "$work/root/usr/sbin/gtlsserver" -q 127.0.0.1 "$port" key.pem cert.pem >/dev/null 2>&1 &
  server=$!
  sleep 1
  before=$(kibibytes)
  clients=()
  for ((i = 0; i < connections; ++i)); do
    "$work/root/usr/bin/gtlsclient" -q --timeout=60s "$@" 127.0.0.1 "$port" >/dev/null 2>&1 &
    clients+=($!)
  done
  sleep 8
  after=$(kibibytes)
  # shellcheck disable=SC2046 # a list
  if [ "$(ps -o pid= -p $(IFS=,; echo "${clients[*]}") | wc -l)" -ne "$connections" ]; then
    echo "not all connections are there" >&2
    return 1
  fi
  kill "$server" "${clients[@]}"
  wait 2>/dev/null || true
  server=
  result=$(((after - before) * 1024 / connections))
}

bytes_each
usual=$result
bytes_each --pmtud-probes=16332
large=$result
bytes_each --pmtud-probes=32700
largest=$result
echo "bytes of an idle connection: $usual; with a probe of 16,332 bytes: $large; with one of 32,700: $largest"
[ "$largest" -gt $((usual + 16000)) ] && [ "$largest" -gt $((large + 8000)) ]
