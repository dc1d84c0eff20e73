"""Headless Chromium, driven through its debugging pipe (no library needed)."""

import json
import os
import subprocess
import tempfile
import threading

from support import find_program, has_capability, public_key_hash


# Names a host without a server on that port. Nothing is forced then, but Chromium takes HTTP/3 that localhost's Alt-Svc
# names although no public root signed the certificate.
ALT_SVC_OF_LOCALHOST = "localhost:1"


class Chromium:
    """A browser that talks HTTP/3 to 127.0.0.1:port from the first request on, and trusts that certificate.
    forced_origin: another origin of HTTP/3 in that one's place."""

    def __init__(self, port, cert, forced_origin=None):
        self._profile = tempfile.TemporaryDirectory(prefix="usquic-chromium-", ignore_cleanup_errors=True)
        to_browser, self._commands = os.pipe()
        self._events, from_browser = os.pipe()

        # The browser reads commands from descriptor 3 and writes to 4. Move both out of the way first: either pipe
        # end may itself be 3 or 4.
        def place_pipes():
            high_in, high_out = 200, 201
            os.dup2(to_browser, high_in)
            os.dup2(from_browser, high_out)
            os.dup2(high_in, 3)
            os.dup2(high_out, 4)

        self._process = subprocess.Popen(
            [find_program("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-dev-shm-usage", f"--user-data-dir={self._profile.name}", "--enable-quic",
             f"--origin-to-force-quic-on={forced_origin or f'127.0.0.1:{port}'}",
             f"--ignore-certificate-errors-spki-list={public_key_hash(cert)}", "--remote-debugging-pipe",
             "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False,
            preexec_fn=place_pipes)
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._next_id = 0
        target = self._call("Target.createTarget", {"url": "about:blank"})["targetId"]
        self._session = self._call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        self._call("Page.enable")

    def _read_message(self):
        while b"\0" not in self._buffer:
            piece = os.read(self._events, 1 << 16)
            if not piece:
                raise AssertionError("Chromium closed its debugging pipe")
            self._buffer += piece
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)

    def _call(self, method, parameters=None):
        self._next_id += 1
        command = {"id": self._next_id, "method": method, "params": parameters or {}}
        if getattr(self, "_session", None):
            command["sessionId"] = self._session
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        while True:
            message = self._read_message()
            if message.get("id") == self._next_id:
                if "error" in message:
                    raise AssertionError(f"{method}: {message['error']}")
                return message["result"]

    def open(self, url):
        """Loads a page and waits for its load event. Where the engine does not take every ClientHello that Chromium makes
        (it cuts each into pieces at random), as often as a user might try."""
        for _ in range(5):
            result = self._call("Page.navigate", {"url": url})
            if result.get("errorText") != "net::ERR_QUIC_PROTOCOL_ERROR" or has_capability("any_hello_pieces"):
                break
        if "errorText" in result:
            raise AssertionError(f"Chromium cannot open {url}: {result['errorText']}")
        while self._read_message().get("method") != "Page.loadEventFired":
            pass

    def evaluate(self, script):
        """The value of a JavaScript expression; promises are awaited."""
        result = self._call("Runtime.evaluate",
                            {"expression": script, "awaitPromise": True, "returnByValue": True})
        if "exceptionDetails" in result:
            raise AssertionError(f"JavaScript failed: {result['exceptionDetails']}")
        return result["result"].get("value")

    def close(self):
        # A watchdog, for a browser that does not obey.
        watchdog = threading.Timer(10, self._process.kill)
        watchdog.start()
        try:
            self._session = None
            self._call("Browser.close")
        except (AssertionError, OSError):
            pass
        self._process.wait()
        watchdog.cancel()
        os.close(self._commands)
        os.close(self._events)
        self._profile.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()
