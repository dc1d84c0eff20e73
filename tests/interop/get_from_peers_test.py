"""`usquic get`: fetches from ngtcp2's gtlsserver and from Caddy (quic-go)."""

import os
import unittest

from support import SIZES, TOOL, Program, Workplace, find_program, free_udp_port, require, run, sha256_file, wait_for_udp_port


class GetFromPeers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace()
        cls.addClassCleanup(cls.place.cleanup)

    def fetch_all(self, host, port):
        for name in SIZES:
            with self.subTest(name):
                path = self.place.path("downloads", name)
                result = run(TOOL, "get", "--cacert", self.place.cert, "-o", path, f"https://{host}:{port}/{name}")
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual(sha256_file(path), self.place.hashes[name])
                os.unlink(path)

    def test_gtlsserver(self):
        require(self, "gtlsserver")
        port = free_udp_port()
        with Program(find_program("gtlsserver"), "-q", "-d", self.place.site, "127.0.0.1", port, self.place.key,
                     self.place.cert):
            wait_for_udp_port(port)
            self.fetch_all("127.0.0.1", port)

    def test_caddy(self):
        require(self, "caddy")
        port = free_udp_port()
        with open(self.place.path("Caddyfile"), "w", encoding="ascii") as config:
            config.write("{\n  admin off\n  auto_https off\n  servers {\n    protocols h1 h2 h3\n  }\n}\n"
                         f"https://localhost:{port} {{\n  tls {self.place.cert} {self.place.key}\n"
                         f"  root * {self.place.site}\n  file_server\n}}\n")
        with Program(find_program("caddy"), "run", "--config", config.name, "--adapter", "caddyfile",
                     env={**os.environ, "HOME": self.place.name}) as caddy:
            caddy.wait_for("serving initial configuration")
            self.fetch_all("localhost", port)  # it picks its certificate by SNI, so by name


if __name__ == "__main__":
    unittest.main(verbosity=2)
