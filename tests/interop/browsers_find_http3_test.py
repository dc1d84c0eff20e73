"""Browsers at the one port of all versions of HTTP: they come by HTTP/2, learn of HTTP/3 by Alt-Svc, and come back to
HTTP/2 where UDP is blocked."""

import time
import unittest

import front_door
from chromium import ALT_SVC_OF_LOCALHOST, Chromium
from example_program import ExampleServer
from firefox import Firefox
from support import Workplace, has_capability, make_leaf, require, require_capability
from udp_silence import UdpSilence

FIRST_VERSION = "performance.getEntriesByType('navigation')[0].nextHopProtocol"
ECHO = """(async (size) => {
  const body = new Uint8Array(size).map((_, index) => index % 251);
  const response = await fetch("/echo", {method: "POST", body});
  const echo = new Uint8Array(await response.arrayBuffer());
  const isSame = echo.length === size && echo.every((byte, index) => byte === body[index]);
  const entries = performance.getEntriesByType("resource").filter((entry) => entry.name.endsWith("/echo"));
  return `${response.status} ${isSame ? "same" : "other"} ${entries.at(-1).nextHopProtocol}`;
})(1000000)"""


class InBrowser:
    """What holds in every browser. Each server has a port of its own, so it is an origin that the browser knows nothing of."""

    browser = None
    place = None
    identity = None  # the servers' certificate and key

    @classmethod
    def setUpClass(cls):
        cls.place = Workplace([])
        cls.addClassCleanup(cls.place.cleanup)
        front_door.write_site(cls.place.site)
        cls.browser = cls.start_browser()
        cls.addClassCleanup(lambda: cls.browser.close())

    @classmethod
    def start_browser(cls):
        raise NotImplementedError

    def setUp(self):
        # When a server without them has ended, Firefox takes HTTP/2 from that host.
        if not has_capability("error_codes"):
            self.browser.close()
            type(self).browser = self.start_browser()

    def serve(self, port=0):
        server = front_door.serve_site(self.place, self.identity, port)
        self.addCleanup(server.stop)
        return server

    def serve_echo(self):
        server = ExampleServer("echo_upload", self.place, identity=self.identity)
        self.addCleanup(server.stop)
        return server

    def open(self, server):
        """Loads the page, all of it; returns the version by which its HTML came."""
        self.browser.open(f"https://localhost:{server.port}/")
        self.assertEqual(self.browser.evaluate("state()"), front_door.WHOLE)
        return self.browser.evaluate(FIRST_VERSION)

    def load(self, server):
        """The same; returns all versions by which something of it came."""
        self.open(server)
        return self.browser.evaluate("versions()")

    def upload(self, server):
        """Returns the status, how the echo is, and the version."""
        self.browser.open(f"https://localhost:{server.port}/")
        return self.browser.evaluate(ECHO)

    def repeat_until(self, wanted, action):
        """A browser learns of HTTP/3 from an answer, connects in the background, and uses it when it is connected."""
        deadline = time.monotonic() + 20
        while (last := action()) != wanted:
            if time.monotonic() > deadline:
                require_capability(self, "any_hello_pieces")
                self.fail(f"still {last}")
            time.sleep(0.05)

    def measure(self, what, action):
        began = time.monotonic()
        result = action()
        print(f"figure: {type(self).__name__} {what} {time.monotonic() - began:.2f} s")
        return result

    def test_finds_http3_by_alt_svc(self):
        server = self.serve()
        self.assertEqual(self.open(server), "h2")
        self.repeat_until("h3", lambda: self.load(server))

    def test_uploads_by_http3(self):
        server = self.serve_echo()
        self.repeat_until("200 same h3", lambda: self.upload(server))

    def test_stays_on_http2_where_udp_is_blocked(self):
        server, echo = self.serve(), self.serve_echo()
        with UdpSilence(server), UdpSilence(echo):
            for _ in range(3):
                self.assertEqual(self.measure("stays", lambda: self.open(server)), "h2")
                self.assertEqual(self.browser.evaluate("versions()"), "h2")
                self.assertEqual(self.upload(echo), "200 same h2")

    def test_comes_back_by_http2_when_udp_is_blocked(self):
        server = self.serve()
        self.repeat_until("h3", lambda: self.load(server))
        server.stop()  # it closes its connections
        server = self.serve(server.port)
        with UdpSilence(server):
            self.assertEqual(self.measure("comes back", lambda: self.load(server)), "h2")


class InChromium(InBrowser, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        require(cls(), "chromium")
        super().setUpClass()
        cls.identity = cls.place.cert, cls.place.key

    @classmethod
    def start_browser(cls):
        return Chromium(0, cls.place.cert, ALT_SVC_OF_LOCALHOST)

    def test_leaves_a_connection_on_which_udp_is_blocked(self):
        server = self.serve()
        self.repeat_until("h3", lambda: self.load(server))
        with UdpSilence(server):
            self.assertEqual(self.measure("leaves a connection", lambda: self.open(server)), "h2")


class InFirefox(InBrowser, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        require(cls(), "firefox-esr", "certutil")
        super().setUpClass()
        cls.identity = make_leaf(cls.place.name, cls.place.cert, cls.place.key)

    @classmethod
    def start_browser(cls):
        return Firefox(cls.place.name, cls.place.cert)


if __name__ == "__main__":
    unittest.main()
