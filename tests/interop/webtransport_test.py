"""WebTransport of browsers and of Deno against a server of the library (webtransport_server). All checks of a client run in
one page, one after the other; each is a test here, of what it saw and of what the server saw."""

import json
import signal
import threading
import unittest
from pathlib import Path

from chromium import ALT_SVC_OF_LOCALHOST, Chromium
from firefox import Firefox
from support import Workplace, find_deno, require, require_capability, run
from webtransport_support import SCRIPT, Page, WebTransportServer, certificate_hash

COUNTS = [1, 1200, 65_536, 3_000_000]
CODES = [0, 1, 29, 30, 31, 255]
MAX_CODE = 0xFFFFFFFF

# What each check must see.
EXPECTED = {
    "opens": "number",
    "bidirectional_streams_echo": COUNTS,
    "bidirectional_streams_at_once": COUNTS,
    "unfinished_streams_echo": COUNTS,
    "finished_streams_of_the_server": COUNTS,
    "unidirectional_streams_echo": COUNTS,
    "bidirectional_streams_of_the_server": [count for count in COUNTS for _ in range(2)],
    "unidirectional_streams_of_the_server": [count for count in COUNTS for _ in range(2)],
    "empty_streams": [0, 0, 0],
    "empty_streams_of_the_server": [0, 0],
    "many_small_streams": 1000,
    "datagrams_echo": [1, 100, 1000],
    "datagrams_of_the_server": [500] * 10,
    "closed_by_the_server_with_code_and_reason": [[0, "same"], [7, "same"], [MAX_CODE, "same"], [1, "same"]],
    "closed_by_the_client_with_code_and_reason": [
        {"closeCode": 0, "reason": ""}, {"closeCode": 9, "reason": "nine"}, {"closeCode": MAX_CODE, "reason": "last"},
        {"closeCode": 2, "reason": "ü" * 512}],
    "streams_end_with_their_session": ["ended", "InvalidStateError"],
    "resets_of_the_client": 1,
    "stops_of_the_client": 1,
    "resets_of_the_server": CODES,
    "stops_of_the_server": CODES,
    "slow_reader_gets_everything": 10_000_000,
    "twenty_sessions": [10_000 * (index + 1) for index in range(20)],
    "draining_session_goes_on": 1000,
    "wrong_certificate_hash": "WebTransportError",
}


class InClient:
    """What holds for every client. LACKS: checks that it cannot pass against any server, and why."""

    LACKS = {}

    place = None
    server = None
    results = None

    @classmethod
    def setUpClass(cls):
        require_capability(cls(), "webtransport")
        cls.place = Workplace(["size-0"])
        cls.addClassCleanup(cls.place.cleanup)
        cls.server = cls.serve()
        cls.addClassCleanup(cls.server.stop)
        cls.start_client()
        cls.results = cls.run_checks(cls.server, [name for name in EXPECTED if name not in cls.LACKS])

    @classmethod
    def serve(cls):
        return WebTransportServer(cls.place.cert, cls.place.key)

    @classmethod
    def arguments(cls, server, names):
        """What runChecks takes, as JavaScript."""
        target = {"url": server.url, "hash": certificate_hash(cls.place.cert)}
        return f"{json.dumps(target)}, {json.dumps(names)}"

    @classmethod
    def start_client(cls):
        """In setUpClass."""
        raise NotImplementedError

    @classmethod
    def run_checks(cls, server, names):
        """What runChecks of the page returns."""
        raise NotImplementedError

    def check(self, name):
        if name in self.LACKS:
            self.skipTest(self.LACKS[name])
        result = self.results[name]
        self.assertNotIn("error", result)
        self.assertEqual(result["saw"], EXPECTED[name])

    def told(self, event, wanted):
        """Waits until the server told of all these, in their order."""
        self.server.wait_for(rf"(?s)({self.line_of(event)}.*){{{len(wanted)}}}")
        told = [line for line in self.server.told() if line["event"] == event]
        self.assertEqual([line["code"] for line in told], wanted)

    @staticmethod
    def line_of(event):
        return rf'"event": ?"{event}"'

    def test_server_sees_the_codes_of_resets(self):
        self.check("resets_of_the_client")
        self.told("reset", CODES)

    def test_server_sees_the_codes_of_stops(self):
        self.check("stops_of_the_client")
        self.told("stop", CODES)

    def test_server_sees_how_the_client_closes(self):
        self.check("closed_by_the_client_with_code_and_reason")
        self.server.wait_for(r'(?s)("close".*/client-closes.*){4}')
        told = [line for line in self.server.told() if line["event"] == "close" and line["path"] == "/client-closes"]
        expected = EXPECTED["closed_by_the_client_with_code_and_reason"]
        self.assertEqual([(line["clean"], line["code"], line["reason"]) for line in told],
                         [(True, ending["closeCode"], ending["reason"]) for ending in expected])

    def test_server_gets_back_what_it_sent(self):
        self.check("bidirectional_streams_of_the_server")
        told = [(line["bytes"], line["same"]) for line in self.server.told() if line["event"] == "pushed"]
        self.assertEqual([pair for pair in told if pair[0] > 0],
                         [(count, True) for count in EXPECTED["bidirectional_streams_of_the_server"]])


def add_checks():
    """A test for each check of the page that no test above asks for."""
    for name in EXPECTED:
        setattr(InClient, f"test_{name}", lambda self, name=name: self.check(name))


add_checks()


class InBrowser(InClient):
    """What holds in every browser: each check that follows has a page or a server of its own."""

    # Of an end whose code and reason the browser may lose.
    TRIES = 1

    browser = None
    page = None

    @classmethod
    def start_client(cls):
        cls.page = Page()
        cls.addClassCleanup(cls.page.stop)
        cls.browser = cls.start_browser()
        cls.addClassCleanup(cls.browser.close)

    @classmethod
    def start_browser(cls):
        raise NotImplementedError

    @classmethod
    def run_checks(cls, server, names):
        cls.browser.open(cls.page.url)
        return cls.browser.evaluate(f"runChecks({cls.arguments(server, names)})")

    def run_alone(self, name, server=None):
        result = self.run_checks(server or self.server, [name])[name]
        self.assertNotIn("error", result)
        return result["saw"]

    def end(self, how):
        """What the page sees when the server ends by this signal."""
        server = self.serve()
        self.addCleanup(server.stop)

        def end_when_told():
            server.wait_for(self.line_of("reset"))
            server.process.send_signal(how)

        thread = threading.Thread(target=end_when_told)
        thread.start()
        saw = self.run_alone("server_ends", server)
        thread.join()
        self.assertEqual(server.process.wait(20), 0, server.output)
        return saw

    def test_refusal_by_status(self):
        self.assertEqual(self.run_alone("refusal_by_status"), ["WebTransportError", "WebTransportError"])

    def test_no_such_path(self):
        self.assertEqual(self.run_alone("no_such_path"), "WebTransportError")

    def test_sees_a_server_end_in_good_order(self):
        wanted = {"closeCode": 3, "reason": "server ends"}
        for _ in range(self.TRIES):
            saw = self.end(signal.SIGTERM)
            if saw == wanted:
                break
        self.assertEqual(saw, wanted)

    def test_sees_a_server_go(self):
        self.assertEqual(self.end(signal.SIGINT)["error"], "WebTransportError")


class InChromium(InBrowser, unittest.TestCase):
    # It does at times, beside the end of a stream (docs/webtransport.md).
    TRIES = 3

    @classmethod
    def setUpClass(cls):
        require(cls(), "chromium")
        super().setUpClass()

    @classmethod
    def start_browser(cls):
        return Chromium(0, cls.place.cert, ALT_SVC_OF_LOCALHOST)


class InFirefox(InBrowser, unittest.TestCase):
    LACKS = {
        "stops_of_the_client": "Firefox 153 sends no STOP_SENDING when a stream is cancelled",
        "resets_of_the_server": "Firefox 153 tells a page that a stream was reset, but not the code",
        "empty_streams_of_the_server": "Firefox 153 ends the connection when a stream of the server has no bytes",
    }

    @classmethod
    def setUpClass(cls):
        require(cls(), "firefox-esr", "certutil")
        super().setUpClass()

    @classmethod
    def start_browser(cls):
        return Firefox(cls.place.name, cls.place.cert)


NO_END = "Deno 2.9 does not end a stream that it closes"
NO_CAPSULES = "Deno 2.9 reads no capsules"
NO_UNIDIRECTIONAL = "Deno 2.9 loses unidirectional streams of a server that opens QPACK's"
NO_CODES = "Deno 2.9 knows no codes of streams"


class InDeno(InClient, unittest.TestCase):
    LACKS = {
        "bidirectional_streams_echo": NO_END,
        "bidirectional_streams_at_once": NO_END,
        "bidirectional_streams_of_the_server": NO_END,
        "empty_streams": NO_END,
        "empty_streams_of_the_server": NO_UNIDIRECTIONAL,
        "many_small_streams": NO_END,
        "slow_reader_gets_everything": NO_UNIDIRECTIONAL,
        "twenty_sessions": NO_END,
        "draining_session_goes_on": NO_END,
        "datagrams_of_the_server": NO_END,
        "unidirectional_streams_echo": NO_UNIDIRECTIONAL,
        "unidirectional_streams_of_the_server": NO_UNIDIRECTIONAL,
        "closed_by_the_server_with_code_and_reason": NO_CAPSULES,
        "closed_by_the_client_with_code_and_reason": "Deno 2.9 closes the connection in the session's place",
        "streams_end_with_their_session": NO_CAPSULES,
        "resets_of_the_client": NO_CODES,
        "stops_of_the_client": NO_CODES,
        "resets_of_the_server": NO_CODES,
        "stops_of_the_server": NO_CODES,
    }

    deno = None

    @classmethod
    def setUpClass(cls):
        cls.deno = find_deno()
        if cls.deno is None:
            raise unittest.SkipTest("Deno is not installed: scripts/install-node installs it")
        super().setUpClass()

    @classmethod
    def start_client(cls):
        """Each run is a process of its own."""

    @classmethod
    def run_checks(cls, server, names):
        script = cls.place.path("checks.mjs")
        Path(script).write_text(
            f"{SCRIPT}\n"
            f"console.log(JSON.stringify(await runChecks({cls.arguments(server, names)})));\n"
            "Deno.exit();\n", encoding="utf-8")
        done = run(cls.deno, "run", "--no-config", "--unstable-net", "--allow-net", script)
        if done.returncode != 0:
            raise AssertionError(f"Deno failed: {done.stderr}")
        return json.loads(done.stdout)


if __name__ == "__main__":
    unittest.main()
