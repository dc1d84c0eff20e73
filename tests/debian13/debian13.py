"""Programs of Debian 13 in build/debian13, which scripts/debian13 makes and runs commands in. They see this system's
network, and no files but those that are copied in."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
ROOT = os.path.join(SOURCE, "build/debian13")

sys.path.insert(0, os.path.join(SOURCE, "tests/interop"))
os.environ.setdefault("USQUIC_TOOL", os.path.join(SOURCE, "build/dev/bin/usquic"))


def command(*words):
    """The command line that runs `words` there."""
    return [os.path.join(SOURCE, "scripts/debian13"), *(str(word) for word in words)]


class Debian13(unittest.TestCase):
    """A test with a folder of its own: `outside` is its path on this system, `inside` the same in Debian 13."""

    def setUp(self):
        if not os.path.isdir(ROOT):
            self.give_up("build/debian13 is not there: ./scripts/debian13 true makes it")
        if os.geteuid() != 0:
            self.give_up("only root can run programs in build/debian13")
        self.outside = tempfile.mkdtemp(prefix="usquic-", dir=os.path.join(ROOT, "tmp"))
        self.addCleanup(shutil.rmtree, self.outside)
        self.inside = self.outside.removeprefix(ROOT)

    def give_up(self, why):
        """Under scripts/test a failure, elsewhere a skip."""
        (self.fail if os.environ.get("USQUIC_REQUIRE_PEERS") else self.skipTest)(why)

    def copy_in(self, path):
        """The path of the copy inside."""
        return os.path.join(self.inside, os.path.basename(shutil.copy(path, self.outside)))

    def run_there(self, *words, seconds=60):
        return subprocess.run(command(*words), capture_output=True, text=True, errors="replace", timeout=seconds,
                              check=False)
