"""Where it ran: the machine, the programs' versions, cores to pin to."""

import contextlib
import ctypes
import datetime
import fcntl
import os
import platform
import re
import socket
import struct
import subprocess
import time

# linux/sched.h, linux/sockios.h, net/if.h
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, SIOCSIFMTU, IFF_UP = 0x8914, 0x8922, 1

SERVER_CORE, CLIENT_CORE = 0, 1


@contextlib.contextmanager
def pinned(core):
    """What is started inside runs on this core, with all its threads; where there is one core only, on that."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core} if core in before else before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def enter_network(mtu):
    """Gives this process, and what it starts, a network of its own: a loopback interface with that MTU, and nothing else."""
    user = os.getuid()
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET | (CLONE_NEWUSER if user else 0)) != 0:
        raise OSError(ctypes.get_errno(), "unshare: " + os.strerror(ctypes.get_errno()))
    if user:
        with open("/proc/self/uid_map", "w", encoding="ascii") as file:
            file.write(f"{user} {user} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for request, value in ((SIOCSIFMTU, mtu), (SIOCSIFFLAGS, IFF_UP)):
            fcntl.ioctl(any_socket, request, struct.pack("16si20x", b"lo", value))


def cpu_seconds(pid):
    """User and system time of a process, all its threads: clock_getcpuclockid(3)."""
    return time.clock_gettime((~pid << 3) | 2)


def first_line(*command):
    """What a program says of its version, or None."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False)
    except OSError:
        return None
    return done.stdout.strip().splitlines()[0] if done.returncode == 0 and done.stdout.strip() else None


def debian_version(package):
    return first_line("dpkg-query", "-W", "-f", "${Version}", package)


def read(path, pattern, otherwise):
    with contextlib.suppress(OSError):
        with open(path, encoding="utf-8") as file:
            if match := re.search(pattern, file.read(), re.MULTILINE):
                return match.group(1)
    return otherwise


def describe(versions):
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": read("/proc/cpuinfo", r"^model name\s*: (.*)$", platform.machine()),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "system": read("/etc/os-release", r'^PRETTY_NAME="?([^"\n]*)', "unknown system"),
        "load_before": os.getloadavg()[0],
        "versions": {name: version for name, version in versions.items() if version},
    }
