"""usquic as it is built over OpenSSL in Debian 13, and what else of that release speaks HTTP/3 over OpenSSL."""

import os
import subprocess
import time
import unittest
from pathlib import Path

from debian13 import ROOT, Debian13, command

from support import TOOL, Program, free_port, make_certificate, wait_for_udp_port

TOOL_THERE = "/usquic/build/openssl/bin/usquic"
HYBRID = "X25519MLKEM768"

NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
events {{ }}
http {{
  access_log off;
  server {{
    listen 127.0.0.1:{port} quic;
    http3 on;
    ssl_certificate {folder}/cert.pem;
    ssl_certificate_key {folder}/key.pem;
    return 200 hello;
  }}
}}
"""
HAPROXY = """
global
  limited-quic  # all but 0-RTT, over an OpenSSL without interfaces of its own for QUIC
defaults
  mode http
  timeout client 10s
  timeout server 10s
  timeout connect 10s
frontend hello
  bind quic4@127.0.0.1:{port} ssl crt {folder}/both.pem alpn h3
  http-request return status 200 content-type text/plain string hello
"""


class InDebian13(Debian13):
    """A test of the command that is built there, with a certificate: its files outside are `pems`, inside `cert`, `key`."""

    def setUp(self):
        super().setUp()
        if not os.path.exists(ROOT + TOOL_THERE):
            self.give_up("the command is not built in Debian 13: ./scripts/test debian13 builds it")
        self.pems = make_certificate(self.outside)
        self.cert, self.key = (os.path.join(self.inside, os.path.basename(pem)) for pem in self.pems)

    def write(self, name, text):
        Path(self.outside, name).write_text(text)


class OverOpenssl(InDebian13):
    def serve(self):
        """`usquic serve` in Debian 13, and its URL."""
        os.mkdir(os.path.join(self.outside, "site"))
        self.write("site/index.html", "hello")
        port = free_port()
        server = Program(*command(TOOL_THERE, "serve", f"{self.inside}/site", "--host", "127.0.0.1", "--port", port,
                                  "--cert", self.cert, "--key", self.key))
        self.addCleanup(server.stop)
        server.wait_for(f":{port}/")
        return f"https://127.0.0.1:{port}/"

    def check_client(self, tool, cert, url, group=r"\S+"):
        """A transfer, which a full handshake is before, and resumed handshakes."""
        done = self.run_here(*tool, "get", "-v", "--cacert", cert, url)
        self.assertEqual((done.returncode, done.stdout), (0, "hello"), done.stderr)
        self.assertRegex(done.stderr, rf"\n\* TLS 1\.3: \S+, {group}, ecdsa_secp256r1_sha256\n")
        done = self.run_here(*tool, "load", "--cacert", cert, "--handshakes", "--resume", "-c", "1", "-n", "5", url)
        self.assertIn(" 5 (4 resumed)", done.stdout, done.stderr)

    @staticmethod
    def run_here(*words):
        return subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=60, check=False)

    def test_fetches_from_nginx(self):
        port = free_port()
        self.write("nginx.conf", NGINX.format(folder=self.inside, port=port))
        with Program(*command("nginx", "-e", "stderr", "-c", f"{self.inside}/nginx.conf")):
            wait_for_udp_port(port)
            self.check_client(command(TOOL_THERE), self.cert, f"https://127.0.0.1:{port}/", HYBRID)

    def test_fetches_from_haproxy(self):
        port = free_port()
        self.write("haproxy.cfg", HAPROXY.format(folder=self.inside, port=port))
        self.write("both.pem", "".join(Path(pem).read_text() for pem in self.pems))
        with Program(*command("haproxy", "-db", "-f", f"{self.inside}/haproxy.cfg")):
            wait_for_udp_port(port)
            self.check_client(command(TOOL_THERE), self.cert, f"https://127.0.0.1:{port}/", HYBRID)

    def test_fetches_from_itself(self):
        self.check_client(command(TOOL_THERE), self.cert, self.serve(), HYBRID)

    def test_serves_the_command_as_it_is_built_here(self):
        self.check_client([TOOL], self.pems[0], self.serve())

    def test_fetches_from_the_command_as_it_is_built_here(self):
        self.write("index.html", "hello")
        with Program(TOOL, "serve", self.outside, "--host", "127.0.0.1", "--port", "0", "--cert", self.pems[0],
                     "--key", self.pems[1]) as server:
            url = server.wait_for(r"https://127\.0\.0\.1:\d+/").group()
            self.check_client(command(TOOL_THERE), self.cert, url)

    def test_serves_curl(self):
        done = self.run_there("curl", "--silent", "--show-error", "--fail", "--http3-only", "--cacert", self.cert,
                              self.serve())
        self.assertEqual((done.returncode, done.stdout), (0, "hello"), done.stderr)

    def test_serves_openssl_itself_in_full_and_resumed_handshakes(self):
        authority = self.serve().split("/")[2]
        s_client = command("openssl", "s_client", "-quic", "-alpn", "h3", "-groups", HYBRID, "-connect", authority,
                           "-CAfile", self.cert, "-verify_return_error", "-ign_eof")
        session = Path(self.outside, "session")
        deadline = time.monotonic() + 20
        with Program(*s_client, "-sess_out", f"{self.inside}/session") as client:
            client.wait_for("\nNew, TLSv1.3")
            while not (session.exists() and session.read_text().endswith("END SSL SESSION PARAMETERS-----\n")):
                self.assertLess(time.monotonic(), deadline, client.output)
                time.sleep(0.01)
        with Program(*s_client, "-sess_in", f"{self.inside}/session") as client:
            client.wait_for("\nReused, TLSv1.3")


if __name__ == "__main__":
    unittest.main()
