"""`usquic load` over HTTP/1.1 and HTTP/2, against Caddy and against a server that misbehaves."""

import json
import re
import unittest

from support import TOOL, Workplace, free_port, require, run
from tcp_servers import CaddyInFront, ScriptedServer

CONNECTIONS, STREAMS, REQUESTS = 4, 8, 500
VERSIONS = (("--http1.1", "HTTP/1.1", 1), ("--http2", "HTTP/2", STREAMS))


class LoadOverTcp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        require(cls(), "caddy")
        cls.place = Workplace(names=["size-0", "size-1200", "size-1m"])
        cls.addClassCleanup(cls.place.cleanup)
        cls.plain = cls.enterClassContext(ScriptedServer(cls.place.cert, cls.place.key, alpn=None))
        cls.http1 = cls.enterClassContext(ScriptedServer(cls.place.cert, cls.place.key))
        cls.caddy = cls.enterClassContext(
            CaddyInFront(cls.place.site, cls.place.cert, cls.place.key, cls.place.name, cls.plain))

    def setUp(self):
        self.http1.requests.clear()
        self.plain.requests.clear()

    def load(self, *arguments, **options):
        return run(TOOL, "load", "--cacert", self.place.cert, *arguments, **options)

    def target(self, *arguments, status=0):
        done = self.load("--json", "-", *arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        return json.loads(done.stdout)["targets"][0]

    def check_failure(self, status, said, *arguments):
        done = self.load(*arguments)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        self.assertRegex(done.stderr, said)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_every_request_of_a_count_is_told_of_once(self):
        for option, name, streams in VERSIONS:
            target = self.target(option, "-c", CONNECTIONS, "-m", streams, "-n", REQUESTS, self.caddy.url("/size-1200"))
            self.assertEqual((target["protocol"], target["requests"], target["statuses"]), (name, REQUESTS, {"200": REQUESTS}))
            self.assertEqual(target["failed"]["total"], 0, target["failed"])
            self.assertEqual((target["connections"], target["reconnects"]), (CONNECTIONS, 0))
            self.assertEqual(target["body_received"], REQUESTS * 1200)
            self.assertGreater(target["tcp_received"], REQUESTS * 1200)
            self.assertEqual((target["latency_us"]["count"], target["connect_us"]["count"]), (REQUESTS, CONNECTIONS))
            self.assertGreater(target["latency_us"]["min"], 0)

    def test_a_server_sees_as_many_requests_as_are_told_of(self):
        target = self.target("--http1.1", "-c", 3, "-n", 100, self.http1.url("/echo"))
        self.assertEqual(target["requests"], 100)
        # One first on each connection, which is not measured.
        self.assertEqual(len(self.http1.requests), 103)

    def test_bodies_paths_and_threads(self):
        # HTTP/1.1 without Caddy: it ends a response whose first bytes come before it saw the end of the request's body.
        servers = ("", self.http1), ("/scripted", self.caddy)
        for (option, _, streams), (below, server) in zip(VERSIONS, servers):
            body = "x" * 100_000
            target = self.target(option, "-t", 2, "-c", 4, "-m", streams, "-n", 50, "--data", body, "--path",
                                 below + "/b", server.url(below + "/a"))
            self.assertEqual((target["requests"], target["body_received"]), (50, 50 * len(body)))
            self.assertEqual(target["body_sent"], 50 * len(body))
        for server in self.http1, self.plain:
            self.assertEqual({request[1] for request in server.requests}, {"/a", "/b"})

    def test_an_open_loop_keeps_its_rate(self):
        for option, _, _ in VERSIONS:
            target = self.target(option, "--rate", 200, "-d", "500ms", self.caddy.url("/size-0"))
            self.assertAlmostEqual(target["requests"], 200 * target["seconds"], delta=3)
            self.assertEqual(target["failed"]["total"], 0, target["failed"])

    def test_connections_are_replaced_when_they_are_used_up(self):
        for option, _, streams in VERSIONS:
            target = self.target(option, "-c", 2, "-m", streams, "-n", 40, "--requests-per-connection", 10,
                                 self.caddy.url("/size-0"))
            self.assertEqual((target["requests"], target["reconnects"]), (40, 0))
            # The two lanes need not share the requests evenly.
            self.assertIn(target["connections"], (4, 5, 6))
            target = self.target(option, "-c", 2, "-n", 20, "--handshakes", self.caddy.url("/size-0"))
            self.assertEqual((target["connections"], target["requests"]), (20, 0))

    def test_names_the_version(self):
        done = self.load("--http2", "-n", 10, self.caddy.url("/size-0"))
        self.assertRegex(done.stdout, r"\nprotocol +HTTP/2\n")
        self.assertRegex(done.stdout, r"\nTCP bytes +\S+ \S+ in, ")
        done = self.load("-n", 10, self.caddy.url("/size-0"))
        self.assertRegex(done.stdout, r"\nprotocol +HTTP/3\n")

    def test_counts_what_fails(self):
        target = self.target("--http1.1", "-c", 2, "-n", 10, self.http1.url("/status"), status=22)
        self.assertEqual((target["failed"]["status"], target["statuses"]), (10, {"404": 10}))
        target = self.target("--http1.1", "-c", 2, "-n", 4, "--timeout", "2s", self.http1.url("/cut"), status=56)
        self.assertEqual((target["failed"]["connection_lost"], target["requests"]), (4, 0))
        target = self.target("--http2", "-c", 2, "-n", 4, self.caddy.url("/scripted/cut"), status=92)
        self.assertEqual((target["failed"]["reset"], target["requests"]), (4, 0))
        target = self.target("--http1.1", "-c", 1, "-n", 1, "--timeout", "300ms", self.http1.url("/silence"), status=28)
        self.assertEqual(target["failed"]["timeout"], 1)

    def test_what_is_wrong_at_once(self):
        self.check_failure(7, "onnect", "--http2", f"https://127.0.0.1:{free_port()}/")
        self.check_failure(35, "does not offer HTTP/2", "--http2", self.http1.url())
        self.check_failure(35, "TLS|SSL", "--http1.1", self.plain.url())
        self.check_failure(2, "one request at a time", "--http1.1", "-m", 2, self.http1.url())
        self.check_failure(2, "--resume", "--http2", "--handshakes", "--resume", self.http1.url())
        done = run(TOOL, "load", "--http2", self.caddy.url("/"))
        self.assertEqual(done.returncode, 60, done.stderr)
        self.assertFalse(re.search("requests/s", done.stdout))


if __name__ == "__main__":
    unittest.main(verbosity=2)
