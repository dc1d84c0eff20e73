"""curl as Debian 13 has it, over OpenSSL's QUIC."""

import os
import signal
import time
import unittest

from debian13 import Debian13, command

from support import TOOL, Program, make_certificate, make_content, sha256_file


class Curl(Debian13):
    def test_gets_files_of_every_size(self):
        site = os.path.join(self.outside, "site")
        os.mkdir(site)
        hashes = make_content(site, ["size-0", "size-1", "size-1200", "size-1m"])
        cert, key = make_certificate(self.outside)
        with Program(TOOL, "serve", site, "--port", "0", "--cert", cert, "--key", key) as server:
            port = server.wait_for(r"https://127\.0\.0\.1:(\d+)/").group(1)
            for name, digest in hashes.items():
                done = self.run_there("curl", "--silent", "--show-error", "--fail", "--http3-only",
                                      "--cacert", os.path.join(self.inside, "cert.pem"),
                                      "--output", os.path.join(self.inside, name),
                                      f"https://127.0.0.1:{port}/{name}")
                self.assertEqual((done.returncode, done.stderr), (0, ""), name)
                self.assertEqual(sha256_file(os.path.join(self.outside, name)), digest, name)

    def test_loses_nothing_when_the_server_is_stopped_meanwhile(self):
        """curl drops what it has not read when CONNECTION_CLOSE comes (RFC 9000 section 10.2)."""
        site = os.path.join(self.outside, "site")
        os.mkdir(site)
        name = "large"
        with open(os.path.join(site, name), "wb") as file:
            for _ in range(100):
                file.write(os.urandom(1 << 20))
        digest = sha256_file(os.path.join(site, name))
        cert, key = make_certificate(self.outside)
        received = os.path.join(self.outside, name)
        with Program(TOOL, "serve", site, "--port", "0", "--cert", cert, "--key", key) as server:
            port = server.wait_for(r"https://127\.0\.0\.1:(\d+)/").group(1)
            with Program(*command("curl", "--silent", "--show-error", "--fail", "--http3-only",
                                  "--cacert", os.path.join(self.inside, "cert.pem"),
                                  "--output", os.path.join(self.inside, name),
                                  f"https://127.0.0.1:{port}/{name}")) as curl:
                deadline = time.monotonic() + 20
                while not os.path.exists(received) or os.path.getsize(received) < 1 << 20:
                    self.assertLess(time.monotonic(), deadline, curl.output)
                    time.sleep(0.01)
                self.assertLess(os.path.getsize(received), os.path.getsize(os.path.join(site, name)))
                server.process.send_signal(signal.SIGTERM)
                self.assertEqual(curl.process.wait(60), 0, curl.output)
            self.assertEqual(sha256_file(received), digest)
            self.assertEqual(server.process.wait(30), 0)


if __name__ == "__main__":
    unittest.main()
