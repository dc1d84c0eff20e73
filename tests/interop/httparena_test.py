"""bench/httparena answers as HttpArena asks, with one worker and with several."""

import os
import sys
import tempfile
import unittest

from support import TOOL, Program, free_port, make_certificate, run

SOURCE = os.environ.get("USQUIC_SOURCE", os.path.join(os.path.dirname(__file__), "../.."))
PROGRAM = os.path.join(os.environ.get("USQUIC_BUILD", os.path.join(os.path.dirname(TOOL), "..")), "bin/httparena")
sys.path.append(os.path.join(SOURCE, "bench/httparena"))

from answers import (ACCEPT_ENCODING, FILES, check_file, check_files, check_missing, check_sums,  # noqa: E402
                     fetch_with, make_files)


class HttpArena(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory(prefix="usquic-httparena-")
        cls.addClassCleanup(cls.place.cleanup)
        cls.cert, cls.key = make_certificate(cls.place.name)
        cls.files = os.path.join(cls.place.name, "static")
        make_files(cls.files)

    def start(self, workers=1):
        server = Program(PROGRAM, "--host", "127.0.0.1", "--port", free_port(), "--cert", self.cert, "--key", self.key,
                         "--static", self.files, "--workers", workers)
        self.addCleanup(server.stop)
        self.server = server
        return fetch_with(TOOL, server.wait_for(r"(https://localhost:\d+)/").group(1).replace("localhost", "127.0.0.1"))

    def test_adds_up_what_the_query_says(self):
        fetch = self.start()
        check_sums(fetch)
        for query in ("", "?a=1", "?a=1&b=x", "?a=1&b=1.5", "?a=9223372036854775807&b=1"):
            self.assertEqual(fetch(f"/baseline2{query}", [])[0], 400, query)

    def test_sends_files_as_they_are_in_the_form_that_is_accepted(self):
        check_files(self.start(), self.files)

    def test_sends_no_form_that_the_client_refuses(self):
        fetch = self.start()
        for accept_encoding in ("br;q=0", "br ; q=0.000, gzip;q=0", "identity", "brotli", "zstd"):
            status, fields, body = fetch("/static/reset.css", [f"accept-encoding: {accept_encoding}"])
            self.assertEqual((status, fields.get("content-encoding"), len(body)), (200, None, 8192), accept_encoding)
            self.assertEqual(fields["vary"], "accept-encoding")
        _, fields, _ = fetch("/static/reset.css", ["accept-encoding: br;q=0, gzip;q=0.5"])
        self.assertEqual(fields["content-encoding"], "gzip")

    def test_says_404_of_what_is_not_there(self):
        check_missing(self.start())

    def test_several_workers_answer_alike(self):
        fetch = self.start(workers=3)
        for _ in range(8):  # a new connection for each fetch
            check_sums(fetch)
        for name, *_ in FILES:
            check_file(fetch, self.files, name, ACCEPT_ENCODING)
        self.assertEqual(self.server.stop(), 0)

    def test_says_what_is_missing(self):
        done = run(PROGRAM, "--static", self.files, "--cert", "/none", "--key", self.key, "--port", free_port())
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "^httparena: ")
        done = run(PROGRAM, "--static", "/none")
        self.assertEqual((done.returncode, done.stderr), (1, "httparena: /none: No such file or directory\n"))
        self.assertEqual(run(PROGRAM, "--port", "65536").returncode, 2)


if __name__ == "__main__":
    unittest.main()
