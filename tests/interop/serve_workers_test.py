"""`usquic serve --workers`: one server on several threads, to clients no other than on one."""

import collections
import concurrent.futures
import hashlib
import os
import re
import shutil
import signal
import subprocess
import threading
import time
import unittest

from curl import curl
from support import TOOL, Program, Serve, Workplace, make_certificate, run

WORKERS = 3
USAGE, CONNECT, CERTIFICATE = 2, 7, 58  # exit statuses
# Far more than client, server and pipe hold between them.
LARGE = 64 << 20
# Of so many connections all workers get some: that one of three gets none of 40 happens once in three million times.
MANY = 40


class Workers(unittest.TestCase):
    def setUp(self):
        self.place = Workplace(names=["size-0", "size-1", "size-1200", "size-1m"])
        self.addCleanup(self.place.cleanup)

    def start(self, *options):
        server = Serve(self.place.site, self.place.cert, self.place.key, "--workers", WORKERS, *options)
        self.addCleanup(server.stop)
        return server

    def get(self, server, path, cert=None):
        """The body, by a connection of its own."""
        done = subprocess.run([TOOL, "get", "--silent", "--show-error", "--cacert", cert or self.place.cert,
                               server.url(path)], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    def make_large_file(self):
        block = os.urandom(1 << 20)
        with open(os.path.join(self.place.site, "large"), "wb") as file:
            for _ in range(LARGE >> 20):
                file.write(block)
        return hashlib.sha256(block * (LARGE >> 20)).hexdigest()

    def start_downloads(self, server, count):
        """Clients that have the first bytes of the large file, and take no more before they are read from."""
        downloads = []
        for _ in range(count):
            client = subprocess.Popen([TOOL, "get", "--silent", "--cacert", self.place.cert, server.url("/large")],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            self.addCleanup(client.wait)
            self.addCleanup(client.stdout.close)
            self.addCleanup(client.kill)
            downloads.append((client, client.stdout.read(65536)))
        return downloads

    def test_says_how_many_there_are(self):
        server = self.start()
        server.wait_for(rf"workers +{WORKERS}\n")
        self.assertEqual(server.stop(), 0, server.output)

    def test_all_files_are_whole_and_each_request_is_one_line_of_the_log(self):
        log = self.place.path("access.log")
        server = self.start("--access-log", log)
        for _ in range(MANY // 4):
            for name, digest in self.place.hashes.items():
                self.assertEqual(hashlib.sha256(self.get(server, f"/{name}")).hexdigest(), digest, name)
        loaded = run(TOOL, "load", "--insecure", server.url("/size-1200"), "-c", 30, "-m", 4, "-n", 3000)
        self.assertEqual(loaded.returncode, 0, loaded.stdout + loaded.stderr)
        self.assertEqual(server.stop(), 0, server.output)
        line = re.compile(r'127\.0\.0\.1 - - \[[^]]*\] "GET /([\w-]+) HTTP/3" 200 (\d+) "-" "[^"]*"\n')
        counts = collections.Counter()
        with open(log, encoding="ascii") as lines:
            for text in lines:
                match = line.fullmatch(text)
                self.assertTrue(match, text)
                self.assertEqual(int(match[2]), os.path.getsize(os.path.join(self.place.site, match[1])))
                counts[match[1]] += 1
        each = MANY // 4
        warm_up = counts["size-1200"] - each - 3000
        self.assertGreaterEqual(warm_up, 0)
        self.assertEqual({name: counts[name] for name in ("size-0", "size-1", "size-1m")},
                         {"size-0": each, "size-1": each, "size-1m": each})

    def test_connections_are_spread_over_all(self):
        server = self.start()
        self.get(server, "/size-1")
        before = self.worker_times(server)
        loaded = run(TOOL, "load", "--insecure", server.url("/size-1200"), "-c", MANY, "-m", 4, "-n", 20000)
        self.assertEqual(loaded.returncode, 0, loaded.stdout + loaded.stderr)
        after = self.worker_times(server)
        busy = [task for task in after if after[task] > before.get(task, 0)]
        self.assertGreaterEqual(len(busy), WORKERS, (before, after))

    @staticmethod
    def worker_times(server):
        """Times that each thread was switched to, by its ID."""
        times = {}
        for task in os.listdir(f"/proc/{server.process.pid}/task"):
            with open(f"/proc/{server.process.pid}/task/{task}/status", encoding="ascii") as status:
                times[task] = sum(int(count) for count in re.findall(r"ctxt_switches:\s+(\d+)", status.read()))
        return times

    def test_the_log_is_opened_again_with_nothing_lost(self):
        log = self.place.path("access.log")
        server = self.start("--access-log", log)
        stop = threading.Event()
        sent = []

        def ask():
            while not stop.is_set():
                path = f"/size-1?{threading.get_ident()}-{len(sent)}"
                self.get(server, path)
                sent.append(path)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for number in range(5):
                self.wait_until(lambda: len(sent) >= 6 * (number + 1))
                os.rename(log, f"{log}.{number}")
                server.process.send_signal(signal.SIGHUP)
                self.wait_until(lambda: os.path.exists(log))
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.assertEqual(server.stop(), 0, server.output)
        logged = []
        for name in [f"{log}.{number}" for number in range(5)] + [log]:
            with open(name, encoding="ascii") as lines:
                logged += [text.split()[6] for text in lines]
        self.assertEqual(sorted(logged), sorted(sent))

    def wait_until(self, is_so, seconds=20):
        deadline = time.monotonic() + seconds
        while not is_so():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def test_a_new_certificate_is_on_all_workers(self):
        server = self.start()
        old = self.place.path("old.pem")
        shutil.copy(self.place.cert, old)
        self.get(server, "/size-1", old)
        make_certificate(self.place.name)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("certificate read anew")
        for _ in range(MANY):
            self.assertEqual(len(self.get(server, "/size-1")), 1)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(server.output.count("certificate read anew"), 1, server.output)

    def test_a_broken_certificate_leaves_the_old_one_on_all_workers(self):
        server = self.start()
        old = self.place.path("old.pem")
        shutil.copy(self.place.cert, old)
        for write in (lambda: os.truncate(self.place.key, 10), lambda: os.unlink(self.place.key)):
            write()
            said = server.output.count("the old certificate stays")
            server.process.send_signal(signal.SIGHUP)
            self.wait_until(lambda: server.output.count("the old certificate stays") > said)
            for _ in range(MANY):
                self.assertEqual(len(self.get(server, "/size-1", old)), 1)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(server.output.count("the old certificate stays"), 2, server.output)
        self.assertNotIn("read anew", server.output)

    def test_drains_what_is_in_flight_on_all_workers(self):
        digest = self.make_large_file()
        # Clients that wait here for a CPU do not stall.
        server = self.start("--drain", "300", "--stall-timeout", "300")
        downloads = self.start_downloads(server, 12)
        server.process.send_signal(signal.SIGTERM)

        def take(client, first):
            hashed = hashlib.sha256(first)
            while piece := client.stdout.read(1 << 20):
                hashed.update(piece)
            return client.wait(60), hashed.hexdigest()

        with concurrent.futures.ThreadPoolExecutor(len(downloads)) as readers:
            ends = list(readers.map(lambda download: take(*download), downloads))
        self.assertEqual(ends, [(0, digest)] * len(downloads))
        self.assertEqual(server.process.wait(60), 0, server.output)

    def test_a_second_signal_ends_what_is_in_flight(self):
        self.make_large_file()
        server = self.start()
        downloads = self.start_downloads(server, 12)
        server.process.send_signal(signal.SIGTERM)
        # The first one arrived when new clients are refused.
        self.wait_until(lambda: run(TOOL, "get", "--silent", "--cacert", self.place.cert,
                                    server.url("/size-1")).returncode != 0)
        self.assertIsNone(server.process.poll(), "requests are in flight")
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.process.wait(60), 0, server.output)
        for client, first in downloads:
            self.assertLess(len(first) + len(client.stdout.read()), LARGE)

    def test_the_drain_time_is_over_for_all(self):
        self.make_large_file()
        server = self.start("--drain", "1")
        self.start_downloads(server, 12)
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.process.wait(60), 0, server.output)

    def test_verbose_and_key_log_have_whole_lines_of_all(self):
        keys = self.place.path("keys")
        server = Program(TOOL, "serve", self.place.site, "--host", "127.0.0.1", "--port", "0", "--cert", self.place.cert,
                         "--key", self.place.key, "--workers", WORKERS, "--verbose",
                         env={**os.environ, "SSLKEYLOGFILE": keys})
        self.addCleanup(server.stop)
        url = server.wait_for(r"https://[^\s/]*:\d+/").group(0)
        loaded = run(TOOL, "load", "--insecure", url + "size-1200", "-c", MANY, "-m", 4, "-n", 1000)
        self.assertEqual(loaded.returncode, 0, loaded.stdout + loaded.stderr)
        self.assertEqual(server.stop(), 0, server.output)
        self.assertIn("\n* ", server.output)
        for line in server.output.splitlines():
            self.assertRegex(line, r"^(\* |usquic serve: |  folder |  workers )")
        with open(keys, encoding="ascii") as lines:
            secrets = [text.split() for text in lines]
        self.assertTrue(all(len(words) == 3 and len(words[1]) == 64 for words in secrets), secrets)
        self.assertGreaterEqual(len({words[1] for words in secrets}), MANY)


class BadStarts(unittest.TestCase):
    def setUp(self):
        self.place = Workplace(names=["size-1"])
        self.addCleanup(self.place.cleanup)

    def refused(self, *options, cert=None):
        done = run(TOOL, "serve", self.place.site, "--host", "127.0.0.1", "--cert", cert or self.place.cert, "--key",
                   self.place.key, *options)
        self.assertEqual(done.stdout, "")
        return done.returncode, done.stderr

    def test_a_number_of_workers_that_may_not_be(self):
        for value in ("0", "257", "-1", "many", "3x", "", "1.5"):
            code, said = self.refused("--port", "0", f"--workers={value}")
            self.assertEqual(code, USAGE, value)
            self.assertIn("--workers", said)
        self.assertIn("--workers: 257 is neither a number from 1 to 256 nor auto\n",
                      self.refused("--port", "0", "--workers", "257")[1])

    def test_an_address_in_use_is_one_line(self):
        with Serve(self.place.site, self.place.cert, self.place.key) as other:
            for workers in ("1", "3"):
                code, said = self.refused("--port", str(other.port), "--workers", workers)
                self.assertEqual(code, CONNECT, said)
                self.assertEqual(said.count("\n"), 1, said)
                self.assertIn(f"usquic: serve: 127.0.0.1:{other.port} (UDP and TCP): address", said)

    def test_a_bad_certificate_is_one_line(self):
        broken = self.place.path("broken.pem")
        with open(broken, "w", encoding="ascii") as file:
            file.write("no certificate")
        for cert in (broken, self.place.path("none.pem")):
            for workers in ("1", "3"):
                code, said = self.refused("--port", "0", "--workers", workers, cert=cert)
                self.assertEqual(code, CERTIFICATE, said)
                self.assertEqual(said.count("\n"), 1, said)
                self.assertIn(cert, said)

    def test_a_log_that_cannot_be_written_is_one_line(self):
        code, said = self.refused("--port", "0", "--workers", "3", "--access-log", "/nowhere/at/all")
        self.assertEqual((code, said), (23, "usquic: serve: /nowhere/at/all: No such file or directory\n"))


class Auto(unittest.TestCase):
    def test_is_one_for_each_cpu(self):
        place = Workplace(names=["size-1"])
        self.addCleanup(place.cleanup)
        with Serve(place.site, place.cert, place.key, "--workers", "auto") as server:
            self.assertEqual(curl(server.url("/size-1"), place.cert).status, 200)
            self.assertEqual(server.stop(), 0, server.output)
            cpus = len(os.sched_getaffinity(0))
            workers = re.search(r"workers +(\d+)\n", server.output)
            self.assertLessEqual(int(workers[1]) if workers else 1, cpus)


if __name__ == "__main__":
    unittest.main()
