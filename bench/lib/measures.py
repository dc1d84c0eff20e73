"""The measurements: each loads one running server and gives figures for one or more rows of the table."""

import json
import re
import statistics
import subprocess
import time
from dataclasses import dataclass
from typing import Callable

from support import TOOL, find_program, run

from lib.content import DOWNLOAD, UPLOAD_BYTES
from lib.machine import CLIENT_CORE, cpu_seconds, pinned

UPLOADS = 6
HELD_CONNECTIONS = 400
MEMORY_SECONDS = 3


class MeasureFailed(Exception):
    """Of one server in one round; said in the report."""


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


def small_requests(server, path, connections, streams, seconds):
    target = load(server, "-c", connections, "-m", streams, "-d", f"{seconds}s", "--warm-up", f"{seconds / 4}s",
                  server.url(path))
    return target["server_cpu"]["us_per"]["median"]


def http2_requests(server, path, connections, streams, seconds):
    """By h2load, its handshakes included: a second at least, as it takes whole ones."""
    before = cpu_seconds(server.process.pid)
    with pinned(CLIENT_CORE):
        done = run(find_program("h2load"), "-c", connections, "-m", streams, "-D", max(1, round(seconds)), server.url(path))
    used = cpu_seconds(server.process.pid) - before
    match = re.search(r"requests: \d+ total, \d+ started, (\d+) done, (\d+) succeeded, (\d+) failed", done.stdout)
    if match is None or int(match.group(2)) == 0 or int(match.group(3)) > 0:
        raise MeasureFailed(f"h2load: {(done.stderr or done.stdout).strip()[-200:]}")
    return used * 1e6 / int(match.group(1))


def requests(path, connections, streams):
    def measure(kind, server, _content, seconds):
        by = small_requests if kind.is_http3 else http2_requests
        return [by(server, path, connections, streams, seconds)]
    return measure


def download(_kind, server, _content, _seconds):
    target = load(server, "-c", 1, "-m", 1, "-n", 1, server.url(f"/{DOWNLOAD}"))
    return [target["seconds"], target["rounds"][0]["server_seconds"]]


def upload(_kind, server, content, _seconds):
    target = load(server, "-c", 1, "-m", 1, "-n", UPLOADS, "--data-binary", f"@{content.upload}", server.url("/6b"))
    if target["body_sent"] != UPLOADS * UPLOAD_BYTES:
        raise MeasureFailed("an upload was not taken in full")
    return [target["rounds"][0]["server_seconds"] * 1e3 / (target["body_sent"] / 1e8)]


def handshake(_kind, server, _content, seconds):
    target = load(server, "--handshakes", "-c", 8, "-d", f"{seconds}s", "--warm-up", f"{seconds / 4}s", server.url("/6b"))
    return [target["server_cpu"]["us_per"]["median"] / 1e3]


def own_memory(pid):
    """Bytes in memory that no file stands for."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"RssAnon:\s+(\d+) kB", status.read()).group(1)) * 1024


def memory(_kind, server, _content, _seconds):
    """What 400 connections with a request a second each add to what one connection needed."""
    load(server, "-c", 1, "-m", 1, "-n", HELD_CONNECTIONS, server.url("/6b"))
    before = own_memory(server.process.pid)
    command = load_command(server, "-c", HELD_CONNECTIONS, "-m", 1, "--rate", HELD_CONNECTIONS, "-d",
                           f"{MEMORY_SECONDS}s", server.url("/6b"))
    samples = []
    with pinned(CLIENT_CORE):
        client = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  text=True)
    with client:
        while client.poll() is None:
            samples.append((time.monotonic(), own_memory(server.process.pid)))
            time.sleep(0.05)
        target = read_load(client.returncode, client.stdout.read(), client.stderr.read())
    if target["connections"] != HELD_CONNECTIONS:
        raise MeasureFailed(f"{target['connections']} connections of {HELD_CONNECTIONS}")
    end = samples[-1][0]
    held = [size for at, size in samples if end - MEMORY_SECONDS * 0.6 <= at <= end - MEMORY_SECONDS * 0.1]
    return [(statistics.median(held) - before) / HELD_CONNECTIONS / 1e3]


@dataclass(frozen=True)
class Measure:
    name: str
    rows: tuple  # of the table, one for each figure
    run: Callable  # (kind, server, content, seconds) -> figures
    only_http3: bool = False
    uploads: bool = False
    large: bool = False  # serves the large file

    def reason_against(self, kind):
        """Why this server is not measured so, or None."""
        if self.only_http3 and not kind.is_http3:
            return "not HTTP/3"
        return "takes no uploads" if self.uploads and not kind.takes_uploads else None


def grid(name, path, connections, streams):
    return Measure(name, (name,), requests(path, connections, streams))


MEASURES = (
    grid("small 1x1", "/6b", 1, 1),
    grid("small 1x10", "/6b", 1, 10),
    grid("small 8x32", "/6b", 8, 32),
    grid("small 64x10", "/6b", 64, 10),
    grid("body 1k", "/1k", 8, 32),
    grid("body 20k", "/20k", 8, 32),
    grid("body 1m", "/1m", 8, 4),
    Measure("download", ("download wall", "download cpu"), download, only_http3=True, large=True),
    Measure("upload", ("upload",), upload, only_http3=True, uploads=True),
    Measure("handshake", ("handshake",), handshake, only_http3=True),
    Measure("memory", ("memory",), memory, only_http3=True),
)
