"""Tools at the one port of all versions of HTTP: curl by each of them and by Alt-Svc, nghttp and h2load by HTTP/2 and
HTTP/1.1."""

import re
import unittest

import front_door
from curl import ask_by_alt_svc, curl
from support import Workplace, require, run


class OnePort(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace([])
        cls.addClassCleanup(cls.place.cleanup)
        front_door.write_site(cls.place.site)

    def setUp(self):
        self.server = front_door.serve_site(self.place, (self.place.cert, self.place.key))
        self.addCleanup(self.server.stop)

    def url(self, path="/"):
        return f"https://localhost:{self.server.port}{path}"

    def test_curl_asks_by_each_version(self):
        for version in ("1.1", "2", "3"):
            with self.subTest(version):
                answer = curl(self.url("/data"), self.place.cert, version=version)
                self.assertEqual((answer.status, answer.http_version, answer.error), (200, version, ""))
                self.assertEqual(answer.body, front_door.DATA)
                told = None if version == "3" else f'h3=":{self.server.port}"; ma=86400'
                self.assertEqual(dict(answer.headers).get("alt-svc"), told)

    def test_curl_remembers_http3_in_a_file(self):
        cache = self.place.path("alt-svc.txt")
        self.assertEqual(ask_by_alt_svc(self.url(), self.place.cert, cache), "2")
        with open(cache, encoding="ascii") as file:
            self.assertRegex(file.read(), rf"(?m)^h2 localhost {self.server.port} h3 \S+ {self.server.port} ")
        self.assertEqual(ask_by_alt_svc(self.url(), self.place.cert, cache), "3")

    def test_nghttp_loads_a_page_with_priorities(self):
        require(self, "nghttp")
        done = run("nghttp", "-nvas", self.url())
        self.assertEqual(done.returncode, 0, done.stderr)
        for path in ("/", "/style.css", "/script.js", "/0.gif"):
            self.assertRegex(done.stdout, rf"(?m)\s200\s+\d+\w*\s+{path}$")
        self.assertIn("send PRIORITY frame", done.stdout)

    def check_load(self, *options):
        require(self, "h2load")
        done = run("h2load", "-n", 10_000, "-c", 8, "-m", 32, *options, self.url("/style.css"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("10000 total, 10000 started, 10000 done, 10000 succeeded, 0 failed, 0 errored", done.stdout)
        self.assertRegex(done.stdout, r"status codes: 10000 2xx, 0 3xx")
        print("figure:", *options, re.search(r"finished in .*", done.stdout).group(0))
        return done.stdout

    def test_h2load_by_http2(self):
        self.assertIn("Application protocol: h2", self.check_load())

    def test_h2load_by_http1(self):
        self.assertIn("Application protocol: http/1.1", self.check_load("--h1"))


if __name__ == "__main__":
    unittest.main()
