"""`usquic echo`: datagrams that fit once path MTU discovery is through."""

import unittest

from support import TOOL, Program, Workplace, require_capability, run


class Echo(unittest.TestCase):
    def setUp(self):
        self.place = Workplace(names=[])
        self.addCleanup(self.place.cleanup)
        self.server = Program(TOOL, "echo", "server", "--host", "127.0.0.1", "--port", "0", "--cert", self.place.cert,
                              "--key", self.place.key)
        self.addCleanup(self.server.stop)
        self.port = self.server.wait_for(r":(\d+)").group(1)

    def datagrams(self, size):
        return run(TOOL, "echo", "client", "127.0.0.1", "--port", self.port, "--cacert", self.place.cert, "--datagrams",
                   "--count", "3", "--size", size)

    def test_datagrams_of_the_paths_size_come_back(self):
        require_capability(self, "immediate_mtu_discovery")
        for size in (100, 1300):
            done = self.datagrams(size)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"3 of 3 datagrams of {size} bytes came back", done.stdout)

    def test_datagrams_that_never_fit_are_told_of(self):
        done = self.datagrams(60000)
        self.assertEqual(done.returncode, 95, done.stderr)
        self.assertIn("too large", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
