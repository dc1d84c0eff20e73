#!/usr/bin/env bash
# curl drops Alt-Svc alternatives that stand behind a quoted parameter or on an earlier field line.
#
# RFC 7838 section 3: Alt-Svc is a list of alternatives, each with parameters whose values are tokens or quoted strings.
# RFC 9110 section 5.3: several field lines of one name mean the same as one line with the values joined by commas.
# RFC 9110 section 5.6.1.2: a recipient must parse and ignore a reasonable number of empty list elements.
#
# Expected: every header below leaves both alternatives (h3 on port 1001, h2 on port 1002) in curl's cache file.
# Seen with curl 7.88.1 (Debian 12): a quoted parameter that is followed by another parameter, an empty list element, and a
# second field line each lose one of the two. The same parameters in the other order keep both.
set -euo pipefail

version=7.88.1-10+deb12u15
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for package in curl libcurl4; do
  apt-get download -q "$package=$version" >/dev/null
  dpkg-deb -x "${package}"_*.deb root
done
LD_LIBRARY_PATH=$(echo "$work"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
"$work/root/usr/bin/curl" --version | head -1

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null

cat >ask.py <<'PYTHON'
import http.server, ssl, subprocess, sys, threading

CURL = sys.argv[1]
BOTH, FIRST, SECOND = "h3:1001 h2:1002", "h3:1001", "h2:1002"
CASES = [  # field lines, what curl keeps
    (['h3=":1001"; ma=60, h2=":1002"; ma=60'], BOTH),
    (['h3=":1001"; ma=60; v="46,43", h2=":1002"'], BOTH),
    (['h3=":1001"; v="46,43"; ma=60, h2=":1002"'], FIRST),
    (['h3=":1001"; v="46"; ma=60, h2=":1002"'], FIRST),
    (['h3=":1001",, h2=":1002"'], FIRST),
    (['h3=":1001"', 'h2=":1002"'], SECOND),
]


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        for line in CASES[int(self.path[1:])][0]:
            self.send_header("Alt-Svc", line)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain("cert.pem", "key.pem")
server.socket = tls.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()

changed = False
for number, (lines, expected) in enumerate(CASES):
    cache = f"cache-{number}"
    subprocess.run([CURL, "-sk", "--resolve", f"localhost:{server.server_port}:127.0.0.1", "--alt-svc", cache,
                    f"https://localhost:{server.server_port}/{number}"], check=True)
    rows = [row.split() for row in open(cache) if not row.startswith("#")]
    kept = " ".join(f"{row[3]}:{row[5]}" for row in rows)
    print(f"{' | '.join(lines)}\n    keeps {kept}")
    if kept != expected:
        print(f"    CHANGED: was {expected}")
        changed = True
sys.exit(changed)
PYTHON
python3 ask.py "$work/root/usr/bin/curl"
