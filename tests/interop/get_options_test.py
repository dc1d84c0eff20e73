"""`usquic get`: what its options do, and what its exit codes say."""

import os
import socket
import subprocess
import unittest

from support import TOOL, Serve, Workplace, free_port, run, sha256_file


class GetOptions(unittest.TestCase):
    def setUp(self):
        self.place = Workplace(names=["size-0", "size-1200", "size-1m"])
        self.addCleanup(self.place.cleanup)
        os.mkdir(self.place.path("site", "folder"))
        with open(self.place.path("site", "folder", "index.html"), "w", encoding="ascii") as file:
            file.write("index\n")
        self.server = Serve(self.place.site, self.place.cert, self.place.key)
        self.addCleanup(self.server.stop)

    def get(self, *arguments, **options):
        return run(TOOL, "get", "--cacert", self.place.cert, *arguments, **options)

    def check_failure(self, status, *arguments):
        done = self.get(*arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_shows_headers_and_tells_what_happens(self):
        done = self.get("-i", self.server.url("/folder/"))
        head, body = done.stdout.split("\n\n")
        self.assertTrue(head.startswith("HTTP/3 200\n"), head)
        self.assertIn("content-type: text/html", head)
        self.assertEqual((done.returncode, body, done.stderr), (0, "index\n", ""))
        done = self.get("-v", self.server.url("/folder/"))
        told = done.stderr.splitlines()
        self.assertEqual(told[0], f"* connected to 127.0.0.1 (127.0.0.1) port {self.server.port}")
        self.assertRegex(done.stderr, r"\n\* TLS 1\.3: TLS_AES_128_GCM_SHA256, \w+, ecdsa_secp256r1_sha256\n")
        self.assertIn("> GET /folder/ HTTP/3", told)
        self.assertIn("< HTTP/3 200", told)
        done = self.get("-I", self.server.url("/size-1m"))
        self.assertIn("content-length: 1048576", done.stdout.lower())

    def test_exchanges_keys_in_the_group_that_is_asked_for(self):
        for group in ("secp384r1", "x25519"):
            done = self.get("-v", "--curves", group, self.server.url("/folder/"))
            self.assertIn(f", {group}, ecdsa", done.stderr)
        done = self.get("--curves", "brainpoolP256r1", self.server.url("/folder/"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("option groups has an invalid value", done.stderr)

    def test_follows_redirects_when_asked(self):
        done = self.get("-w", " %{http_code}", self.server.url("/folder"))
        self.assertTrue(done.stdout.endswith(" 301"), done.stdout)
        done = self.get("-L", self.server.url("/folder"))
        self.assertEqual((done.returncode, done.stdout), (0, "index\n"), done.stderr)

    def test_files_and_figures(self):
        names = ["size-0", "size-1200", "size-1m"]
        done = self.get("--output-dir", self.place.downloads, "-O", "-w", "%{size_download} %{http_code}\n",
                        *[self.server.url("/" + name) for name in names])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(done.stdout.split("\n")), ["", "0 200", "1048576 200", "1200 200"])
        for name in names:
            self.assertEqual(sha256_file(self.place.path("downloads", name)), self.place.hashes[name])

    def test_standard_input_is_sent_as_it_comes_and_given_up_when_refused(self):
        with subprocess.Popen([TOOL, "get", "--cacert", self.place.cert, "-T", "-", self.server.url("/up")],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
            client.stdin.write(b"x" * 50_000)  # less than a pipe holds
            client.stdin.flush()
            # It stays open: the answer is complete, and the server wants no more.
            self.assertEqual(client.stdout.read(), b"405 Method Not Allowed\n")
            self.assertEqual(client.wait(10), 0)

    def test_resolve(self):
        url = f"https://other.example:{self.server.port}/size-1200"
        rule = f"other.example:{self.server.port}:127.0.0.1"
        done = run(TOOL, "get", "-k", "--resolve", rule, "-o", "/dev/null", url)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("certificate", self.check_failure(60, "--resolve", rule, url))

    def test_addresses_with_a_zone(self):
        with open("/proc/net/if_inet6", encoding="ascii") as file:
            found = [line.split() for line in file if line.startswith("fe80")]
        if not found:
            self.skipTest("no interface has an IPv6 address of its link")
        digits, name = found[0][0], found[0][5]
        address = ":".join(digits[i:i + 4] for i in range(0, 32, 4))
        with Serve(self.place.site, self.place.cert, self.place.key, host=f"{address}%{name}") as server:
            for zone in (f"%25{name}", f"%{name}"):
                done = run(TOOL, "get", "-k", "-o", "/dev/null", "-w", "%{http_code} %{remote_ip}",
                           f"https://[{address}{zone}]:{server.port}/size-1200")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertRegex(done.stdout, rf"^200 fe80::.*%{name}$")
            done = self.get("--resolve", f"localhost:{server.port}:[{address}%{name}]", "-o", "/dev/null",
                            f"https://localhost:{server.port}/size-1200")
            self.assertEqual(done.returncode, 0, done.stderr)
            done = run(TOOL, "load", "-k", "-n", "5", f"https://[{address}%25{name}]:{server.port}/size-1200")
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_options_of_the_server(self):
        for path in ("/size-1200", "/"):
            done = self.get("-i", "-X", "OPTIONS", self.server.url(path))
            self.assertIn("HTTP/3 204", done.stdout, done.stderr)
            self.assertIn("allow: GET, HEAD, OPTIONS", done.stdout)

    def test_exit_codes(self):
        url = self.server.url("/size-1200")
        self.check_failure(1, "http://localhost/")
        self.check_failure(2, "-X", "G T", url)
        self.check_failure(3, "https://a b/")
        self.check_failure(6, "https://nowhere.invalid/")
        self.check_failure(7, f"https://127.0.0.1:{free_port()}/")
        self.check_failure(22, "-f", self.server.url("/none"))
        self.check_failure(23, "-o", "/nonexistent/file", url)
        self.check_failure(26, "-T", "/nonexistent/file", url)
        self.check_failure(58, "--cert", "/nonexistent/cert.pem", url)
        self.check_failure(95, "-H", "connection: close", url)
        for status, options in ((60, ()), (77, ("--cacert", "/nonexistent/ca.pem"))):  # 60: the system's roots
            done = run(TOOL, "get", *options, url)
            self.assertEqual((done.returncode, len(done.stderr.splitlines())), (status, 1), done.stderr)

    def test_limits_of_time(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
            self.check_failure(28, "--connect-timeout", "0.3", url)
            self.check_failure(28, "--max-time", "0.3", url)

    def test_the_first_failure_in_order_is_the_exit_code(self):
        good, refused = self.server.url("/size-1200"), f"https://127.0.0.1:{free_port()}/"
        done = self.get("-o", "/dev/null", "-o", "/dev/null", "-o", "/dev/null", good, refused, "https://nowhere.invalid/")
        self.assertEqual((done.returncode, len(done.stderr.splitlines())), (7, 2), done.stderr)


if __name__ == "__main__":
    unittest.main()
