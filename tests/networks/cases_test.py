"""The cases of the QUIC interop runner that need a peer's help: ngtcp2's client at `usquic serve`, `usquic get` at
ngtcp2's server. The peer's log tells that the case happened. Those of bad networks are in relayed_test.py; docs/testing.md
has the whole list."""

import os
import re
import tempfile
import unittest

from support import TOOL, GtlsServer, Serve, Workplace, find_program, require, run, wait_for_udp_port, free_port, Program

FILES = {"small": 100, "large": 20 << 20}
VERSION_2 = "0x6b3343cf"
CHACHA20 = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+CHACHA20-POLY1305"


class VerboseGtlsServer(Program):
    """It writes what it does."""

    def __init__(self, folder, cert, key, *options, host="127.0.0.1"):
        self.port = free_port()
        super().__init__(find_program("gtlsserver"), "-d", folder, "--no-quic-dump", *options, host, self.port, key, cert)
        wait_for_udp_port(self.port)


class Cases(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace([])
        cls.addClassCleanup(cls.place.cleanup)
        for name, size in FILES.items():
            with open(os.path.join(cls.place.site, name), "wb") as file:
                file.write(os.urandom(size))

    def serve(self, host="127.0.0.1"):
        return Serve(self.place.site, self.place.cert, self.place.key, "--quiet", host=host)

    def assert_exact(self, name, path):
        with open(os.path.join(self.place.site, name), "rb") as sent, open(path, "rb") as got:
            self.assertTrue(sent.read() == got.read(), f"{name} is not what was served")


class ServeTo(Cases):
    """`usquic serve`, with gtlsclient."""

    def fetch(self, server, name, *options, host="127.0.0.1"):
        require(self, "gtlsclient")
        folder = tempfile.mkdtemp(dir=self.place.downloads)
        authority = f"[{host}]" if ":" in host else host
        done = run(find_program("gtlsclient"), "--exit-on-all-streams-close", f"--download={folder}", *options, host,
                   server.port, f"https://{authority}:{server.port}/{name}")
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        self.assert_exact(name, os.path.join(folder, name))
        return done.stdout + done.stderr

    def test_v2(self):
        with self.serve() as server:
            log = self.fetch(server, "small", f"--version={VERSION_2}", f"--preferred-versions={VERSION_2}",
                             f"--available-versions={VERSION_2}")
            self.assertIn(f"the negotiated version is {VERSION_2}", log)

    def test_chacha20(self):
        with self.serve() as server:
            self.assertIn("Negotiated cipher suite is CHACHA20-POLY1305", self.fetch(server, "small", f"--ciphers={CHACHA20}"))

    def test_multiplexing(self):
        with self.serve() as server:
            log = self.fetch(server, "small", "--nstreams=300", "--no-quic-dump", "--no-http-dump")
            self.assertEqual(len(set(re.findall(r"HTTP stream (\d+) closed with error code 256", log))), 300)

    def test_resumption(self):
        def handshake_bytes(log):
            return sum(int(length) for length in re.findall(r"frm rx \d+ Handshake CRYPTO\(0x06\) offset=\d+ len=(\d+)", log))

        with self.serve() as server:
            memory = [f"--{what}-file={self.place.path(what)}" for what in ("session", "tp")]
            full = handshake_bytes(self.fetch(server, "small", "--wait-for-ticket", *memory))
            resumed = handshake_bytes(self.fetch(server, "small", *memory))
            # A certificate is not shown again.
            self.assertGreater(full, 500)
            self.assertTrue(0 < resumed < 300, resumed)

    def test_keyupdate(self):
        with self.serve() as server:
            self.assertIn("key update confirmed", self.fetch(server, "large", "--key-update=50ms", "--no-http-dump"))

    def test_ecn(self):
        with self.serve() as server:
            self.assertIn("path is ECN capable", self.fetch(server, "large", "--no-http-dump"))

    def test_connectionmigration(self):
        with self.serve() as server:
            log = self.fetch(server, "large", "--change-local-addr=50ms", "--no-http-dump")
            self.assertIn("Local address is now", log)
            self.assertRegex(log, r"frm tx \d+ 1RTT PATH_CHALLENGE")
            self.assertRegex(log, r"frm rx \d+ 1RTT PATH_RESPONSE")

    def test_ipv6(self):
        with self.serve(host="::1") as server:
            self.fetch(server, "small", host="::1")


class GetFrom(Cases):
    """`usquic get`, at gtlsserver."""

    def get(self, name, *options, host="127.0.0.1"):
        require(self, "gtlsserver")
        path = os.path.join(tempfile.mkdtemp(dir=self.place.downloads), name)
        authority = f"[{host}]" if ":" in host else host
        with VerboseGtlsServer(self.place.site, self.place.cert, self.place.key, *options, host=host) as server:
            done = run(TOOL, "get", "--cacert", self.place.cert, "-o", path, f"https://{authority}:{server.port}/{name}")
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_exact(name, path)
        return server.output

    def test_retry(self):
        log = self.get("small", "--validate-addr")
        self.assertIn("Token was successfully validated", log)

    def test_v2(self):
        log = self.get("small", f"--preferred-versions={VERSION_2}", f"--available-versions={VERSION_2},v1")
        self.assertIn(f"the negotiated version is {VERSION_2}", log)

    def test_chacha20(self):
        self.assertIn("Negotiated cipher suite is CHACHA20-POLY1305", self.get("small", f"--ciphers={CHACHA20}"))

    def test_ecn(self):
        self.assertIn("path is ECN capable", self.get("large", "--no-http-dump"))

    def test_ipv6(self):
        self.get("small", host="::1")


class WithEachOther(Cases):
    """`usquic get` at `usquic serve`, where that is a case of its own."""

    def test_ipv6(self):
        with self.serve(host="::1") as server:
            path = self.place.path("downloads", "ipv6")
            done = run(TOOL, "get", "--cacert", self.place.cert, "-o", path, f"https://[::1]:{server.port}/large")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assert_exact("large", path)


if __name__ == "__main__":
    unittest.main(verbosity=2)
