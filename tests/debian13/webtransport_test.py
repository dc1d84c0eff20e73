"""WebTransport between the library and aioquic as Debian 13 has it."""

import json
import os
import unittest
from collections import Counter

from debian13 import Debian13, command

from support import make_certificate, run
from webtransport_support import BIN, WebTransportServer

CODES = [0, 1, 29, 30, 31, 255, 0xFFFFFFFF]
COUNTS = [1, 1200, 65_536, 3_000_000]


class WebTransport(Debian13):
    def setUp(self):
        super().setUp()
        self.cert, self.key = make_certificate(self.outside)
        self.cert_there, self.key_there = (f"{self.inside}/{os.path.basename(pem)}" for pem in (self.cert, self.key))
        here = os.path.dirname(os.path.abspath(__file__))
        for name in ("aioquic_webtransport", "aioquic_webtransport_server", "aioquic_webtransport_client"):
            self.copy_in(f"{here}/{name}.py")

    def serve(self, *more):
        server = WebTransportServer(*more)
        self.addCleanup(server.stop)
        return server

    def test_aioquics_client_at_our_server(self):
        server = self.serve(self.cert, self.key)
        done = self.run_there("python3", f"{self.inside}/aioquic_webtransport_client.py", server.url.rsplit(":", 1)[1],
                              self.cert_there, seconds=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout), {
            "bidirectional": [0, *COUNTS], "unidirectional": COUNTS, "pushed": [[100_000] * 2, [0, ""]],
            "datagrams": [1, 100, 1000], "resets": CODES, "stops": CODES, "gives up": "done", "drained": 10,
            "closed": [0xFFFFFFFF, "last"], "closes": "done", "refused": [403, 404]})
        server.wait_for("nine")
        told = server.told()
        self.assertEqual({line["code"] for line in told if line["event"] == "reset"}, {1, 0xFFFFFFFF})
        self.assertEqual({line["code"] for line in told if line["event"] == "stop"}, {1, 0xFFFFFFFF})
        self.assertEqual([(line["bytes"], line["same"]) for line in told if line["event"] == "pushed"],
                         [(100_000, True)] * 2)

    def test_our_client_at_aioquics_server(self):
        server = self.serve(self.cert_there, self.key_there,
                            command("python3", f"{self.inside}/aioquic_webtransport_server.py"))
        done = run(os.path.join(BIN, "webtransport_client"), server.url, self.cert, seconds=120)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        saw = Counter((line["check"], json.dumps(line["saw"])) for line in map(json.loads, done.stdout.splitlines()))
        expected = Counter()
        for count in COUNTS:
            expected.update({("bidirectional", str(count)): 1, ("unidirectional", str(count)): 1,
                             ("pushed bidirectional", str(count)): 2, ("pushed unidirectional", str(count)): 1,
                             ("pushed", "[true, 0]"): 1})
        for code in CODES:
            expected.update({("server's reset", str(code)): 1, ("server's stop", str(code)): 1})
        expected.update({("datagram", str(count)): 1 for count in (1, 100, 1000)})
        expected.update({("closed", '[true, 4294967295, "last"]'): 1, ("closes", '[true, 9, "nine"]'): 1,
                         ("refused", "[true, 403]"): 1, ("refused", "[true, 404]"): 1, ("small streams", "1000"): 1})
        self.assertEqual(saw, expected)


if __name__ == "__main__":
    unittest.main()
