"""Headless Firefox in Debian 13, driven by Marionette (Firefox's own protocol; no library needed)."""

import json
import os
import socket
import time
from pathlib import Path

from debian13 import ROOT, command

from support import Program, free_tcp_port

POLICIES = Path(ROOT, "etc/firefox/policies/policies.json")
PREFERENCES = """
user_pref("marionette.port", {marionette});
user_pref("network.http.http3.alt-svc-mapping-for-testing", "localhost;h3=:{port}");
user_pref("network.http.http3.disable_when_third_party_roots_found", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
"""


class Firefox:
    """A browser that talks HTTP/3 to https://localhost/ at a port, and trusts a root. `folder` is one of Debian13's."""

    def __init__(self, folder, port, root):
        marionette = free_tcp_port()
        profile = os.path.join(folder.outside, "profile")
        os.mkdir(profile)
        Path(profile, "user.js").write_text(PREFERENCES.format(marionette=marionette, port=port))
        POLICIES.parent.mkdir(parents=True, exist_ok=True)
        POLICIES.write_text(json.dumps({"policies": {"Certificates": {"Install": [root]}, "DisableAppUpdate": True}}))
        self._program = Program(*command("firefox-esr", "--headless", "--marionette", "--no-remote", "--profile",
                                         f"{folder.inside}/profile"))
        self._socket = self._connect(marionette)
        self._next_id = 0
        self._read()
        self._call("WebDriver:NewSession")

    @staticmethod
    def _connect(port):
        deadline = time.monotonic() + 60
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=60)
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _read(self):
        """A message: its length in digits, a colon, and JSON."""
        length = b""
        while not length.endswith(b":"):
            length += self._receive(1)
        return json.loads(self._receive(int(length[:-1])))

    def _receive(self, count):
        data = b""
        while len(data) < count:
            piece = self._socket.recv(count - len(data))
            if not piece:
                raise AssertionError(f"Firefox hung up: {self._program.output}")
            data += piece
        return data

    def _call(self, name, parameters=None):
        self._next_id += 1
        text = json.dumps([0, self._next_id, name, parameters or {}]).encode()
        self._socket.sendall(b"%d:%s" % (len(text), text))
        _, _, error, result = self._read()
        if error:
            raise AssertionError(f"{name}: {error['message']}")
        return result

    def open(self, url):
        self._call("WebDriver:Navigate", {"url": url})

    def evaluate(self, script):
        """The value of a JavaScript expression."""
        return self._call("WebDriver:ExecuteScript", {"script": f"return {script}", "args": []})["value"]

    def close(self):
        self._socket.close()
        self._program.stop()
        POLICIES.unlink()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()
