"""Browsers over HTTP/3 against usquic over OpenSSL: they agree on X25519MLKEM768, as the access log tells. Chromium is this
system's, Firefox that of Debian 13."""

import json
import os
import time
import unittest
from pathlib import Path

import openssl_test
from debian13 import command

from chromium import Chromium
from firefox import Firefox
from support import Program, free_port, make_leaf, require


class Browsers(openssl_test.InDebian13):
    def serve_with_log(self, cert, key):
        """The port of `usquic serve` there, which writes an access log."""
        os.mkdir(os.path.join(self.outside, "site"))
        self.write("site/index.html", "<title>hello</title>")
        port = free_port()
        server = Program(*command(openssl_test.TOOL_THERE, "serve", f"{self.inside}/site", "--port", port, "--cert", cert,
                                  "--key", key, "--access-log", f"{self.inside}/log", "--log-json"))
        self.addCleanup(server.stop)
        server.wait_for(f":{port}/")
        return port

    def check_log(self, browser):
        """The first request is this browser's, and tells the group of its handshake."""
        log = Path(self.outside, "log")
        deadline = time.monotonic() + 10
        while not (log.exists() and log.read_text().endswith("\n")):
            self.assertLess(time.monotonic(), deadline, "nothing in the access log")
            time.sleep(0.05)
        first = json.loads(log.read_text().splitlines()[0])
        self.assertIn(browser, first["user_agent"])
        self.assertEqual(first["tls_group"], openssl_test.HYBRID)

    def test_chromium(self):
        require(self, "chromium")
        port = self.serve_with_log(self.cert, self.key)
        with Chromium(port, self.pems[0]) as browser:
            browser.open(f"https://127.0.0.1:{port}/")
            self.assertEqual(browser.evaluate("document.title"), "hello")
        self.check_log("Chrome/")

    def test_firefox(self):
        require(self, "certutil")
        leaf = make_leaf(self.outside, *self.pems)
        port = self.serve_with_log(*(f"{self.inside}/{os.path.basename(pem)}" for pem in leaf))
        at_once = {"network.http.http3.alt-svc-mapping-for-testing": f"localhost;h3=:{port}"}
        with Firefox(self.outside, self.pems[0], at_once, command("firefox-esr"), self.inside) as browser:
            browser.open("https://localhost/")
            self.assertEqual(browser.evaluate("document.title"), "hello")
            self.assertEqual(browser.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol"), "h3")
        self.check_log("Firefox/")


if __name__ == "__main__":
    unittest.main()
