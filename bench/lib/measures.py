"""The measurements: each loads one running server and gives figures for one or more rows of the table."""

import re
import statistics
import subprocess
import time
from dataclasses import dataclass
from typing import Callable

from httparena.answers import ACCEPT_ENCODING
from httparena.answers import FILES as ARENA_FILES

from lib.clients import MeasureFailed, load, load_command, read_load
from lib.content import DOWNLOAD, FILES, STATIC, UPLOAD_BYTES
from lib.datagrams import Relay, usual_size
from lib.machine import CLIENT_CORE, pinned
from lib.rows import DATAGRAM_DOWN, DATAGRAM_UP, ROWS

UPLOADS = 6
HELD_CONNECTIONS = 400
MEMORY_SECONDS = 3


def requests(path, connections, streams):
    def measure(client, server, _content, seconds):
        return [client.requests(server, path, connections, streams, seconds)]
    return measure


def counted(sizes, connections, streams, passes_per_second, header=None):
    """A number of requests instead of a time, for bodies that take long: in a time more of the small ones are answered, and
    large ones that a server sends side by side all end at once, or just not. By the bytes of a mean file, as a client may
    not ask for all of them equally often. sizes: {path: bytes of its body}."""
    paths, mean = list(sizes), statistics.fmean(sizes.values())

    def measure(client, server, _content, seconds):
        count = connections * len(paths) * max(4, round(passes_per_second * seconds))
        done = client.transfers(server, paths, count, connections, streams, header=header)
        return [done.server_seconds * 1e6 / (done.body_received / mean)]
    return measure


def download(client, server, _content, _seconds):
    done = client.transfers(server, [f"/{DOWNLOAD}"], 1)
    return [done.wall_seconds, done.server_seconds]


def upload(client, server, content, _seconds):
    done = client.transfers(server, ["/6b"], UPLOADS, upload=content.upload)
    if done.body_sent != UPLOADS * UPLOAD_BYTES:
        raise MeasureFailed("an upload was not taken in full")
    return [done.server_seconds * 1e3 / (done.body_sent / 1e8)]


def datagram_down(client, server, _content, _seconds):
    with Relay(server) as relay:
        client.transfers(relay, ["/1m"], 8)
    return [usual_size(relay.down)]


def datagram_up(client, server, content, _seconds):
    with Relay(server) as relay:
        client.transfers(relay, ["/6b"], 1, upload=content.upload)
    return [usual_size(relay.up)]


def handshake(_client, server, _content, seconds):
    target = load(server, "--handshakes", "-c", 8, "-d", f"{seconds}s", "--warm-up", f"{seconds / 4}s", server.url("/6b"))
    return [target["server_cpu"]["us_per"]["median"] / 1e3]


def own_memory(pid):
    """Bytes in memory that no file stands for."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"RssAnon:\s+(\d+) kB", status.read()).group(1)) * 1024


def memory(_client, server, _content, _seconds):
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
    run: Callable  # (client, server, content, seconds) -> figures
    only_http3: bool = False
    uploads: bool = False
    large: bool = False  # serves the large file
    own_client: bool = False  # by usquic load, whatever client was given
    arena: bool = False  # what HttpArena's program alone answers

    def reason_against(self, kind):
        """Why this server is not measured so, or None."""
        if self.only_http3 and not kind.is_http3:
            return "not HTTP/3"
        if kind.loads is not None and self.name not in kind.loads:
            return "not for this server"
        if self.arena and not kind.is_arena:
            return "not HttpArena's program"
        return "takes no uploads" if self.uploads and not kind.takes_uploads else None


def grid(name, connections, streams, path):
    return Measure(name, (name,), requests(path, connections, streams))


MEASURES = (
    grid("small 1x1", 1, 1, "/6b"),
    grid("small 1x10", 1, 10, "/6b"),
    grid("small 8x32", 8, 32, "/6b"),
    grid("small 64x10", 64, 10, "/6b"),
    grid("small 64x64", 64, 64, "/6b"),
    grid("body 1k", 8, 32, "/1k"),
    grid("body 15k", 8, 32, "/15k"),
    grid("body 20k", 8, 32, "/20k"),
    Measure("static", ("static",), counted({f"/{name}": size for name, size in STATIC.items()}, 64, 64, 13)),
    Measure("arena sum", ("arena sum",), requests("/baseline2?a=1&b=1", 64, 64), only_http3=True, arena=True),
    Measure("arena files", ("arena files",),
            counted({f"/static/{name}": brotli or plain for name, plain, brotli, _ in ARENA_FILES}, 64, 64, 39,
                    f"accept-encoding: {ACCEPT_ENCODING}"), only_http3=True, arena=True),
    Measure("body 1m", ("body 1m",), counted({"/1m": FILES["1m"]}, 8, 4, 100)),
    Measure("download", ("download wall", "download cpu"), download, only_http3=True, large=True),
    Measure("upload", ("upload",), upload, only_http3=True, uploads=True),
    Measure("handshake", ("handshake",), handshake, only_http3=True, own_client=True),
    Measure("memory", ("memory",), memory, only_http3=True, own_client=True),
)

DATAGRAMS = (
    Measure("datagram down", (DATAGRAM_DOWN,), datagram_down, only_http3=True),
    Measure("datagram up", (DATAGRAM_UP,), datagram_up, only_http3=True, uploads=True),
)


def with_datagrams(measures):
    """These, and the sizes of the datagrams that carry their bulk transfers."""
    wanted = {row.datagrams for row in ROWS for measure in measures if row.name in measure.rows}
    return [*measures, *(measure for measure in DATAGRAMS if measure.name in wanted)]
