"""curl as Debian 13 has it, over OpenSSL's QUIC."""

import os
import unittest

from debian13 import Debian13

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


if __name__ == "__main__":
    unittest.main()
