"""`usquic get` over HTTP/1.1 and HTTP/2, and --fallback: against Caddy, and against a server that misbehaves."""

import os
import socket
import subprocess
import unittest

from support import TOOL, Workplace, free_port, require, run, sha256_file
from tcp_servers import CaddyInFront, ScriptedServer


class GetOverTcp(unittest.TestCase):
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

    def get(self, *arguments, **options):
        return run(TOOL, "get", "--cacert", self.place.cert, *arguments, **options)

    def both(self):
        """Each version with the URL that the scripted server's paths are below."""
        return (("--http1.1", "HTTP/1.1", self.http1.url("")), ("--http2", "HTTP/2", self.caddy.url("/scripted")))

    def check_failure(self, status, said, *arguments):
        done = self.get(*arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertRegex(done.stderr, said)
        return done

    def test_tells_what_it_speaks(self):
        for option, name, base in self.both():
            done = self.get(option, "-i", base + "/echo", "-w", "%{http_version} %{http_code} %{remote_ip}")
            self.assertTrue(done.stdout.startswith(f"{name} 200\n"), done.stdout)
            self.assertRegex(done.stdout, name.split("/")[1] + r" 200 (127\.0\.0\.1|::1)$")
            done = self.get(option, "-v", base + "/trailers")
            self.assertRegex(done.stderr, r"\n\* ALPN (h2|http/1\.1), certificate verified\n\* TLS 1\.3: \w+")
            self.assertRegex(done.stderr, rf"\n> GET \S* {name}\n> host: ")
            self.assertIn(f"< {name} 103\n", done.stderr)
            self.assertIn(f"< {name} 200\n", done.stderr)
            self.assertIn("\n< sum: 6\n", done.stderr)
            self.assertEqual(done.stdout, "abc")

    def test_sends_methods_fields_and_bodies(self):
        for option, _, base in self.both():
            done = self.get(option, base + "/echo", "-d", "hello", "-H", "X-Empty;", "-A", "me", "-i")
            self.assertTrue(done.stdout.endswith("\nhello"), done.stdout)
            self.assertIn("method: POST", done.stdout)
            method, _, fields, body = (self.http1 if option == "--http1.1" else self.plain).requests[-1]
            fields = {name.lower(): value for name, value in fields.items()}
            self.assertEqual((method, body), ("POST", b"hello"))
            self.assertEqual((fields["user-agent"], fields["x-empty"], fields["content-length"]), ("me", "", "5"))
            self.assertIn("method: DELETE", self.get(option, base + "/echo", "-X", "DELETE", "-i").stdout)
            self.assertIn("method: HEAD", self.get(option, base + "/echo", "-I").stdout)
            path = self.place.path("site", "size-1m")
            copy = self.place.path("copy")
            done = self.get(option, "-T", path, "-o", copy, base + "/echo", "-w", "%{size_upload}")
            self.assertEqual((done.returncode, done.stdout), (0, "1048576"), done.stderr)
            self.assertEqual(sha256_file(copy), self.place.hashes["size-1m"])

    def test_sends_standard_input_as_it_comes(self):
        for option, _, base in self.both():
            with subprocess.Popen([TOOL, "get", "-k", option, "-T", "-", base + "/echo"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE) as client:
                client.stdin.write(b"a" * 200_000)
                client.stdin.flush()
                output = client.communicate(b"b" * 300_000, timeout=20)[0]
            self.assertEqual((client.returncode, output), (0, b"a" * 200_000 + b"b" * 300_000))

    def test_loses_nothing_where_the_output_is_slow(self):
        for option, _, _ in self.both():
            script = f"'{TOOL}' get -k {option} '{self.caddy.url('/size-1m')}' | (sleep 0.3; sha256sum)"
            done = run("sh", "-c", script)
            self.assertEqual(done.stdout.split()[0], self.place.hashes["size-1m"])

    def test_files_ranges_and_figures(self):
        for option, _, _ in self.both():
            url = self.caddy.url("/size-1200")
            done = self.get(option, "--output-dir", self.place.downloads, "-O", "-w", "%{size_download} %{http_code}\n",
                            "-O", url, self.caddy.url("/size-1m"))
            self.assertEqual(sorted(done.stdout.splitlines()), ["1048576 200", "1200 200"], done.stderr)
            self.assertEqual(sha256_file(self.place.path("downloads", "size-1m")), self.place.hashes["size-1m"])
            done = self.get(option, "-r", "0-99", "-o", "/dev/null", "-w", "%{size_download} %{http_code}", url)
            self.assertEqual(done.stdout, "100 206")

    def test_resolve_and_trust(self):
        for option, _, base in self.both():
            port = base.split(":")[2].split("/")[0]
            done = run(TOOL, "get", option, "-v", "-k", "--resolve", f"localhost:{port}:127.0.0.1",
                       f"https://localhost:{port}/")
            self.assertIn(f"* connected to localhost (127.0.0.1) port {port}\n", done.stderr)
            # The system's roots do not know it, and are not asked where others are named.
            self.assertEqual(run(TOOL, "get", option, base + "/echo").returncode, 60)
            self.assertEqual(run(TOOL, "get", option, "-k", base + "/echo").returncode, 0)
            done = run(TOOL, "get", option, "--cacert", self.place.path("nothing"), base + "/echo")
            self.assertEqual(done.returncode, 77, done.stderr)
            self.check_failure(58, "No such file", option, "-E", self.place.path("nothing"), base + "/echo")
        self.check_failure(60, "certificate|match", "--http1.1", "--resolve", f"else.example:{self.http1.port}:127.0.0.1",
                           f"https://else.example:{self.http1.port}/")

    def test_follows_redirects_when_asked(self):
        for option, _, base in self.both():
            done = self.get(option, "-w", " %{http_code}", base + "/old")
            self.assertEqual(done.stdout, "it is elsewhere 302")
        self.http1.requests.clear()
        done = self.get("--http1.1", "-L", "-d", "x", "-v", self.http1.url("/old"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"* redirected to {self.http1.url('/new%20place')}", done.stderr)
        self.assertEqual([request[:2] for request in self.http1.requests], [("POST", "/old"), ("GET", "/new%20place")])
        self.check_failure(47, "more than 3 redirects", "--http1.1", "-L", "--max-redirs", "3", self.http1.url("/circle"))

    def test_a_body_that_is_cut_off_is_an_error(self):
        self.check_failure(56, "terminated|connection", "--http1.1", self.http1.url("/cut"))
        self.check_failure(56, "terminated|connection", "--http1.1", self.http1.url("/cut-chunks"))
        self.check_failure(92, "HTTP/2 stream", "--http2", self.caddy.url("/scripted/cut"))

    def test_exit_codes(self):
        nobody = f"https://127.0.0.1:{free_port()}/"
        for option, _, base in self.both():
            self.check_failure(7, "onnect", option, nobody)
            self.check_failure(6, "resolve", option, "https://nowhere.invalid/")
            self.check_failure(22, "answered 404", option, "-f", base + "/status")
            self.check_failure(28, "timed out", option, "-m", "0.3", base + "/silence")
            # It speaks HTTP without TLS.
            self.check_failure(35, "TLS|SSL", option, self.plain.url())
        self.check_failure(23, "No such file", "--http2", "-o", "/nowhere/file", self.caddy.url("/size-1200"))
        self.assertEqual(self.get("--http2", "--http1.1", nobody).returncode, 2)
        self.assertEqual(self.get("--fallback", "--http3", nobody).returncode, 2)

    def test_http2_that_is_not_offered_is_an_error_before_anything_is_sent(self):
        self.check_failure(35, r"does not offer HTTP/2 \(ALPN: http/1.1\)", "--http2", "-d", "x", self.http1.url())
        with ScriptedServer(self.place.cert, self.place.key, alpn=()) as without:
            self.check_failure(35, r"does not offer HTTP/2 \(ALPN: none\)", "--http2", without.url())
            self.assertEqual(self.get("--http1.1", without.url("/echo")).returncode, 0)
            self.assertEqual(len(without.requests), 1)
        self.assertEqual(self.http1.requests, [])

    def test_a_post_is_not_sent_again_over_another_connection(self):
        first, second = self.http1.url("/drop-next"), self.http1.url("/echo")
        done = self.get("--http1.1", "-d", "x", "-w", "%{exitcode} ", first, second)
        self.assertEqual(done.stdout, "once0 56 ", done.stderr)
        self.assertEqual([request[0] for request in self.http1.requests], ["POST", "dropped"])
        self.http1.requests.clear()
        done = self.get("--http1.1", "-w", "%{exitcode} ", first, second)
        self.assertEqual(done.stdout, "once0 0 ", done.stderr)

    def test_keys_are_logged(self):
        log = self.place.path("keys")
        self.get("--http2", "-o", "/dev/null", self.caddy.url("/size-0"), env={**os.environ, "SSLKEYLOGFILE": log})
        with open(log, encoding="ascii") as file:
            self.assertIn("CLIENT_TRAFFIC_SECRET_0 ", file.read())

    def test_fallback_takes_what_is_there(self):
        version = ("-o", "/dev/null", "-w", "%{http_version}")
        done = self.get("--fallback", *version, self.caddy.url("/size-1200"))
        self.assertEqual(done.stdout, "3", done.stderr)
        # UDP is refused there.
        done = self.get("--fallback", "-d", "once", *version, self.http1.url("/echo"))
        self.assertEqual(done.stdout, "1.1", done.stderr)
        self.assertEqual([request[0] for request in self.http1.requests], ["POST"])
        nobody = f"https://127.0.0.1:{free_port()}/"
        self.check_failure(7, "HTTP/3: .*; TCP: ", "--fallback", nobody)

    def test_fallback_does_not_wait_for_a_silent_port(self):

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", self.http1.port))
            done = self.get("--fallback", "-L", "-o", "/dev/null", "-w", "%{http_version} %{time_connect}",
                            self.http1.url("/echo"))
        version, seconds = done.stdout.split()
        self.assertEqual(version, "1.1", done.stderr)
        self.assertGreaterEqual(float(seconds), 0.3)
        self.assertLess(float(seconds), 5)

    def test_fallback_finds_the_way_anew_where_a_redirect_leads_elsewhere(self):
        self.http1.elsewhere = self.caddy.url("/size-1200")
        done = self.get("--fallback", "-L", "-o", "/dev/null", "-w", "%{http_version} %{size_download}",
                        self.http1.url("/elsewhere"))
        self.assertEqual(done.stdout, "3 1200", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
