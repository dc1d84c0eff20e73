"""`usquic load`: counts, figures, reports and exit codes, against `usquic serve`, gtlsserver, Caddy and Bun."""

import json
import os
import pty
import re
import signal
import subprocess
import unittest

from support import TOOL, BunServer, Caddy, GtlsServer, Program, Serve, Workplace, find_bun, free_port, require, run

CONNECTIONS, STREAMS, REQUESTS = 4, 8, 1000


def figure(text, label):
    """What stands behind the label in a report."""
    return re.search(rf"^{re.escape(label)}  +(.*)$", text, re.MULTILINE).group(1)


class Load(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace(names=["size-0", "size-1", "size-1200", "size-1m"])
        cls.addClassCleanup(cls.place.cleanup)
        cls.server = Serve(cls.place.site, cls.place.cert, cls.place.key)
        cls.addClassCleanup(cls.server.stop)

    def load(self, *arguments, **options):
        return run(TOOL, "load", "--cacert", self.place.cert, *arguments, **options)

    def figures(self, *arguments, status=0):
        """The JSON of a run."""
        done = self.load("--json", "-", *arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        return json.loads(done.stdout)

    def check_failure(self, status, said, *arguments):
        done = self.load(*arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, said)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def check_exact(self, url, size, statuses):
        """Every request of a count is answered and told of once."""
        figures = self.figures("-c", CONNECTIONS, "-m", STREAMS, "-n", REQUESTS, url)
        target = figures["targets"][0]
        self.assertEqual((figures["connections"], figures["streams"], figures["count"]),
                         (CONNECTIONS, STREAMS, REQUESTS))
        self.assertEqual((target["url"], target["requests"], target["statuses"]), (url, REQUESTS, statuses))
        self.assertEqual(target["connections"], CONNECTIONS)
        self.assertEqual(target["failed"]["total"], 0, target["failed"])
        self.assertEqual(target["body_received"], REQUESTS * size)
        self.assertGreater(target["udp_received"], REQUESTS * size)
        for times in ("latency_us", "first_byte_us"):
            self.assertEqual(target[times]["count"], REQUESTS)
            ordered = [target[times][name] for name in ("min", "p50", "p90", "p99", "p99_9", "max")]
            self.assertEqual(ordered, sorted(ordered))
            self.assertGreater(ordered[0], 0)
        self.assertEqual(target["connect_us"]["count"], CONNECTIONS)
        self.assertGreater(target["client_cpu"]["us_per"]["median"], 0)
        return target

    def test_counts_every_request_of_usquic_serve(self):
        self.check_exact(self.server.url("/size-1200"), 1200, {"200": REQUESTS})

    def test_counts_every_request_of_gtlsserver(self):
        require(self, "gtlsserver")
        with GtlsServer(self.place.site, self.place.cert, self.place.key) as server:
            self.check_exact(server.url("/size-1200"), 1200, {"200": REQUESTS})
            target = self.figures("-n", REQUESTS, "--server-pid", server.process.pid,
                                  server.url("/size-1200"))["targets"][0]
            self.assertGreater(target["server_cpu"]["us_per"]["median"], 0)

    def test_counts_every_request_of_caddy(self):
        require(self, "caddy")
        with Caddy(self.place.site, self.place.cert, self.place.key, self.place.name) as server:
            self.check_exact(server.url("/size-1200"), 1200, {"200": REQUESTS})

    def test_counts_every_request_of_bun(self):
        if find_bun() is None:
            self.skipTest("bun is not installed: scripts/install-node")
        with BunServer(self.place.site, self.place.cert, self.place.key) as server:
            self.check_exact(server.url("/size-1200"), 1200, {"200": REQUESTS})

    def test_threads_share_connections_and_requests(self):
        figures = self.figures("-t", 3, "-c", 5, "-m", 2, "-n", 301, self.server.url("/size-1"))
        target = figures["targets"][0]
        self.assertEqual((figures["threads"], target["connections"], target["requests"]), (3, 5, 301))

    def test_fetches_bodies_of_every_size(self):
        for name, size in (("size-0", 0), ("size-1m", 1 << 20)):
            target = self.figures("-c", 2, "-m", 3, "-n", 20, self.server.url("/" + name))["targets"][0]
            self.assertEqual((target["requests"], target["body_received"]), (20, 20 * size))

    def test_requests_paths_in_turn(self):
        target = self.figures("-c", 2, "-m", 3, "-n", 400, "--path", "/size-1200", "--path", "/missing", "--path", "/size-0",
                              self.server.url("/size-1"), status=22)["targets"][0]
        self.assertEqual(target["statuses"], {"200": 300, "404": 100})

    def test_counts_statuses_and_fails_for_those_of_400_and_above(self):
        target = self.figures("-n", 50, self.server.url("/nothing"), status=22)["targets"][0]
        self.assertEqual((target["statuses"], target["requests"]), ({"404": 50}, 50))
        self.assertEqual((target["failed"]["total"], target["failed"]["status"]), (50, 50))
        target = self.figures("-n", 50, self.server.url("/"), status=22)["targets"][0]
        self.assertEqual(target["statuses"], {"404": 50})  # no index.html, no --listing

    def test_head_has_no_body(self):
        target = self.figures("-X", "HEAD", "-n", 20, self.server.url("/size-1m"))["targets"][0]
        self.assertEqual((target["requests"], target["body_received"]), (20, 0))

    def test_posts_the_body_whole(self):
        """echo_upload sends back what it got."""
        path = self.place.path("upload")
        with open(path, "wb") as file:
            file.write(os.urandom(300_001))
        example = os.path.join(os.path.dirname(TOOL), "examples", "echo_upload")
        with Program(example, "0", "--cert", self.place.cert, "--key", self.place.key) as server:
            port = int(server.wait_for(r"https://[^\s/]*:(\d+)/").group(1))
            target = self.figures("--data-binary", f"@{path}", "-c", 2, "-m", 3, "-n", 30,
                                  f"https://127.0.0.1:{port}/echo")["targets"][0]
        self.assertEqual((target["statuses"], target["failed"]["total"]), ({"200": 30}, 0))
        self.assertEqual((target["body_sent"], target["body_received"]), (30 * 300_001, 30 * 300_001))

    def test_measures_for_a_time_after_a_warm_up(self):
        target = self.figures("-c", 2, "-m", 4, "--warm-up", "100ms", "-d", "400ms",
                              self.server.url("/size-1"))["targets"][0]
        self.assertGreaterEqual(target["seconds"], 0.39)  # its clock is read after the timer ran
        self.assertGreater(target["in_time"], 10)
        self.assertEqual(target["statuses"], {"200": target["requests"]})
        self.assertLessEqual(target["unfinished"], 8)
        # The warm-up is not counted: bodies are a byte each, and those in flight at either end may be cut.
        self.assertAlmostEqual(target["body_received"], target["requests"], delta=8)

    def test_an_open_loop_sends_what_is_due(self):
        figures = self.figures("-c", 2, "-m", 50, "--rate", 500, "-d", "1s", self.server.url("/size-1"))
        target = figures["targets"][0]
        self.assertEqual(figures["rate"], 500)
        self.assertAlmostEqual(target["requests"], 500, delta=5)
        self.assertEqual(target["failed"]["total"], 0)

    def test_handshakes_are_full_ones_unless_tickets_are_offered(self):
        target = self.figures("--handshakes", "-c", 3, "-n", 30, self.server.url())["targets"][0]
        self.assertEqual((target["work"], target["connections"], target["resumed"]), ("connections", 30, 0))
        self.check_resumption(self.server)

    def test_handshakes_wait_for_the_tickets_of_gtlsserver(self):
        require(self, "gtlsserver")
        with GtlsServer(self.place.site, self.place.cert, self.place.key) as server:
            self.check_resumption(server)

    def test_handshakes_wait_for_the_tickets_of_caddy(self):
        require(self, "caddy")
        with Caddy(self.place.site, self.place.cert, self.place.key, self.place.name) as server:
            self.check_resumption(server)

    def check_resumption(self, server):
        """All but the first of one lane; without --resume none."""
        done = self.load("--handshakes", "--resume", "-c", 1, "-n", 30, server.url())
        self.assertEqual((done.returncode, figure(done.stdout, "connections")), (0, "30 (29 resumed)"), done.stderr)
        done = self.load("--handshakes", "-c", 1, "-n", 5, server.url())
        self.assertEqual((done.returncode, figure(done.stdout, "connections")), (0, "5"), done.stderr)

    def test_connections_are_replaced_after_so_many_requests(self):
        target = self.figures("-c", 2, "-m", 1, "--requests-per-connection", 5, "-n", 100,
                              self.server.url("/size-1"))["targets"][0]
        self.assertEqual((target["requests"], target["failed"]["total"]), (100, 0))
        self.assertGreaterEqual(target["connections"], 20)

    def test_several_targets_stand_side_by_side(self):
        urls = [self.server.url("/size-1"), self.server.url("/size-1200")]
        target = self.place.path("figures.json")
        done = self.load("-n", 200, "--rounds", 2, "--server-pid", self.server.process.pid, "--json", target, *urls)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines()[0].split(), urls)
        self.assertRegex(figure(done.stdout, "status 200"), r"^400 +400$")
        self.assertRegex(figure(done.stdout, "MB/s received"), r" x\d+\.\d\d$")
        with open(target, encoding="utf-8") as file:
            targets = json.load(file)["targets"]
        self.assertEqual([one["url"] for one in targets], urls)
        self.assertEqual([len(one["rounds"]) for one in targets], [2, 2])
        self.assertEqual([one["body_received"] for one in targets], [400, 400 * 1200])

    def test_a_server_with_time_to_spare_is_told_of(self):
        done = self.load("-c", 1, "-m", 1, "-n", 300, "--server-pid", self.server.process.pid,
                         self.server.url("/size-1"))
        self.assertEqual(done.returncode, 0, done.stderr)
        busy = int(figure(done.stdout, "server busy %"))
        self.assertLess(busy, 95)  # one request at a time: it waits for the client between them
        self.assertIn(f"The server's core was busy {busy} % of the time only", done.stdout)
        self.assertIn("The CPU time per request is what counts.", done.stdout)

    def test_shows_a_live_line_on_a_terminal(self):
        reader, terminal = pty.openpty()
        with subprocess.Popen([TOOL, "load", "--cacert", self.place.cert, "-c", "1", "-d", "2500ms",
                               self.server.url("/size-1")], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=terminal, text=True) as load:
            output, _ = load.communicate(timeout=60)
        os.close(terminal)
        shown = b""
        try:
            while piece := os.read(reader, 4096):
                shown += piece
        except OSError:  # EIO: no writer is left
            pass
        os.close(reader)
        self.assertEqual(load.returncode, 0, shown)
        self.assertRegex(shown.decode(), r"\r +\d+ s +\d+ requests/s +\d+\.\d\d MB/s .* 1 open  0 failed")
        self.assertTrue(shown.endswith(b"\r\x1b[K"), shown)  # nothing stays
        self.assertRegex(output, r"(?m)^requests/s ")

    def test_an_interruption_tells_what_was_measured(self):
        with Program(TOOL, "load", "--cacert", self.place.cert, "--live", "-d", "1h",
                     self.server.url("/size-1")) as load:
            load.wait_for(r" requests/s")
            load.process.send_signal(signal.SIGINT)
            self.assertEqual(load.process.wait(20), 0)
            load.wait_for(r"(?m)^status 200 +\d+$")

    def test_says_what_is_wrong_with_a_target(self):
        self.check_failure(7, r"^usquic: load: .*: connection refused", f"https://127.0.0.1:{free_port()}/")
        self.check_failure(6, r"^usquic: load: .*no-such-host\.invalid", "https://no-such-host.invalid/")
        self.check_failure(1, r"scheme http is not supported", "http://localhost/")
        self.check_failure(3, r"^usquic: load: ", "https://localhost:99999/")
        done = run(TOOL, "load", self.server.url())
        self.assertEqual(done.returncode, 60, done.stderr)
        self.assertIn("certificate is not trusted", done.stderr)

    def test_says_what_is_wrong_with_the_options(self):
        url = self.server.url()
        self.check_failure(2, r"--duration wants a duration", "-d", "soon", url)
        self.check_failure(2, r"raise -c, or lower -t", "-t", 2, "-c", 1, url)
        self.check_failure(2, r"no such process", "--server-pid", 2 ** 22 + 1, url)
        self.check_failure(2, r"once, or once for each URL", "--server-pid", os.getpid(), "--server-pid", os.getpid(), url)
        self.check_failure(23, r"/nowhere/figures\.json", "--json", "/nowhere/figures.json", url)
        self.check_failure(26, r"/nowhere/body", "--data-binary", "@/nowhere/body", url)

    def test_a_server_that_goes_away_is_told_of(self):
        with Serve(self.place.site, self.place.cert, self.place.key) as server:
            with Program(TOOL, "load", "--cacert", self.place.cert, "--live", "-c", "2", "-d", "1h", "--timeout", "1s",
                         server.url("/size-1")) as load:
                load.wait_for(r"[1-9]\d* requests/s")
                server.process.kill()
                server.process.wait()
                load.wait_for(r"[1-9]\d* failed")
                load.process.send_signal(signal.SIGINT)
                self.assertNotEqual(load.process.wait(20), 0)
                load.wait_for(r"(?m)^failed +[1-9]")


if __name__ == "__main__":
    unittest.main(verbosity=2)
