"""`usquic serve`: files of every size arrive byte-exact at curl, gtlsclient, `usquic get` and Chromium."""

import os
import unittest

from chromium import Chromium
from curl import curl
from support import SIZES, TOOL, Serve, Workplace, gtlsclient, require, run, sha256_file


class ServeFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace()
        cls.addClassCleanup(cls.place.cleanup)

    def setUp(self):
        self.server = Serve(self.place.site, self.place.cert, self.place.key)
        self.addCleanup(self.server.stop)

    def check_download(self, name, path):
        self.assertEqual(os.path.getsize(path), SIZES[name])
        self.assertEqual(sha256_file(path), self.place.hashes[name], f"content of {name} differs")
        os.unlink(path)

    def check_memory(self):
        self.server.check_peak_memory(self)
        self.assertEqual(self.server.stop(), 0, self.server.output)

    def test_curl(self):
        for name in SIZES:
            with self.subTest(name):
                path = self.place.path("downloads", name)
                open(path, "wb").close()  # curl makes no file for an empty body
                answer = curl(self.server.url("/" + name), self.place.cert, output=path)
                self.assertEqual((answer.status, answer.http_version, answer.error), (200, "3", ""))
                self.check_download(name, path)
        self.check_memory()

    def test_files_that_have_to_come_from_the_disk(self):
        for name in SIZES:
            with self.subTest(name):
                with open(os.path.join(self.place.site, name), "rb") as file:
                    os.fsync(file.fileno())
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                path = self.place.path("downloads", name)
                result = run(TOOL, "get", "--cacert", self.place.cert, "-o", path, self.server.url("/" + name))
                self.assertEqual(result.returncode, 0, result.stderr)
                self.check_download(name, path)
        self.check_memory()

    def test_usquic_get(self):
        for name in SIZES:
            with self.subTest(name):
                path = self.place.path("downloads", name)
                result = run(TOOL, "get", "--cacert", self.place.cert, "-o", path, self.server.url("/" + name))
                self.assertEqual(result.returncode, 0, result.stderr)
                self.check_download(name, path)
        self.check_memory()

    def test_gtlsclient(self):
        require(self, "gtlsclient")
        for name in SIZES:
            with self.subTest(name):
                result = gtlsclient(f"--download={self.place.downloads}", "127.0.0.1", self.server.port,
                                    self.server.url("/" + name))
                self.assertEqual(result.returncode, 0, result.stderr)
                path = self.place.path("downloads", name)
                if SIZES[name] == 0 and not os.path.exists(path):
                    continue  # it makes no file for an empty body
                self.check_download(name, path)
        self.check_memory()

    def test_chromium(self):
        require(self, "chromium")
        with open(os.path.join(self.place.site, "index.html"), "w", encoding="ascii") as page:
            page.write("<!doctype html><title>usquic</title>")
        with Chromium(self.server.port, self.place.cert) as browser:
            browser.open(self.server.url("/"))
            self.assertEqual(browser.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol"), "h3")
            for name in SIZES:
                with self.subTest(name):
                    digest = browser.evaluate(
                        f"fetch('/{name}').then(r => r.arrayBuffer()).then(b => crypto.subtle.digest('SHA-256', b))"
                        ".then(d => [...new Uint8Array(d)].map(x => x.toString(16).padStart(2, '0')).join(''))")
                    self.assertEqual(digest, self.place.hashes[name])
        self.check_memory()


class SampleSite(unittest.TestCase):
    """What a new user sees: the page that ./scripts/serve shows, in a browser, says that HTTP/3 brought it."""

    def test_page_says_h3(self):
        require(self, "chromium")
        site = os.path.join(os.path.dirname(__file__), "../../samples/site")
        place = Workplace(names=[])
        self.addCleanup(place.cleanup)
        with Serve(site, place.cert, place.key) as server, Chromium(server.port, place.cert) as browser:
            browser.open(server.url("/"))
            self.assertIn("h3", browser.evaluate("document.body.innerText"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
