#!/usr/bin/env bash
# ldns and NSD read the generic form of an HTTPS record's alpn parameter as a protocol name, length byte included.
#
# RFC 9460 section 2.1: a parameter may be written keyNNNNN=VALUE, where VALUE holds the bytes of the wire format. So
# key1=\002h3 is the same record as alpn=h3. Browsers learn of HTTP/3 through this parameter.
#
# Expected: the three zone tools below print alpn="h3" for both lines (BIND does).
# Seen with ldns 1.8.3 and NSD 4.6.1 (Debian 12): the second line becomes a protocol of three bytes, 0x02 'h' '3', which no
# client knows, without a warning. ldns also turns port=65536 into port 0, and keeps a parameter that stands twice, where the
# other two refuse the record (section 2.2: a key must not appear more than once).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for package in ldnsutils=1.8.3-1+b1 libldns3=1.8.3-1+b1 nsd=4.6.1-1 bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3; do
  apt-get download -q "$package" >/dev/null
done
for file in *.deb; do dpkg-deb -x "$file" root; done
LD_LIBRARY_PATH=$(echo "$work"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH

# record TOOL PARAMETERS: what the tool makes of the record, or "refused"
record() {
  cat >zone <<ZONE
\$ORIGIN example.
\$TTL 60
@ IN SOA ns.example. admin.example. 1 3600 600 86400 60
@ IN NS ns.example.
ns IN A 127.0.0.1
x IN HTTPS 1 . $2
ZONE
  case $1 in
    bind) root/usr/bin/named-compilezone -q -i none -o - example zone 2>/dev/null ;;
    ldns) root/usr/bin/ldns-read-zone zone 2>/dev/null ;;
    nsd) root/usr/sbin/nsd-checkzone -p example zone 2>/dev/null ;;
  esac | sed -n 's/.*HTTPS[[:space:]]*1 \. //p' >out || true
  if [ -s out ]; then tr -d '"' <out; else echo refused; fi
}

changed=0
# expect TOOL PARAMETERS RESULT
expect() {
  local got
  got=$(record "$1" "$2")
  printf '%-5s %-22s -> %s\n' "$1" "$2" "$got"
  [ "$got" = "$3" ] || { echo "      CHANGED: was $3"; changed=1; }
}

for tool in bind ldns nsd; do expect $tool 'alpn=h3' 'alpn=h3'; done
expect bind 'key1=\002h3' 'alpn=h3'
expect ldns 'key1=\002h3' 'alpn=\002h3'
expect nsd 'key1=\002h3' 'alpn=\002h3'
expect bind 'alpn=h3 port=65536' refused
expect nsd 'alpn=h3 port=65536' refused
expect ldns 'alpn=h3 port=65536' 'alpn=h3 port=0'
expect bind 'alpn=h3 alpn=h2' refused
expect nsd 'alpn=h3 alpn=h2' refused
expect ldns 'alpn=h3 alpn=h2' 'alpn=h2 alpn=h3'
exit $changed
