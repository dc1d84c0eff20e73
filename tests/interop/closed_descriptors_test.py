"""The command when whoever starts it closed standard input, output or error (`<&-`, `>&-`, `2>&-`)."""

import os
import subprocess
import unittest

from support import TOOL, Serve, Workplace, free_port, run, wait_for_udp_port

CANNOT_WRITE = 23


class ClosedDescriptors(unittest.TestCase):
    def setUp(self):
        self.place = Workplace(names=["size-1200"])
        self.addCleanup(self.place.cleanup)

    def test_serve_opens_nothing_in_their_place(self):
        port = free_port()
        options = ["serve", self.place.site, "--host", "127.0.0.1", "--port", str(port), "--cert", self.place.cert, "--key",
                   self.place.key]
        server = subprocess.Popen(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", TOOL, *options])
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        wait_for_udp_port(port)
        for number in range(3):
            self.assertEqual(os.readlink(f"/proc/{server.pid}/fd/{number}"), "/dev/null")
        done = run(TOOL, "get", "--cacert", self.place.cert, "-o", self.place.path("got"),
                   f"https://127.0.0.1:{port}/size-1200")
        self.assertEqual(done.returncode, 0, done.stderr)
        server.terminate()
        self.assertEqual(server.wait(20), 0)

    def test_get_says_that_it_cannot_write(self):
        with Serve(self.place.site, self.place.cert, self.place.key) as server:
            done = run("sh", "-c", 'exec "$@" >&-', "sh", TOOL, "get", "--cacert", self.place.cert,
                       server.url("/size-1200"))
        self.assertEqual(done.returncode, CANNOT_WRITE, done.stderr)


if __name__ == "__main__":
    unittest.main()
