"""Apps on App, driven by curl, Chromium and `usquic get`."""

import os
import unittest

from chromium import Chromium
from curl import curl
from example_program import ExampleServer
from support import TOOL, Workplace, require, run, sha256_file

# Sends `pieces` pieces of `size` bytes as a stream, and checks what comes back.
STREAMING_UPLOAD = """(async (url, pieces, size) => {
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (sent === pieces) return controller.close();
      controller.enqueue(new Uint8Array(size).fill(sent++ %% 251));
    }
  });
  const response = await fetch(url, {method: "POST", body, duplex: "half"});
  const reader = response.body.getReader();
  let received = 0;
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return `${response.status} ${received}`;
    for (const byte of value) {
      if (byte !== Math.floor(received / size) %% 251) return `byte ${received} is wrong`;
      ++received;
    }
  }
})(%s, %d, %d)"""

STREAMING_DOWNLOAD = """(async (url) => {
  const response = await fetch(url);
  const reader = response.body.getReader();
  let received = 0, chunks = 0;
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return `${response.status} ${received} ${chunks > 1 ? "in pieces" : "at once"}`;
    ++chunks;
    for (const byte of value) {
      if (byte !== 97 + received %% 26) return `byte ${received} is wrong`;
      ++received;
    }
  }
})(%s)"""

# Reads one piece and gives up.
ABORTED_DOWNLOAD = """(async (url) => {
  const abort = new AbortController();
  const response = await fetch(url, {signal: abort.signal});
  await response.body.getReader().read();
  abort.abort();
  return response.status;
})(%s)"""


def text(value):
    return f'"{value}"'


class App(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace(names=["size-1m"])
        cls.addClassCleanup(cls.place.cleanup)

    def start(self, name):
        server = ExampleServer(name, self.place)
        self.addCleanup(server.stop)
        return server

    def browse(self, server):
        require(self, "chromium")
        browser = Chromium(server.port, self.place.cert)
        self.addCleanup(browser.close)
        browser.open(f"https://127.0.0.1:{server.port}/")
        return browser

    def test_curl_gets_head_and_errors(self):
        server = self.start("streaming")
        answer = curl(server.url("/bytes/100000"), self.place.cert)
        self.assertEqual((answer.status, answer.http_version, len(answer.body)), (200, "3", 100000), answer.error)
        self.assertIn("date", dict(answer.headers))
        answer = curl(server.url("/bytes/100000"), self.place.cert, method="HEAD")
        self.assertEqual((answer.status, answer.body), (200, b""), answer.error)
        self.assertEqual(dict(answer.headers)["content-length"], "100000")
        self.assertEqual(curl(server.url("/none"), self.place.cert).status, 404)
        answer = curl(server.url("/bytes/1"), self.place.cert, method="DELETE")
        self.assertEqual(answer.status, 405, answer.error)
        self.assertIn("GET", dict(answer.headers)["allow"])

    def test_curl_echoes_uploads(self):
        server = self.start("echo_upload")
        for size in (0, 1, 1200, 8 << 20):
            body = os.urandom(size)
            answer = curl(server.url("/echo"), self.place.cert, data=body)
            self.assertEqual((answer.status, answer.error), (200, ""))
            self.assertEqual(answer.body, body)
        server.check_peak_memory(self)

    def test_curl_expects_100_continue(self):
        server = self.start("echo_upload")
        answer = curl(server.url("/count"), self.place.cert, method="PUT", data=b"12345",
                      headers=["Expect: 100-continue"])
        self.assertEqual((answer.status, answer.body), (200, b"5\n"), answer.error)

    def test_invalid_authority_never_reaches_a_handler(self):
        server = self.start("streaming")
        for authority in ("me@localhost", "local/host", "a b"):
            answer = curl(server.url("/bytes/1"), self.place.cert, headers=["Host: " + authority])
            self.assertNotEqual(answer.status, 200, authority)
        self.assertEqual(curl(server.url("/bytes/1"), self.place.cert).status, 200)

    def test_usquic_get(self):
        server = self.start("streaming")
        self.assertEqual(len(server.get("/bytes/1000000")), 1_000_000)
        done = run(TOOL, "get", "--cacert", self.place.cert, *[server.url(f"/bytes/{n}") for n in (1, 2, 3)])
        self.assertEqual((done.returncode, done.stdout), (0, "a" + "ab" + "abc"), done.stderr)

    def test_usquic_get_uploads(self):
        server = self.start("echo_upload")
        target = self.place.path("downloads", "echoed")
        done = run(TOOL, "get", "--cacert", self.place.cert, "--data-binary", "@" + self.place.path("site", "size-1m"),
                   "-o", target, server.url("/echo"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sha256_file(target), self.place.hashes["size-1m"])

    def test_chromium_streams_an_upload_and_its_echo(self):
        server = self.start("echo_upload")
        browser = self.browse(server)
        url = f"https://127.0.0.1:{server.port}/echo"
        self.assertEqual(browser.evaluate(STREAMING_UPLOAD % (text(url), 64, 16384)), f"200 {64 * 16384}")
        self.assertEqual(browser.evaluate(STREAMING_UPLOAD % (text(url), 1, 1)), "200 1")

    def test_chromium_streams_a_download(self):
        server = self.start("streaming")
        browser = self.browse(server)
        url = f"https://127.0.0.1:{server.port}/bytes/20000000"
        self.assertEqual(browser.evaluate(STREAMING_DOWNLOAD % text(url)), "200 20000000 in pieces")
        self.assertEqual(browser.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol"), "h3")
        server.check_peak_memory(self)

    def test_chromium_gives_up_a_download(self):
        server = self.start("streaming")
        browser = self.browse(server)
        base = f"https://127.0.0.1:{server.port}"
        for _ in range(5):
            self.assertEqual(browser.evaluate(ABORTED_DOWNLOAD % text(base + "/bytes/1000000000")), 200)
        self.assertEqual(browser.evaluate(STREAMING_DOWNLOAD % text(base + "/bytes/100000")).split()[1], "100000")


if __name__ == "__main__":
    unittest.main()
