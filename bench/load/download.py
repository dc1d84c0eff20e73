#!/usr/bin/env python3
"""One download over one connection: `usquic serve` to `usquic get` against gtlsserver to gtlsclient.

Server and client are pinned to a core each; the pairs run interleaved (A B B A); printed are the medians with their
spread of wall time and of the CPU time of each side, and the ratio. The object's hash is checked every time.
Usage: download.py [--size BYTES] [--rounds N] [--tool build/release/bin/usquic]
"""

import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../tests/interop"))
from support import Program, find_program, free_udp_port, make_certificate, sha256_file, wait_for_udp_port  # noqa: E402

SERVER_CORE, CLIENT_CORE = "0", "1"


def cpu_seconds(pid):
    """User and system time of a running process."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(server_command, port, client_command, output, expected_hash):
    """Seconds: wall, server CPU, client CPU."""
    with Program("taskset", "-c", SERVER_CORE, *server_command) as server:
        wait_for_udp_port(port)
        before = cpu_seconds(server.process.pid)
        start = time.monotonic()
        client = subprocess.Popen(["taskset", "-c", CLIENT_CORE, *map(str, client_command)],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        _, status, usage = os.wait4(client.pid, 0)
        wall = time.monotonic() - start
        if status != 0:
            raise SystemExit(f"{client_command[0]} failed: {client.stderr.read().decode()[-500:]}")
        server_cpu = cpu_seconds(server.process.pid) - before
    if sha256_file(output) != expected_hash:
        raise SystemExit(f"{client_command[0]}: the object's content differs")
    os.unlink(output)
    return wall, server_cpu, usage.ru_utime + usage.ru_stime


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--size", type=int, default=500_000_000)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--tool", default=os.path.join(os.path.dirname(__file__), "../../build/release/bin/usquic"))
    options = arguments.parse_args()

    # Memory, not disk: /dev/shm where there is room.
    base = "/dev/shm" if os.path.isdir("/dev/shm") and shutil.disk_usage("/dev/shm").free > 4 * options.size else None
    with tempfile.TemporaryDirectory(prefix="usquic-bench-", dir=base) as place:
        cert, key = make_certificate(place)
        site, downloads = os.path.join(place, "site"), os.path.join(place, "downloads")
        os.mkdir(site)
        os.mkdir(downloads)
        content = os.urandom(1 << 20) * (options.size // (1 << 20) + 1)
        with open(os.path.join(site, "object"), "wb") as file:
            file.write(content[:options.size])
        expected = hashlib.sha256(content[:options.size]).hexdigest()
        del content
        output = os.path.join(downloads, "object")

        def usquic():
            port = free_udp_port()
            return measure([options.tool, "serve", site, "--host", "127.0.0.1", "--port", port, "--cert", cert,
                            "--key", key], port,
                           [options.tool, "get", "-s", "--cacert", cert, "-o", output,
                            f"https://127.0.0.1:{port}/object"], output, expected)

        def gtls():
            port = free_udp_port()
            return measure([find_program("gtlsserver"), "-q", "-d", site, "127.0.0.1", port, key, cert], port,
                           [find_program("gtlsclient"), "-q", "--exit-on-all-streams-close",
                            f"--download={downloads}", "127.0.0.1", port, f"https://127.0.0.1:{port}/object"],
                           output, expected)

        pairs = {"usquic": usquic, "gtls": gtls}
        figures = {name: [] for name in pairs}
        for number in range(options.rounds):
            order = list(pairs) if number % 2 == 0 else list(reversed(pairs))
            for name in order:
                figures[name].append(pairs[name]())

        megabytes = options.size / 1e6
        print(f"{megabytes:.0f} MB, one connection, {options.rounds} rounds; seconds, median (min-max)")
        print(f"{'pair':<8} {'wall':>22} {'server CPU':>22} {'client CPU':>22}  server CPU/MB")
        medians = {}
        for name, rows in figures.items():
            cells = []
            medians[name] = [statistics.median(column) for column in zip(*rows)]
            for middle, column in zip(medians[name], zip(*rows)):
                cells.append(f"{middle:.3f} ({min(column):.3f}-{max(column):.3f})")
            print(f"{name:<8} " + " ".join(f"{cell:>22}" for cell in cells) +
                  f"  {medians[name][1] / megabytes * 1e6:.0f} us")
        ratios = [mine / theirs for mine, theirs in zip(medians["usquic"], medians["gtls"])]
        print("usquic / gtls: wall {:.2f}, server CPU {:.2f}, client CPU {:.2f}".format(*ratios))


if __name__ == "__main__":
    main()
