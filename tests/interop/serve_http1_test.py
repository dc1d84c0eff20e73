"""`usquic serve` over HTTP/1.1, to curl and to clients that a test drives by hand; and plain HTTP, which it redirects."""

import contextlib
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import time
import unittest

from curl import curl as curl_http3
from support import TOOL, Program, Serve, Workplace, find_program, free_port, require, run

LARGE = 50 << 20
USAGE, CONNECT = 2, 7  # exit statuses
LOG_LINE = re.compile(r'127\.0\.0\.1 - - \[[^]]*\] "(\S+ \S+ \S+)" (\d+) (\d+) "[^"]*" "([^"]*)"\n')


class Site(unittest.TestCase):
    """A server, and what is asked of it."""

    @classmethod
    def setUpClass(cls):
        cls.place = Workplace(names=["size-0", "size-1", "size-1200", "size-1m"])
        cls.addClassCleanup(cls.place.cleanup)
        block = os.urandom(1 << 20)
        with open(os.path.join(cls.place.site, "large"), "wb") as file:
            for _ in range(LARGE >> 20):
                file.write(block)
        cls.large_hash = hashlib.sha256(block * (LARGE >> 20)).hexdigest()
        os.mkdir(os.path.join(cls.place.site, "folder"))
        for name, text in (("folder/index.html", "<p>index"), ("a b+c.txt", "blanks"), ("100%.txt", "percent")):
            with open(os.path.join(cls.place.site, name), "w", encoding="ascii") as file:
                file.write(text)

    def setUp(self):
        require(self, "curl")

    def start(self, *options):
        server = Serve(self.place.site, self.place.cert, self.place.key, *options)
        self.addCleanup(server.stop)
        return server

    def curl(self, *arguments):
        """(output, error text) of curl over HTTP/1.1; it must succeed."""
        done = subprocess.run([find_program("curl"), "--http1.1", "-sS", "--cacert", self.place.cert, *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout, done.stderr.decode()

    def ask(self, url, *arguments):
        """(status, fields, body)."""
        output, _ = self.curl("-i", *arguments, url)
        head, _, body = output.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.assertTrue(lines[0].startswith("HTTP/1.1 "), lines[0])
        fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        return int(lines[0].split()[1]), fields, body

    def connect(self, server):
        """A TLS connection."""
        context = ssl.create_default_context(cafile=self.place.cert)
        context.set_alpn_protocols(["http/1.1"])
        raw = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        connection = context.wrap_socket(raw, server_hostname="localhost")
        self.addCleanup(connection.close)
        return connection


class Answers(Site):
    def test_files_arrive_byte_exact(self):
        server = self.start()
        for name, digest in {**self.place.hashes, "large": self.large_hash}.items():
            with self.subTest(name):
                body, _ = self.curl(server.url("/" + name))
                self.assertEqual(hashlib.sha256(body).hexdigest(), digest)
        server.check_peak_memory(self)
        self.assertEqual(server.stop(), 0, server.output)

    def test_heads_ranges_and_conditions(self):
        server = self.start()
        url = server.url("/size-1200")
        with open(os.path.join(self.place.site, "size-1200"), "rb") as file:
            content = file.read()
        status, fields, body = self.ask(url)
        self.assertEqual((status, body, fields["content-length"]), (200, content, "1200"))
        self.assertEqual(fields["alt-svc"], f'h3=":{server.port}"; ma=86400')
        self.assertEqual(self.ask(url, "-I")[1]["content-length"], "1200")
        status, part, body = self.ask(url, "-r", "10-19")
        self.assertEqual((status, body, part["content-range"]), (206, content[10:20], "bytes 10-19/1200"))
        status, part, body = self.ask(url, "-r", "0-1,5-6")
        self.assertEqual((status, len(body)), (206, int(part["content-length"])))
        self.assertIn("multipart/byteranges", part["content-type"])
        self.assertEqual(self.ask(url, "-r", "2000-")[0], 416)
        # Several on one connection: what has no body must not leave one there.
        for condition, wanted in ((f"If-None-Match: {fields['etag']}", 304), ('If-Match: "other"', 412),
                                  (f"If-Modified-Since: {fields['last-modified']}", 304)):
            output, _ = self.curl("-H", condition, "-o", "/dev/null", url, "-o", "/dev/null", url, "-w",
                                  "%{num_connects} %{http_code}\n")
            self.assertEqual(output.decode(), f"1 {wanted}\n0 {wanted}\n")
        self.assertEqual(self.ask(url, "-r", "0-9", "-H", 'If-Range: "other"')[2], content)
        self.assertEqual(self.ask(url, "-X", "OPTIONS")[1]["allow"], "GET, HEAD, OPTIONS")
        self.assertEqual(self.ask(url, "-d", "x=1")[0], 405)

    def test_paths(self):
        server = self.start()
        self.assertEqual(self.ask(server.url("/folder/"))[2], b"<p>index")
        status, fields, _ = self.ask(server.url("/folder"))
        self.assertEqual((status, fields["location"]), (301, "/folder/"))
        self.assertEqual(self.ask(server.url("/a%20b+c.txt"))[2], b"blanks")
        self.assertEqual(self.ask(server.url("/%61%20b%2Bc.txt?q"))[2], b"blanks")
        self.assertEqual(self.ask(server.url("/100%25.txt"))[2], b"percent")
        for path, wanted in (("/none", 404), ("/%zz", 400), ("/a%2Fb", 400), ("/../folder/", 400), ("/%00", 400)):
            self.assertEqual(self.ask(server.url(path), "--path-as-is")[0], wanted, path)

    def test_requests_follow_one_another_on_a_connection(self):
        server = self.start()
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        connection.sock = self.connect(server)
        for _ in range(3):  # small ones come prepared from the second time on
            for name, digest in self.place.hashes.items():
                connection.request("GET", "/" + name)
                self.assertEqual(hashlib.sha256(connection.getresponse().read()).hexdigest(), digest, name)
        connection.request("GET", "/none", headers={"Connection": "close"})
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.getheader("connection")), (404, "close"))
        answer.read()
        self.assertEqual(server.stop(), 0, server.output)

    def test_requests_that_wait_behind_others_are_answered_in_order(self):
        server = self.start()
        connection = self.connect(server)
        names = ["size-1m", "size-1", "none", "size-1200"] * 3
        connection.sendall(b"".join(f"GET /{name} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for name in names))
        stream = connection.makefile("rb")
        for name in names:
            status = int(stream.readline().split()[1])
            length = 0
            while line := stream.readline().strip():
                if line.startswith(b"content-length: "):
                    length = int(line.split()[1])
            body = stream.read(length)
            self.assertEqual(status, 404 if name == "none" else 200)
            if name != "none":
                self.assertEqual(hashlib.sha256(body).hexdigest(), self.place.hashes[name], name)

    def test_both_versions_of_http_are_in_the_access_log(self):
        for options in ([], ["--workers", "3"]):
            log = self.place.path(f"access-{len(options)}.log")
            server = self.start("--access-log", log, *options)
            self.curl("-A", "mine", "-o", "/dev/null", server.url("/size-1200?q"), "-I", server.url("/none"))
            self.assertEqual(curl_http3(server.url("/size-1"), self.place.cert).status, 200)
            connection = self.connect(server)
            connection.sendall(b"GET /size-1 HTTP/1.0\r\n\r\n")
            self.assertIn(b"\r\n\r\n", connection.makefile("rb").read())
            self.assertEqual(server.stop(), 0, server.output)
            with open(log, encoding="ascii") as lines:
                found = [LOG_LINE.fullmatch(line) for line in lines]
            self.assertEqual(sorted(match.groups()[:3] for match in found),
                             [("GET /size-1 HTTP/1.0", "200", "1"), ("GET /size-1 HTTP/3", "200", "1"),
                              ("HEAD /none HTTP/1.1", "404", "0"), ("HEAD /size-1200?q HTTP/1.1", "200", "0")])
            self.assertEqual([match[4] for match in found if "HTTP/1.1" in match[1]], ["mine", "mine"])

    def test_the_json_log_tells_version_and_key_exchange(self):
        log = self.place.path("access.json")
        server = self.start("--access-log", log, "--log-json")
        self.ask(server.url("/size-1"))
        self.assertEqual(server.stop(), 0, server.output)
        with open(log, encoding="ascii") as lines:
            line = json.loads(lines.read())
        self.assertEqual((line["version"], line["bytes"]), ("HTTP/1.1", 1))
        self.assertIn(line["tls_group"], ("x25519", "secp256r1", "X25519MLKEM768"))


class Downloads(Site):
    def begin(self, server):
        """A download of the large file of which the client took little."""
        connection = self.connect(server)
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        stream = connection.makefile("rb")
        while stream.readline().strip():
            pass
        return stream

    def wait_until_refused(self, port):
        """Workers hear of a signal one after the other."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=20).close()
            except OSError:
                return
        self.fail("clients are accepted still")

    def test_sigterm_loses_nothing_of_a_download(self):
        for options in ([], ["--workers", "3"]):
            server = self.start(*options)
            idle = self.connect(server)
            stream = self.begin(server)
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(idle.recv(1), b"")  # idle connections end at once
            self.wait_until_refused(server.port)
            body = stream.read(LARGE)
            self.assertEqual((len(body), hashlib.sha256(body).hexdigest()), (LARGE, self.large_hash))
            stream.close()
            idle.close()
            self.doCleanups()
            self.assertEqual(server.process.returncode, 0, server.output)

    def test_a_second_signal_ends_downloads(self):
        server = self.start()
        stream = self.begin(server)
        server.process.send_signal(signal.SIGTERM)
        self.wait_until_refused(server.port)
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(10)
        with contextlib.suppress(OSError):
            self.assertLess(len(stream.read(LARGE)), LARGE)

    def test_clients_that_take_nothing_do_not_keep_others_from_the_buffers(self):
        server = self.start("--stall-timeout", "1")
        for _ in range(200):  # there are 192 buffers
            connection = self.connect(server)
            connection.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        body, _ = self.curl(server.url("/large"))
        self.assertEqual(hashlib.sha256(body).hexdigest(), self.large_hash)

    def test_an_idle_connection_is_closed_after_a_while(self):
        server = self.start("--http-idle-timeout", "1")
        connection = self.connect(server)
        connection.sendall(b"GET /size-1 HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertTrue(connection.makefile("rb").read().startswith(b"HTTP/1.1 200 "))


class Ports(Site):
    def test_http3_only_opens_no_tcp_port(self):
        server = self.start("--http3-only")
        self.assertEqual(curl_http3(server.url("/size-1"), self.place.cert).status, 200)
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port), timeout=20)

    def test_a_tcp_port_that_is_taken_is_an_error(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            common = [TOOL, "serve", self.place.site, "--host", "127.0.0.1", "--cert", self.place.cert, "--key",
                      self.place.key]
            done = run(*common, "--port", port)
            self.assertEqual((done.returncode, done.stdout, done.stderr),
                             (CONNECT, "", f"usquic: serve: 127.0.0.1:{port} (UDP and TCP): address already in use\n"))
            done = run(*common, "--port", 0, "--redirect-http", port)
            self.assertEqual(
                (done.returncode, done.stdout, done.stderr),
                (CONNECT, "", f"usquic: serve: 127.0.0.1:{port} (--redirect-http): address already in use\n"))
            with Program(*common, "--port", port, "--http3-only") as server:
                server.wait_for(f":{port}/")
        done = run(*common, "--http3-only", "--redirect-http", port)
        self.assertEqual((done.returncode, done.stdout), (USAGE, ""))

    def test_plain_http_goes_on_to_https(self):
        for options in ([], ["--workers", "2"]):
            port = free_port()
            server = self.start("--redirect-http", port, *options)
            server.wait_for(f"redirects http://127.0.0.1:{port}/\n")
            plain = f"http://127.0.0.1:{port}"
            output, _ = self.curl("-i", plain + "/size-1200?q=%20")
            self.assertTrue(output.startswith(b"HTTP/1.1 308 Permanent Redirect\r\n"), output)
            self.assertIn(f"\r\nlocation: {server.url('/size-1200?q=%20')}\r\n".encode(), output)
            output, _ = self.curl("-o", "/dev/null", plain + "/a", "-o", "/dev/null", plain + "/b", "-w",
                                  "%{num_connects} %{http_code} %{redirect_url}\n")
            self.assertEqual(output.decode(), f"1 308 {server.url('/a')}\n0 308 {server.url('/b')}\n")
            self.assertEqual(hashlib.sha256(self.curl("-L", plain + "/size-1m")[0]).hexdigest(),
                             self.place.hashes["size-1m"])
            output, _ = self.curl("-o", "/dev/null", "-H", "Host:", "-w", "%{http_code}", plain)
            self.assertEqual(output, b"400")
            self.assertEqual(server.stop(), 0, server.output)

    @unittest.skipUnless(os.getuid() == 0, "only root can become somebody else")
    def test_low_ports_are_bound_before_root_is_given_up(self):
        os.chmod(self.place.name, 0o755)
        port, redirect = self.low_ports(2)
        with Program(TOOL, "serve", self.place.site, "--host", "127.0.0.1", "--port", port, "--redirect-http", redirect,
                     "--cert", self.place.cert, "--key", self.place.key, "--user", "nobody", "--workers", "3") as server:
            server.wait_for(f"redirects http://127.0.0.1:{redirect}/\n")
            for _ in range(12):
                self.assertEqual(self.ask(f"https://127.0.0.1:{port}/size-1")[0], 200)
            self.assertEqual(self.curl("-L", f"http://127.0.0.1:{redirect}/size-1")[0],
                             self.ask(f"https://127.0.0.1:{port}/size-1")[2])
            self.assertEqual(server.stop(), 0, server.output)

    @staticmethod
    def low_ports(count):
        found = []
        for port in range(1023, 600, -1):
            with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp, contextlib.suppress(OSError):
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
                found.append(port)
                if len(found) == count:
                    return found
        raise AssertionError("no free ports below 1024")


if __name__ == "__main__":
    unittest.main()
