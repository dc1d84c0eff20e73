"""Each example of the app layer is run and fetched from."""

import json
import os
import unittest

from curl import curl
from example_program import ExampleServer, example_path
from support import Program, Workplace, free_port, run, sha256_file, wait_for_udp_port, TOOL


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace(names=["size-0", "size-1", "size-1m"])
        cls.addClassCleanup(cls.place.cleanup)

    def start(self, name, *more):
        server = ExampleServer(name, self.place, *more)
        self.addCleanup(server.stop)
        return server

    def test_hello_app(self):
        port = free_port()
        # It reads key.pem and cert.pem in its folder.
        server = Program(example_path("hello_app"), port, cwd=self.place.name)
        self.addCleanup(server.stop)
        wait_for_udp_port(port)
        done = run(TOOL, "get", "--cacert", self.place.cert, f"https://localhost:{port}/world")
        self.assertEqual((done.returncode, done.stdout), (0, "hello world"), done.stderr)

    def test_hello_app_ends_without_a_certificate(self):
        done = run(example_path("hello_app"), 0, cwd=self.place.site, seconds=20)
        self.assertEqual(done.returncode, 1)

    def test_echo_upload(self):
        server = self.start("echo_upload")
        body = os.urandom(3 << 20)
        answer = curl(server.url("/echo"), self.place.cert, data=body, headers=["content-type: x/y"])
        self.assertEqual((answer.status, answer.error), (200, ""))
        self.assertEqual(answer.body, body)
        self.assertIn(("content-type", "x/y"), answer.headers)
        answer = curl(server.url("/count"), self.place.cert, upload=self.place.path("site", "size-1m"))
        self.assertEqual((answer.status, answer.body), (200, b"1048576\n"), answer.error)

    def test_streaming(self):
        server = self.start("streaming")
        alphabet = "abcdefghijklmnopqrstuvwxyz"
        for size in (0, 1, 26, 1_000_000):
            body = server.get(f"/bytes/{size}")
            self.assertEqual(len(body), size)
            self.assertEqual(body, (alphabet * (size // 26 + 1))[:size])
        self.assertEqual(server.get("/lines/3"), "3 to go\n2 to go\n1 to go\n")

    def test_all_cores(self):
        server = self.start("all_cores")
        cpus = len(os.sched_getaffinity(0))
        # Each over a connection of its own, which comes to any of the workers.
        answers = {server.get("/") for _ in range(10 * cpus)}
        for answer in answers:
            self.assertRegex(answer, r"^worker \d+ of \d+\n$")
        if cpus > 1 and not any(answer.endswith("of 1\n") for answer in answers):
            self.assertGreater(len(answers), 1)

    def test_json_api(self):
        if not os.path.exists(example_path("json_api")):
            self.assertIsNone(os.environ.get("USQUIC_REQUIRE_PEERS"), "nlohmann-json3-dev is not installed")
            self.skipTest("nlohmann-json3-dev is not installed")
        server = self.start("json_api")

        def call(method, path, value=None):
            data = json.dumps(value).encode() if value is not None else None
            answer = curl(server.url(path), self.place.cert, method=method, data=data)
            self.assertEqual(answer.error, "")
            return answer.status, json.loads(answer.body) if answer.body else None

        self.assertEqual(call("GET", "/notes"), (200, []))
        self.assertEqual(call("POST", "/notes", {"text": "first"}), (201, {"id": 1, "text": "first"}))
        self.assertEqual(call("POST", "/notes", {"text": "ünì"}), (201, {"id": 2, "text": "ünì"}))
        self.assertEqual(call("POST", "/notes", {"no": "text"})[0], 400)
        self.assertEqual(call("POST", "/notes", {"text": "x" * 100_000})[0], 413)
        self.assertEqual(call("GET", "/notes/2"), (200, {"id": 2, "text": "ünì"}))
        self.assertEqual(call("DELETE", "/notes/1"), (204, None))
        self.assertEqual(call("GET", "/notes/1")[0], 404)
        self.assertEqual(call("GET", "/notes"), (200, [{"id": 2, "text": "ünì"}]))
        self.assertEqual(call("PUT", "/notes", {})[0], 405)

    def test_server_sent_events(self):
        server = self.start("server_sent_events")
        subscriber = Program(TOOL, "get", "--cacert", self.place.cert, server.url("/events"))
        self.addCleanup(subscriber.stop)
        subscriber.wait_for(": welcome\n\n")
        answer = curl(server.url("/say"), self.place.cert, data=b"one\ntwo")
        self.assertEqual(answer.status, 204, answer.error)
        subscriber.wait_for("data: one\ndata: two\n\n")
        subscriber.stop()
        # The one that left is forgotten.
        self.assertEqual(curl(server.url("/say"), self.place.cert, data=b"again").status, 204)

    def test_static_files(self):
        server = self.start("static_files", self.place.site)
        with open(self.place.path("site", "index.html"), "w", encoding="ascii") as page:
            page.write("<title>index</title>")
        with open(self.place.path("secret"), "w", encoding="ascii") as secret:
            secret.write("not to be served")
        os.symlink(self.place.path("secret"), self.place.path("site", "way-out"))
        target = self.place.path("downloads", "file")
        for name, digest in self.place.hashes.items():
            open(target, "wb").close()
            answer = curl(server.url("/" + name), self.place.cert, output=target)
            self.assertEqual((answer.status, sha256_file(target)), (200, digest), answer.error)
        self.assertEqual(server.get("/"), "<title>index</title>")
        for path in ("/none", "/%2e%2e/secret", "/..%2fsecret", "/way-out", "/%2e%2e/site-other"):
            self.assertEqual(curl(server.url(path), self.place.cert).status, 404, path)

    def test_client(self):
        server = self.start("streaming")
        urls = [server.url(f"/bytes/{size}") for size in (10, 100_000)] + [server.url("/none")]
        done = run(example_path("client"), "--cacert", self.place.cert, *urls)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertEqual(lines[:2], [f"200 10 {urls[0]}", f"200 100000 {urls[1]}"])
        self.assertRegex(lines[2], r"^404 \d+ ")
        done = run(example_path("client"), server.url("/"))  # nobody knows this certificate
        self.assertEqual(done.returncode, 1)
        self.assertIn("not trusted", done.stderr)

    def test_foreign_loop(self):
        server = self.start("foreign_loop")
        first = int(server.get("/ticks"))
        later = first
        while later == first:
            later = int(server.get("/ticks"))
        self.assertGreater(later, first)
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
