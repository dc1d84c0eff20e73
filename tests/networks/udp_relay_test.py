"""udp_relay.py by its command line."""

import re
import socket
import subprocess
import sys
import unittest

import udp_relay
from udp_relay import Conditions, parse_arguments


class CommandLine(unittest.TestCase):
    def test_the_line_that_it_tells_of_itself_relays(self):
        words = re.search(r"^udp_relay.py SERVER_PORT (.*) \.\.\.", udp_relay.__doc__, re.MULTILINE).group(1)
        words = words.translate({ord("["): None, ord("]"): None}).split()  # the seed spares the first datagrams
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            for one in (server, client):
                one.bind(("127.0.0.1", 0))
                one.settimeout(20)
            with subprocess.Popen([sys.executable, "-B", udp_relay.__file__, str(server.getsockname()[1]), *words],
                                  stdout=subprocess.PIPE, text=True) as relay:
                try:
                    client.sendto(b"ping", ("127.0.0.1", int(relay.stdout.readline())))
                    self.assertEqual(server.recv(100), b"ping")
                finally:
                    relay.terminate()

    def test_shares_and_seconds_may_be_fractions(self):
        port, conditions = parse_arguments("4433 --loss 0.02 --corruption 0.5 --duplication 0.25 --reordering 0.1 "
                                           "--delay 0.75 --blackhole-on 0.4 --blackhole-off 1.5".split())
        self.assertEqual(port, 4433)
        self.assertEqual(conditions, Conditions(loss=0.02, corruption=0.5, duplication=0.25, reordering=0.1, delay=0.75,
                                                blackhole_on=0.4, blackhole_off=1.5))

    def test_counts_are_whole(self):
        _, conditions = parse_arguments(["4433", "--mtu", "1252", "--only-first", "12"])
        self.assertEqual((conditions.mtu, conditions.only_first), (1252, 12))
        with self.assertRaises(SystemExit):
            parse_arguments(["4433", "--mtu", "1.5"])


if __name__ == "__main__":
    unittest.main()
