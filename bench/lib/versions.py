"""What a request costs a server by each version of HTTP over TCP: `usquic serve` and nginx as file servers, loaded by h2load."""

import contextlib
import random
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass

from support import TOOL, Program, find_program, free_port

from lib.clients import H2LOAD_SECONDS, MeasureFailed, answered
from lib.machine import CLIENT_CORE, cpu_seconds, pinned
from lib.measures import own_memory
from lib.nginx import write_configuration


def wait_for_port(port, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.02)
    raise AssertionError(f"nobody listens on TCP port {port}")


class Serve(Program):
    def __init__(self, content):
        port = free_port()
        self.port = port
        super().__init__(TOOL, "serve", content.site, "--host", "127.0.0.1", "--port", port, "--cert", content.cert, "--key",
                         content.key, "--quiet")
        wait_for_port(port)


class Nginx(Program):
    def __init__(self, content):
        self.port = free_port()
        path = write_configuration(content.name, self.port, "ssl http2; sendfile on; tcp_nopush on; ssl_protocols TLSv1.3",
                                   folder=content.site, cert=content.cert, key=content.key)
        super().__init__(find_program("nginx"), "-e", "stderr", "-p", content.name, "-c", path)
        wait_for_port(self.port)


# The preface with SETTINGS, and GET /6b with its fields as HPACK's literals (RFC 7541 appendix C.1); then SETTINGS' acknowledgement.
HTTP2_REQUEST = (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000")
                 + bytes.fromhex("000012010500000001")
                 + bytes.fromhex("8287" "04032f3662" "41096c6f63616c686f7374")
                 + bytes.fromhex("000000040100000000"))
BODY_6B = random.Random("6b").randbytes(1 << 20)[:6]  # as lib.content makes it

SERVERS = {"usquic serve": Serve, "nginx": Nginx}


@dataclass(frozen=True)
class Load:
    name: str
    path: str
    requests: int
    connections: int
    streams: int = 1
    is_http1: bool = False
    goal: float = 1.0  # of nginx's, at most


LOADS = (
    Load("HTTP/2, 6 B, 8 x 32", "/6b", 100_000, 8, 32, goal=0.9),
    Load("HTTP/2, 6 B, 64 x 10", "/6b", 100_000, 64, 10, goal=0.9),
    Load("HTTP/1.1 keep-alive, 6 B, 64 connections", "/6b", 60_000, 64, is_http1=True),
    Load("HTTP/2, 1 MiB, 8 x 4", "/1m", 2_000, 8, 4),
    Load("HTTP/1.1, 1 MiB, 8 connections", "/1m", 2_000, 8, is_http1=True),
)


def cpu_of_request(server, load):
    """The server's CPU time for one of them, in microseconds."""
    command = [find_program("h2load"), "-n", load.requests, "-c", load.connections, "-m", load.streams]
    command += ["--h1"] if load.is_http1 else []
    before = cpu_seconds(server.process.pid)
    with pinned(CLIENT_CORE):
        try:
            done = subprocess.run([str(word) for word in (*command, f"https://127.0.0.1:{server.port}{load.path}")],
                                  capture_output=True, text=True, check=False, timeout=H2LOAD_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise MeasureFailed("h2load did not end") from error
    wanted = "http/1.1" if load.is_http1 else "h2"
    if f"Application protocol: {wanted}" not in done.stdout:
        raise MeasureFailed(f"{wanted} was not agreed on")
    return (cpu_seconds(server.process.pid) - before) * 1e6 / answered(done.stdout)


def idle_memory(server, connections, is_http1):
    """Bytes that each of so many connections adds which had one answer and stay open."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1" if is_http1 else "h2"])

    def ask():
        client = context.wrap_socket(socket.create_connection(("127.0.0.1", server.port)), server_hostname="localhost")
        client.settimeout(10)
        client.sendall(b"GET /6b HTTP/1.1\r\nHost: localhost\r\n\r\n" if is_http1 else HTTP2_REQUEST)
        received = b""
        while BODY_6B not in received:
            received += client.recv(65536)
        return client

    with contextlib.ExitStack() as held:
        held.enter_context(ask())  # what the first one needs is not counted
        before = own_memory(server.process.pid)
        for _ in range(connections):
            held.enter_context(ask())
        return (own_memory(server.process.pid) - before) / connections
