"""`usquic serve --user`: bound and read as root, served as somebody else."""

import os
import signal
import socket
import stat
import unittest

from curl import curl
from support import TOOL, Program, Serve, Workplace, run

USER, GROUP = "nobody", "nogroup"
UID = GID = "65534"
USAGE, WRITE, READ = 2, 23, 26  # exit statuses


def free_low_port():
    for port in range(1023, 600, -1):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("no free port below 1024")


def threads_status(pid):
    """/proc/PID/task/*/status as dictionaries."""
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="ascii") as status:
            yield {name: value.split() for name, value in (line.split(":", 1) for line in status)}


class BadUsers(unittest.TestCase):
    def expect_usage_error(self, name, reason, **options):
        done = run(TOOL, "serve", "/", "--port", "0", "--user", name, **options)
        self.assertEqual((done.returncode, done.stdout), (USAGE, ""))
        self.assertEqual(done.stderr, f"usquic: serve: --user: {reason}\n")

    def test_are_errors(self):
        self.expect_usage_error("no-such-user", "no-such-user: no such user")
        self.expect_usage_error("", ": no such user")
        self.expect_usage_error(f"{USER}:no-such-group", "group no-such-group: no such group")
        self.expect_usage_error("root", "root: that is root still")
        self.expect_usage_error(f"{USER}:root", f"{USER}:root: that is root still")

    def test_others_than_root_cannot_become_somebody(self):
        options = {"user": USER, "extra_groups": []} if os.getuid() == 0 else {}
        self.expect_usage_error(USER, f"{USER}: only root can become somebody else", **options)


@unittest.skipUnless(os.getuid() == 0, "only root can become somebody else")
class ServeUser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # The leak check attaches to the process, which the kernel allows for none that changed its user.
        before = os.environ.get("ASAN_OPTIONS", "")
        os.environ["ASAN_OPTIONS"] = before + ":detect_leaks=0"
        cls.addClassCleanup(os.environ.__setitem__, "ASAN_OPTIONS", before)

    def setUp(self):
        self.place = Workplace(names=["size-1200"])
        self.addCleanup(self.place.cleanup)
        os.chmod(self.place.name, 0o755)
        os.chmod(self.place.key, 0o600)

    def start(self, *options):
        server = Serve(self.place.site, self.place.cert, self.place.key, "--user", f"{USER}:{GROUP}", *options)
        self.addCleanup(server.stop)
        return server

    def get(self, port):
        return curl(f"https://127.0.0.1:{port}/size-1200", self.place.cert)

    def refused(self, folder, *options):
        done = run(TOOL, "serve", folder, "--port", "0", "--cert", self.place.cert, "--key", self.place.key, "--user",
                   USER, *options)
        self.assertEqual(done.stdout, "")
        return done.returncode, done.stderr

    def test_serves_on_a_low_port_without_any_right_of_root(self):
        port = free_low_port()
        with Program(TOOL, "serve", self.place.site, "--host", "127.0.0.1", "--port", port, "--cert", self.place.cert,
                     "--key", self.place.key, "--user", USER) as server:
            server.wait_for(rf"https://127.0.0.1:{port}/")
            self.assertEqual((self.get(port).status, len(self.get(port).body)), (200, 1200))
            threads = list(threads_status(server.process.pid))
            self.assertGreater(len(threads), 1)
            for status in threads:
                self.assertEqual((status["Uid"], status["Gid"], status["Groups"]), ([UID] * 4, [GID] * 4, [GID]))
                self.assertEqual(status["NoNewPrivs"], ["1"])
                for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
                    self.assertEqual(int(status[kind][0], 16), 0, kind)

    def test_workers_have_no_right_of_root_either(self):
        port = free_low_port()
        with Program(TOOL, "serve", self.place.site, "--host", "127.0.0.1", "--port", port, "--cert", self.place.cert,
                     "--key", self.place.key, "--user", USER, "--workers", "3") as server:
            server.wait_for(rf"https://127.0.0.1:{port}/")
            for _ in range(12):
                self.assertEqual(self.get(port).status, 200)
            threads = list(threads_status(server.process.pid))
            self.assertGreater(len(threads), 3)
            for status in threads:
                self.assertEqual((status["Uid"], status["Gid"], status["Groups"]), ([UID] * 4, [GID] * 4, [GID]))
                self.assertEqual(status["NoNewPrivs"], ["1"])
                self.assertEqual(int(status["CapEff"][0], 16), 0)

    def test_reads_a_certificate_anew_where_the_user_may(self):
        server = self.start()
        server.process.send_signal(signal.SIGHUP)
        server.wait_for(r"cert\.pem: .*; the old certificate stays")
        self.assertEqual(self.get(server.port).status, 200)
        os.chmod(self.place.key, 0o644)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("certificate read anew")
        self.assertEqual(self.get(server.port).status, 200)

    def test_its_access_log_is_the_users(self):
        logs = self.place.path("logs")
        os.mkdir(logs)
        os.chown(logs, int(UID), int(GID))
        log = os.path.join(logs, "access.log")
        server = self.start("--access-log", log)
        self.assertEqual(os.stat(log).st_uid, int(UID))
        os.rename(log, log + ".1")
        os.chmod(self.place.key, 0o644)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("certificate read anew")
        self.assertEqual(self.get(server.port).status, 200)
        self.assertEqual(server.stop(), 0)
        with open(log, encoding="ascii") as lines:
            self.assertEqual(len(lines.readlines()), 1)

    def test_what_the_user_may_not_open_is_an_error_at_the_start(self):
        private = self.place.path("private")
        os.mkdir(private, 0o700)
        code, said = self.refused(private)
        self.assertEqual((code, said), (READ, f"usquic: serve: {private}: Permission denied, as {USER}\n"))
        log = os.path.join(private, "access.log")
        code, said = self.refused(self.place.site, "--access-log", log)
        self.assertEqual((code, said), (WRITE, f"usquic: serve: {log}: Permission denied\n"))

    def test_a_secret_is_roots_and_made_once(self):
        secret = self.place.path("secret")
        self.start("--secret", secret)
        made = os.stat(secret)
        self.assertEqual((made.st_uid, stat.S_IMODE(made.st_mode), made.st_size), (0, 0o600, 32))
        with open(secret, "rb") as file:
            before = file.read()
        self.start("--secret", secret)
        with open(secret, "rb") as file:
            self.assertEqual(file.read(), before)


class Secrets(unittest.TestCase):
    def test_of_another_size_or_of_zeros_are_errors(self):
        with Workplace(names=[]) as place:
            secret = os.path.join(place, "secret")
            for length in (0, 31, 33):
                with open(secret, "wb") as file:
                    file.write(b"s" * length)
                done = run(TOOL, "serve", place, "--port", "0", "--secret", secret)
                self.assertEqual((done.returncode, done.stderr),
                                 (READ, f"usquic: serve: --secret {secret}: it must have 32 bytes\n"))
            with open(secret, "wb") as file:
                file.write(bytes(32))
            done = run(TOOL, "serve", place, "--port", "0", "--secret", secret)
            self.assertEqual((done.returncode, done.stderr),
                             (READ, f"usquic: serve: --secret {secret}: it has nothing but zeros\n"))
            done = run(TOOL, "serve", place, "--port", "0", "--secret", os.path.join(place, "none/secret"))
            self.assertEqual(done.returncode, WRITE)


if __name__ == "__main__":
    unittest.main()
