"""The clients that load a server: usquic's own, and h2load, which is someone else's.

Each gives the server's CPU time, by the server's process, not by what the client says of itself."""

import json
import os
import pty
import re
import signal
import subprocess
import threading
from dataclasses import dataclass

from support import TOOL, run

from lib.machine import CLIENT_CORE, cpu_seconds, first_line, pinned


H2LOAD_SECONDS = 60  # then it is ended: now and then it waits for ever for its last answers


class MeasureFailed(Exception):
    """Of one server in one round; said in the report."""


@dataclass(frozen=True)
class Transfers:
    """A number of requests, all of them answered."""
    wall_seconds: float
    server_seconds: float
    body_sent: int
    body_received: int


def load_command(server, *options):
    return [str(word) for word in (TOOL, "load", "-k", "--json", "-", "--server-pid", server.process.pid, *options)]


def read_load(returncode, output, errors):
    """The target's figures of a run of `usquic load` in which nothing failed."""
    if returncode != 0:
        raise MeasureFailed(errors.strip() or f"usquic load: exit status {returncode}")
    return json.loads(output)["targets"][0]


def load(server, *options):
    with pinned(CLIENT_CORE):
        done = run(*load_command(server, *options))
    return read_load(done.returncode, done.stdout, done.stderr)


class UsquicLoad:
    @staticmethod
    def title():
        return "`usquic load`"

    def requests(self, server, path, connections, streams, seconds):
        """The server's CPU time for one of them in microseconds."""
        target = load(server, "-c", connections, "-m", streams, "-d", f"{seconds}s", "--warm-up", f"{seconds / 4}s",
                      server.url(path))
        return target["server_cpu"]["us_per"]["median"]

    def transfers(self, server, paths, count, connections=1, streams=1, upload=None, header=None):
        """The paths come in turn. upload: the file that each request sends. header: a field line of each."""
        more = [word for path in paths[1:] for word in ("--path", path)]
        more += ["-H", header] if header else []
        body = ["--data-binary", f"@{upload}"] if upload else []
        target = load(server, "-c", connections, "-m", streams, "-n", count, *more, *body, server.url(paths[0]))
        return Transfers(target["seconds"], target["rounds"][0]["server_seconds"], target["body_sent"],
                         target["body_received"])


def answered(output):
    """The requests of a run of h2load; raises when one failed."""
    match = re.search(r"(\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", output)
    if match is None or int(match.group(2)) == 0 or any(int(match.group(index)) for index in (3, 4, 5)):
        raise MeasureFailed(f"h2load: {match.group(0) if match else output.strip()[-200:]}")
    return int(match.group(1))


class H2load:
    """h2load of nghttp2, over HTTP/3 or HTTP/2."""

    def __init__(self, program, is_http3):
        self._program = program
        self._options = ["--alpn-list=h3"] if is_http3 else []

    def title(self):
        return first_line(self._program, "--version") or "h2load"

    def requests(self, server, path, connections, streams, seconds):
        """As above. A second at least: older ones take whole seconds alone."""
        seconds = max(1, round(seconds))
        samples, output = self._run(server, "-c", connections, "-m", streams, "-D", seconds, "--warm-up-time", 1,
                                    server.url(path))
        if len(samples) != 2:
            raise MeasureFailed("h2load did not say when it began and ended to measure")
        return (samples[1] - samples[0]) * 1e6 / answered(output)

    def transfers(self, server, paths, count, connections=1, streams=1, upload=None, header=None):
        """As above, but where a connection has no stream free a path is left out: how often each came is not known, only how
        much. Times are from the start of the program on: the handshakes are among it."""
        before = cpu_seconds(server.process.pid)
        body = ["-d", upload] if upload else []
        body += ["-H", header] if header else []
        _, output = self._run(server, "-c", connections, "-m", streams, "-n", count, *body, *map(server.url, paths))
        used = cpu_seconds(server.process.pid) - before
        if answered(output) != count:
            raise MeasureFailed("h2load ended before its requests did")
        number, unit = re.search(r"finished in ([\d.]+)(us|ms|s),", output).groups()
        return Transfers(float(number) * {"us": 1e-6, "ms": 1e-3, "s": 1}[unit], used,
                         count * os.path.getsize(upload) if upload else 0,
                         int(re.search(r"\((\d+)\) data", output).group(1)))

    def _run(self, server, *options):
        """The server's CPU time when h2load began and ended to measure, and all that it printed."""
        command = [str(word) for word in (self._program, *self._options, *options)]
        terminal, stdout = pty.openpty()  # a line is printed when it is due only on a terminal
        with pinned(CLIENT_CORE):
            client = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stdout)
        os.close(stdout)
        samples, lines = [], []
        patience = threading.Timer(H2LOAD_SECONDS, client.kill)
        patience.start()
        with client, open(terminal, encoding="utf-8", errors="replace") as reader:
            try:
                for line in reader:
                    lines.append(line)
                    if line.startswith("Main benchmark duration is "):
                        samples.append(cpu_seconds(server.process.pid))
            except OSError:
                pass  # EIO: nobody holds the terminal any more
        patience.cancel()
        output = "".join(lines)
        if client.returncode == -signal.SIGKILL:
            raise MeasureFailed(f"h2load did not end within {H2LOAD_SECONDS} s")
        if client.returncode != 0:
            raise MeasureFailed(f"h2load: {output.strip()[-200:] or client.returncode}")
        return samples, output
