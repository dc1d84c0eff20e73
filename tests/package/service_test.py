"""The systemd unit: it starts what there is, and in a tight sandbox."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["USQUIC_SOURCE"])
TOOL = Path(os.environ["USQUIC_TOOL"])
UNIT = SOURCE / "packaging/systemd/usquic.service"
# Of systemd-analyze security, times ten: 0 = nothing can be reached, 100 = no sandbox.
MOST_EXPOSURE = 20


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)


class Service(unittest.TestCase):
    def setUp(self):
        if shutil.which("systemd-analyze") is None:
            if os.environ.get("USQUIC_REQUIRE_PEERS"):
                self.fail("systemd-analyze is not installed: run scripts/install-deps test")
            self.skipTest("systemd-analyze is not installed")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        # systemd looks for a program without a path where packages install theirs.
        text = UNIT.read_text(encoding="ascii")
        self.assertIn("\nExecStart=usquic serve ", text)
        self.unit = Path(folder.name) / UNIT.name
        self.unit.write_text(text.replace("ExecStart=usquic", f"ExecStart={TOOL}"), encoding="ascii")

    def test_is_understood_by_systemd(self):
        done = run("systemd-analyze", "verify", self.unit)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_has_a_tight_sandbox(self):
        done = run("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSURE}", "--no-pager",
                   self.unit)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_names_options_that_the_command_has(self):
        options = re.findall(r"--[a-z]+", UNIT.read_text(encoding="ascii").split("ExecStart=")[1].split("\n")[0])
        self.assertIn("--key", options)
        known = run(TOOL, "serve", "--help").stdout
        for option in options:
            self.assertRegex(known, rf"{option}\b")


if __name__ == "__main__":
    unittest.main()
