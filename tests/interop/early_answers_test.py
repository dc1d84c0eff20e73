"""Answers to uploads that nobody wants: the page in a browser gets the status, however large the upload is."""

import os
import sys
import unittest

from chromium import Chromium
from support import Serve, Workplace, require

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../networks"))
from udp_relay import Conditions, Relay

UPLOAD = """Promise.race([
  fetch("/", {method: "POST", body: new Uint8Array(%d)})
    .then(async (response) => `${response.status} ${(await response.text()).length > 0}`, (failure) => String(failure)),
  new Promise((resolve) => setTimeout(resolve, 60_000, "nothing in a minute"))])"""


class EarlyAnswers(unittest.TestCase):
    """`usquic serve` answers every POST with 405 as soon as it came."""

    @classmethod
    def setUpClass(cls):
        cls.place = Workplace([])
        cls.addClassCleanup(cls.place.cleanup)
        with open(os.path.join(cls.place.site, "index.html"), "w", encoding="ascii") as page:
            page.write("<!doctype html><title>usquic</title>")

    def check(self, delay, sizes):
        require(self, "chromium")
        server = Serve(self.place.site, self.place.cert, self.place.key)
        self.addCleanup(server.stop)
        with Relay(server.port, Conditions(delay=delay)) as relay, \
                Chromium(relay.port, self.place.cert) as browser:
            browser.open(f"https://127.0.0.1:{relay.port}/")
            for size in sizes:
                with self.subTest(size=size, delay=delay):
                    self.assertEqual(browser.evaluate(UPLOAD % size), "405 true")
            self.assertEqual(browser.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol"), "h3")

    def test_chromium_shows_them(self):
        self.check(0, (200_000, 1_500_000, 5_000_000, 20_000_000))

    def test_chromium_shows_them_over_a_long_path(self):
        self.check(0.02, (200_000, 1_500_000, 20_000_000))

    def test_chromium_shows_them_over_a_very_long_path(self):
        self.check(0.6, (200_000, 1_500_000))


if __name__ == "__main__":
    unittest.main(verbosity=2)
