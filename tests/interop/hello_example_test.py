"""The example in README.md, fetched by the tool."""

import os
import subprocess
import unittest

BUILD = os.environ["USQUIC_BUILD"]
TOOL = os.environ["USQUIC_TOOL"]


class HelloExample(unittest.TestCase):
    def setUp(self):
        self.server = subprocess.Popen([os.path.join(BUILD, "bin/examples/hello"), "0"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end_server)
        self.url = self.server.stdout.readline().strip()

    def end_server(self):
        self.server.terminate()
        self.server.wait(10)
        self.server.stdout.close()

    def test_greets_over_http3(self):
        self.assertRegex(self.url, r"^https://localhost:\d+/$")
        done = subprocess.run([TOOL, "get", "-k", self.url], capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "hello over HTTP/3\n", ""))

    def test_says_why_it_cannot_listen(self):
        port = self.url.rsplit(":", 1)[1].strip("/")
        done = subprocess.run([os.path.join(BUILD, "bin/examples/hello"), port], capture_output=True, text=True, timeout=30,
                              check=False)
        self.assertEqual((done.returncode, done.stderr), (1, "hello: address already in use\n"))


if __name__ == "__main__":
    unittest.main()
