"""`usquic serve`: what becomes of downloads in flight, and of later requests, when files and folders change."""

import hashlib
import os
import subprocess
import time
import unittest

from curl import curl
from support import TOOL, Serve, Workplace, require_capability

HTTP3_ERROR = 95  # exit status of `usquic get`
SIZE = 64 << 20  # far more than client, server and pipe hold between them


class Changes(unittest.TestCase):
    def setUp(self):
        self.place = Workplace(names=[])
        self.addCleanup(self.place.cleanup)
        self.path = os.path.join(self.place.site, "large")
        self.digest = self.write_content(self.path, SIZE)

    @staticmethod
    def write_content(path, size):
        content = os.urandom(1 << 20) * (size >> 20)
        with open(path, "wb") as file:
            file.write(content)
        return hashlib.sha256(content).hexdigest()

    def start(self, folder, *options):
        server = Serve(folder, self.place.cert, self.place.key, *options)
        self.addCleanup(server.stop)
        return server

    def download_while(self, change):
        """(exit status, bytes, digest) of a download during which the change is made."""
        server = self.start(self.place.site)
        with subprocess.Popen([TOOL, "get", "--cacert", self.place.cert, server.url("/large")], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as client:
            received = client.stdout.read(65536)
            change()
            received += client.stdout.read()
            client.stderr.read()
        self.assertEqual(server.stop(), 0, server.output)
        return client.returncode, len(received), hashlib.sha256(received).hexdigest()

    def test_a_download_goes_on_when_its_file_is_renamed_over(self):
        self.write_content(self.place.path("other"), 2 << 20)
        self.assertEqual(self.download_while(lambda: os.replace(self.place.path("other"), self.path)),
                         (0, SIZE, self.digest))

    def test_a_download_goes_on_when_its_file_is_unlinked(self):
        self.assertEqual(self.download_while(lambda: os.unlink(self.path)), (0, SIZE, self.digest))

    def test_a_download_goes_on_when_its_file_is_touched(self):
        self.assertEqual(self.download_while(lambda: os.utime(self.path)), (0, SIZE, self.digest))

    def test_a_download_ends_where_its_file_ended_when_it_was_asked_for(self):
        def append():
            with open(self.path, "ab") as file:
                file.write(b"more" * 1000)

        self.assertEqual(self.download_while(append), (0, SIZE, self.digest))

    def test_a_download_of_a_file_that_is_written_anew_does_not_look_whole(self):
        require_capability(self, "error_codes")
        status, received, _ = self.download_while(lambda: self.write_content(self.path, SIZE))
        self.assertEqual(status, HTTP3_ERROR)
        self.assertLess(received, SIZE)

    def wait_for_body(self, server, path, wanted, seconds=10):
        """Waits until the path has the body."""
        deadline = time.monotonic() + seconds
        while (answer := curl(server.url(path), self.place.cert)).body != wanted:
            self.assertLess(time.monotonic(), deadline, f"{answer.status}: {answer.body}")

    def test_a_folder_that_a_link_leads_to_is_the_one_that_it_leads_to_now(self):
        for release in ("first", "second"):
            os.mkdir(self.place.path(release))
            with open(self.place.path(release, "page"), "w", encoding="ascii") as file:
                file.write(release)
        os.symlink("first", self.place.path("current"))
        server = self.start(self.place.path("current"))
        self.assertEqual(curl(server.url("/page"), self.place.cert).body, b"first")
        os.symlink("second", self.place.path("next"))
        os.replace(self.place.path("next"), self.place.path("current"))
        self.wait_for_body(server, "/page", b"second")
        os.unlink(self.place.path("first", "page"))
        os.rmdir(self.place.path("first"))
        self.assertEqual(curl(server.url("/page"), self.place.cert).body, b"second")

    def test_a_folder_that_is_replaced_is_the_new_one(self):
        folder = self.place.path("folder")
        os.mkdir(folder)
        server = self.start(folder)
        self.assertEqual(curl(server.url("/page"), self.place.cert).status, 404)
        os.rmdir(folder)
        os.mkdir(self.place.path("next"))
        with open(self.place.path("next", "page"), "w", encoding="ascii") as file:
            file.write("new")
        os.rename(self.place.path("next"), folder)
        self.wait_for_body(server, "/page", b"new")

    def test_replicas_answer_each_others_conditions(self):
        replica = self.place.path("replica")
        os.mkdir(replica)
        for folder in (self.place.site, replica):
            with open(os.path.join(folder, "page"), "w", encoding="ascii") as file:
                file.write("page")
            os.utime(file.name, ns=(10**18, 10**18 + 123456789))
        first, second = self.start(self.place.site), self.start(replica)
        tag = dict(curl(first.url("/page"), self.place.cert).headers)["etag"]
        self.assertEqual(curl(second.url("/page"), self.place.cert, headers=["If-None-Match: " + tag]).status, 304)
        resumed = curl(second.url("/page"), self.place.cert, headers=["Range: bytes=2-", "If-Range: " + tag])
        self.assertEqual((resumed.status, resumed.body), (206, b"ge"))


if __name__ == "__main__":
    unittest.main()
