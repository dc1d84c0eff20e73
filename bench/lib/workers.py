"""What workers cost, by exact counts and by memory: figures that a busy machine does not change much."""

import os
import re
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass

from support import TOOL, free_port, run

from lib.clients import MeasureFailed, load
from lib.servers import BIN, PortServer, start_httparena, start_serve

CONNECTIONS, STREAMS = 8, 32
SETTLE_SECONDS = 1  # without load, before memory is read


@dataclass(frozen=True)
class Subject:
    start: object  # (content, workers, before) -> a running PortServer; before: a command that runs it
    path: str  # of a small answer


SUBJECTS = {"httparena": Subject(start_httparena, "/baseline2?a=1&b=1"),
            "serve": Subject(lambda content, workers, before=(): start_serve(content.site, content, workers, before), "/6b")}


def send_requests(server, path, count):
    done = load(server, "-c", CONNECTIONS, "-m", STREAMS, "-n", count, server.url(path))
    if done["requests"] != count:
        raise MeasureFailed(f"{done['requests']} of {count} requests")


def counted_instructions(subject, content, workers, count):
    """Of the whole process, start and handshakes included."""
    with tempfile.TemporaryDirectory() as place:
        with subject.start(content, workers, ("valgrind", "--tool=callgrind", f"--callgrind-out-file={place}/out.%p")) as server:
            send_requests(server, subject.path, count)
            server.stop(60)
    return int(re.search(r"Collected : (\d+)", server.output).group(1))


def instructions_a_request(subject, content, workers, few, many):
    """What more requests take more, so that start and handshakes are not among it."""
    counts = [counted_instructions(subject, content, workers, count) for count in (few, many)]
    return (counts[1] - counts[0]) / (many - few)


def system_calls(subject, content, workers, count):
    """{name: calls} of the server while it answered `count` requests; its start is not among it."""
    with tempfile.TemporaryDirectory() as place:
        table = os.path.join(place, "table")
        with subject.start(content, workers) as server:
            tracer = subprocess.Popen(["strace", "-f", "-c", "-o", table, "-p", str(server.process.pid)],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            with tracer:
                tracer.stderr.readline()  # "Process N attached": now it counts
                send_requests(server, subject.path, count)
                tracer.send_signal(signal.SIGINT)
        with open(table, encoding="ascii") as file:
            return calls_of(file.read())


def calls_of(table):
    """Of a table of strace -c: '% time, seconds, usecs/call, calls, [errors,] syscall'."""
    found = {}
    for line in table.splitlines():
        words = line.split()
        if len(words) in (5, 6) and words[3].isdigit() and words[-1] != "total":
            found[words[-1]] = int(words[3])
    return found


def connections_of_workers(content, workers, connections):
    """How many of them each worker got."""
    port = free_port()
    with PortServer(port, os.path.join(BIN, "spread_server"), workers, port, content.cert, content.key) as server:
        load(server, "-c", connections, "-m", 1, "-n", 4 * connections, server.url())
        counts = [int(word) for word in run(TOOL, "get", "-k", "-s", "-S", server.url()).stdout.split()]
    # More: the one that asked, and those that the client gave up and made again.
    if not connections <= sum(counts) <= 1.01 * connections:
        raise MeasureFailed(f"{sum(counts)} connections counted, of {connections}")
    return counts


def unevenness(counts):
    """(The greatest difference of two workers, of one from the mean), by the mean."""
    mean = sum(counts) / len(counts)
    return (max(counts) - min(counts)) / mean, max(abs(count - mean) for count in counts) / mean


def memory_of(subject, content, workers):
    """{Pss, Private_Dirty, ...} in bytes, of the process that nobody has asked anything."""
    with subject.start(content, workers) as server:
        time.sleep(SETTLE_SECONDS)
        with open(f"/proc/{server.process.pid}/smaps_rollup", encoding="ascii") as file:
            return {name: int(size) * 1024 for name, size in re.findall(r"^(\w+): +(\d+) kB$", file.read(), re.MULTILINE)}
