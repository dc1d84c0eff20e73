"""Headless Firefox, driven by Marionette (Firefox's own protocol; no library needed)."""

import json
import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from support import Program, find_program, free_port

PREFERENCES = {
    # HTTP/3 also where a root that is not Firefox's own is trusted.
    "network.http.http3.disable_when_third_party_roots_found": False,
    # Nobody outside is asked for anything.
    "datareporting.policy.dataSubmissionEnabled": False,
    "media.gmp-manager.updateEnabled": False,
    "extensions.systemAddon.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


def make_profile(folder, root, preferences):
    """A profile that trusts a root, for server certificates, in an empty folder."""
    database = f"sql:{folder}"
    subprocess.run(["certutil", "-N", "-d", database, "--empty-password"], check=True)
    subprocess.run(["certutil", "-A", "-d", database, "-n", "root", "-t", "C,,", "-i", root], check=True)
    lines = [f'user_pref("{name}", {json.dumps(value)});\n' for name, value in {**PREFERENCES, **preferences}.items()]
    Path(folder, "user.js").write_text("".join(lines))


class Firefox:
    """A browser with a profile of its own in a folder, that trusts a root. It takes no authority's certificate for a
    server's. command: another program than this system's, which sees that folder as `folder_there`."""

    def __init__(self, folder, root, preferences=None, command=None, folder_there=None):
        port = free_port()
        profile = tempfile.mkdtemp(prefix="profile-", dir=folder)
        make_profile(profile, root, {"marionette.port": port, **(preferences or {})})
        self._program = Program(*(command or [find_program("firefox-esr")]), "--headless", "--marionette",
                                "--no-remote", "--profile", os.path.join(folder_there or folder, os.path.basename(profile)))
        self._socket = self._connect(port)
        self._next_id = 0
        self._read()
        self._call("WebDriver:NewSession")

    @staticmethod
    def _connect(port):
        deadline = time.monotonic() + 60
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=120)
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
        """Loads a page and waits for its load event."""
        self._call("WebDriver:Navigate", {"url": url})

    def evaluate(self, script):
        """The value of a JavaScript expression; promises are awaited."""
        script = f"const done = arguments[0]; Promise.resolve({script}).then(done, (error) => done(String(error)))"
        return self._call("WebDriver:ExecuteAsyncScript", {"script": script, "args": []})["value"]

    def close(self):
        self._socket.close()
        self._program.stop()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()
