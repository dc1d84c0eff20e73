"""Bad networks on real sockets, by the relay of udp_relay.py: `usquic serve` and `usquic get` with each other, and each
with ngtcp2's programs. What arrives is compared byte by byte; the time that each took is printed."""

import os
import re
import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from support import TOOL, GtlsServer, Serve, Workplace, gtlsclient, require, run
from udp_relay import Conditions, Relay

# The rows of "Networks to survive". A handshake takes some ten datagrams.
ROWS = {
    "handshake, 30 % loss": Conditions(loss=0.3, only_first=12),
    "handshake, 30 % corruption": Conditions(corruption=0.3, only_first=12),
    "2 % loss": Conditions(loss=0.02),
    "2 % corruption": Conditions(corruption=0.02),
    "5 % reordering": Conditions(reordering=0.05),
    "5 % duplication": Conditions(duplication=0.05),
    "750 ms delay": Conditions(delay=0.75),
    "blackhole, 0.4 s after each second": Conditions(delay=0.1, blackhole_on=0.4, blackhole_off=1.0),
    "MTU 1,280": Conditions(mtu=1280 - 28),
    "rebinding of the port": Conditions(delay=0.01, rebind_port_after=20),
    "rebinding of the address": Conditions(delay=0.01, rebind_address_after=20),
}
REBINDINGS = ("rebinding of the port", "rebinding of the address")
BYTES = 1 << 20
SLOW_BYTES = 200_000  # over networks that need many round trips
SLOW = ("750 ms delay", "blackhole, 0.4 s after each second")
AT_A_TIME = 12  # most of the time they wait



def name_of(row):
    return re.sub(r"\W+", "-", row)


class Relayed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace([])
        cls.addClassCleanup(cls.place.cleanup)
        for row in ROWS:
            with open(os.path.join(cls.place.site, name_of(row)), "wb") as file:
                file.write(os.urandom(SLOW_BYTES if row in SLOW else BYTES))

    def get(self, url, folder):
        return run(TOOL, "get", "--cacert", self.place.cert, "-o", os.path.join(folder, os.path.basename(url)), url)

    def gtls_get(self, url, folder):
        return gtlsclient(f"--download={folder}", "--handshake-timeout=50s", "127.0.0.1", url.split(":")[2].split("/")[0], url)

    def fetch(self, pair, server, by, row):
        """(row, what the program did, whether the file is right, seconds, the relay)"""
        folder = tempfile.mkdtemp(dir=self.place.downloads)
        name = name_of(row)
        with Relay(server.port, ROWS[row]) as relay:
            began = time.monotonic()
            done = by(f"https://127.0.0.1:{relay.port}/{name}", folder)
            seconds = time.monotonic() - began
        with open(os.path.join(self.place.site, name), "rb") as sent, open(os.path.join(folder, name), "rb") as got:
            return pair, row, done, sent.read() == got.read(), seconds, relay

    def test_every_network_is_survived(self):
        require(self, "gtlsserver", "gtlsclient")
        identity = (self.place.site, self.place.cert, self.place.key)
        with Serve(*identity, "--quiet") as serve, GtlsServer(*identity) as gtlsserver, ThreadPoolExecutor(AT_A_TIME) as pool:
            pairs = (("get from serve", serve, self.get), ("get from gtlsserver", gtlsserver, self.get),
                     ("gtlsclient at serve", serve, self.gtls_get))
            # The slow ones first: they take the most time.
            jobs = [(*pair, row) for row in sorted(ROWS, key=lambda row: row not in SLOW) for pair in pairs]
            for pair, row, done, is_exact, seconds, relay in pool.map(lambda job: self.fetch(*job), jobs):
                with self.subTest(pair=pair, network=row):
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertTrue(is_exact)
                    self.assertEqual(relay.rebound, 1 if row in REBINDINGS else 0)
                    print(f"figure: {pair}, {row}: {seconds:.2f} s")


if __name__ == "__main__":
    unittest.main(verbosity=2)
