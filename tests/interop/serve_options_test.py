"""`usquic serve`: what its options add, and what becomes of a file that changes while it is sent."""

import json
import os
import subprocess
import unittest

from curl import ask_with_target, curl
from support import TOOL, Serve, Workplace, require_capability, run

HTTP3_ERROR = 95  # exit status of `usquic get`


class ServeOptions(unittest.TestCase):
    def setUp(self):
        self.place = Workplace(names=["size-1200"])
        self.addCleanup(self.place.cleanup)

    def start(self, *options):
        server = Serve(self.place.site, self.place.cert, self.place.key, *options)
        self.addCleanup(server.stop)
        return server

    def test_header_and_json_log(self):
        log = self.place.path("access.json")
        server = self.start("--header", "X-Frame-Options: DENY", "--header", "Server: mine", "--access-log", log,
                            "--log-json")
        answer = curl(server.url("/size-1200?q=1"), self.place.cert)
        fields = dict(answer.headers)
        self.assertEqual((answer.status, fields["x-frame-options"], fields["server"]), (200, "DENY", "mine"))
        self.assertEqual(curl(server.url("/none"), self.place.cert).status, 404)
        self.assertEqual(server.stop(), 0, server.output)
        with open(log, encoding="ascii") as lines:
            found, missing = [json.loads(line) for line in lines]
        self.assertEqual((found["method"], found["path"], found["status"], found["bytes"], found["client"]),
                         ("GET", "/size-1200?q=1", 200, 1200, "127.0.0.1"))
        self.assertEqual(missing["status"], 404)
        self.assertIn(found["tls_group"], ("x25519", "secp256r1", "X25519MLKEM768"))

    def test_says_that_proc_is_missing(self):
        without_proc = ["unshare", "--mount", "sh", "-c", 'umount -l /proc && exec "$0" "$@"']
        if subprocess.run([*without_proc, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("file systems cannot be unmounted here")
        done = run(*without_proc, TOOL, "serve", self.place.site, "--port", "0")
        self.assertIn("by way of /proc, which is not mounted", done.stderr)

    def test_tells_its_methods_when_asked(self):
        server = self.start()
        for target in ("*", "/size-1200"):
            lines = ask_with_target(server.url(), self.place.cert, "OPTIONS", target)
            self.assertEqual(lines[0].split()[1], "204", lines)
            self.assertIn("allow: GET, HEAD, OPTIONS", lines)

    def test_bad_header_is_a_usage_error(self):
        for line in ("no colon", "Content-Length: 1"):
            done = run(TOOL, "serve", self.place.site, "--header", line)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_ranges_and_conditions(self):
        server = self.start()
        answer = curl(server.url("/size-1200"), self.place.cert, headers=["Range: bytes=0-9"])
        fields = dict(answer.headers)
        self.assertEqual((answer.status, len(answer.body), fields["content-range"]), (206, 10, "bytes 0-9/1200"))
        answer = curl(server.url("/size-1200"), self.place.cert, headers=["Range: bytes=0-1,5-6"])
        self.assertEqual(answer.status, 206)
        self.assertIn("multipart/byteranges", dict(answer.headers)["content-type"])
        self.assertEqual(curl(server.url("/size-1200"), self.place.cert, headers=["Range: bytes=2000-"]).status, 416)
        tag = fields["etag"]
        self.assertEqual(curl(server.url("/size-1200"), self.place.cert, headers=["If-None-Match: " + tag]).status, 304)
        answer = curl(server.url("/size-1200"), self.place.cert, headers=["Range: bytes=0-9", 'If-Range: "other"'])
        self.assertEqual((answer.status, len(answer.body)), (200, 1200))

    def test_file_that_shrinks_ends_its_response_alone(self):
        require_capability(self, "error_codes")
        server = self.start()
        path = os.path.join(self.place.site, "large")
        with open(path, "wb") as file:
            file.truncate(400 << 20)
        # Nobody takes more than the pipe's first bytes until the file is short.
        with subprocess.Popen([TOOL, "get", "--cacert", self.place.cert, server.url("/large")], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as client:
            received = len(client.stdout.read(65536))
            os.truncate(path, 1 << 20)
            received += len(client.stdout.read())
            said = client.stderr.read().decode()
        self.assertEqual(client.returncode, HTTP3_ERROR, said)
        self.assertLess(received, 400 << 20)
        self.assertEqual(curl(server.url("/size-1200"), self.place.cert).status, 200)


if __name__ == "__main__":
    unittest.main()
