"""`usquic get`: fetches from ngtcp2's gtlsserver and from Caddy (quic-go)."""

import os
import unittest

from support import SIZES, TOOL, Caddy, GtlsServer, Workplace, require, run, sha256_file


class GetFromPeers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace()
        cls.addClassCleanup(cls.place.cleanup)

    def fetch_all(self, server):
        for name in SIZES:
            with self.subTest(name):
                path = self.place.path("downloads", name)
                result = run(TOOL, "get", "--cacert", self.place.cert, "-o", path, server.url(f"/{name}"))
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual(sha256_file(path), self.place.hashes[name])
                os.unlink(path)

    def test_gtlsserver(self):
        require(self, "gtlsserver")
        with GtlsServer(self.place.site, self.place.cert, self.place.key) as server:
            self.fetch_all(server)

    def test_caddy(self):
        require(self, "caddy")
        with Caddy(self.place.site, self.place.cert, self.place.key, self.place.name) as server:
            self.fetch_all(server)


if __name__ == "__main__":
    unittest.main(verbosity=2)
