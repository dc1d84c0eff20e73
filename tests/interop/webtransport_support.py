"""What the tests of WebTransport share: the test server, the page with the checks, the hash of a certificate."""

import hashlib
import json
import os
import signal
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support import TOOL, Program

SCRIPT = "\n".join(Path(__file__).with_name(f"webtransport_{part}.js").read_text(encoding="utf-8")
                   for part in ("runner", "checks"))
BIN = os.path.join(os.environ.get("USQUIC_BUILD", os.path.join(os.path.dirname(TOOL), "..")), "bin")


def certificate_hash(cert):
    """What serverCertificateHashes takes: the SHA-256 of the certificate's DER."""
    return list(hashlib.sha256(ssl.PEM_cert_to_DER_cert(Path(cert).read_text(encoding="ascii"))).digest())


class WebTransportServer(Program):
    """webtransport_server, or another that does the same, on a free port of 127.0.0.1."""

    def __init__(self, cert, key, command=None):
        super().__init__(*(command or [os.path.join(BIN, "webtransport_server")]), cert, key)
        self.url = self.wait_for(r"https://127\.0\.0\.1:\d+").group()

    def stop(self, seconds=10):
        """At once: Chromium leaves connections without a word, and in good order these would be waited for."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return super().stop(seconds)

    def told(self):
        """What it printed of what happened, a line of JSON each."""
        return [json.loads(line) for line in self.output.splitlines() if line.startswith("{")]


class Page(ThreadingHTTPServer):
    """A page with the checks, at an origin that browsers trust without a certificate."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), PageHandler)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self._thread = threading.Thread(target=self.serve_forever)
        self._thread.start()

    def stop(self):
        self.shutdown()
        self._thread.join()
        self.server_close()


class PageHandler(BaseHTTPRequestHandler):
    FILES = {"/": ("text/html; charset=utf-8", b'<!doctype html><link rel="icon" href="data:,"><script src="checks.js"></script>'),
             "/checks.js": ("text/javascript; charset=utf-8", SCRIPT.encode())}

    def do_GET(self):  # pylint: disable=invalid-name
        found = self.FILES.get(self.path)
        self.send_response(200 if found else 404)
        kind, body = found or ("text/plain", b"not found\n")
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nobody reads it."""
