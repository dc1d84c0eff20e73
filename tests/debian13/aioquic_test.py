"""aioquic as Debian 13 has it."""

import os
import subprocess
import time
import unittest

from debian13 import Debian13, command

from support import TOOL, Program, make_certificate


class Aioquic(Debian13):
    def get(self, mode):
        """What `usquic get` says of a server in this mode, and how long it took."""
        cert, _ = make_certificate(self.outside)
        script = self.copy_in(os.path.join(os.path.dirname(__file__), "aioquic_server.py"))
        files = [os.path.join(self.inside, name) for name in ("cert.pem", "key.pem")]
        with Program(*command("python3", script, *files, mode)) as server:
            port = server.wait_for(r"port (\d+)").group(1)
            began = time.monotonic()
            done = subprocess.run([TOOL, "get", "--cacert", cert, f"https://127.0.0.1:{port}/"], capture_output=True,
                                  text=True, timeout=60, check=False)
            return done, time.monotonic() - began

    def test_that_speaks_version_2_alone_is_reached(self):
        done, _ = self.get("version-2")
        self.assertEqual((done.returncode, done.stdout), (0, "hello"), done.stderr)

    def test_that_updates_its_keys_is_followed(self):
        done, _ = self.get("updates")
        self.assertEqual((done.returncode, done.stdout), (0, "hello"), done.stderr)

    def test_that_updates_its_keys_twice_without_an_acknowledgement_is_told_off(self):
        done, seconds = self.get("unacknowledged-updates")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("keys twice", done.stderr)
        self.assertLess(seconds, 20)  # aioquic's idle timeout


if __name__ == "__main__":
    unittest.main()
