"""The servers that are measured: how each is started, whether it is there, and its version."""

import os
from dataclasses import dataclass
from typing import Callable

from support import TOOL, Caddy, GtlsServer, Program, Serve, find_bun, find_program, free_port, wait_for_udp_port

from lib import nginx
from lib.machine import debian_version, first_line
from lib.rows import (
    ARENA,
    ARENA_2_WORKERS,
    BARE,
    NGTCP2_GIVEN,
    REFERENCE,
    SERVE_2_WORKERS,
    USQUIC_LSQUIC,
    USQUIC_OLD,
    USQUIC_SERVE,
)

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
BIN = os.path.dirname(TOOL)
ADDON = os.path.join(BIN, "usquic.node")


class FolderServer(Program):
    """A program that takes FOLDER CERT KEY and prints its address."""

    def __init__(self, *command):
        super().__init__(*command, env={**os.environ, "USQUIC_NODE_BINARY": ADDON})
        try:
            self.port = int(self.wait_for(r"https://[^\s/]*:(\d+)/").group(1))
        except AssertionError:
            self.stop()  # nobody else can: it is no server yet
            raise

    def url(self, path="/"):
        return f"https://127.0.0.1:{self.port}{path}"


class Ngtcp2Server(Program):
    """One of ngtcp2's examples/ (osslserver, bsslserver): all take what gtlsserver takes."""

    def __init__(self, program, folder, cert, key):
        self.port = free_port()
        super().__init__(program, "-q", "-d", folder, "127.0.0.1", self.port, key, cert)
        wait_for_udp_port(self.port)

    def url(self, path="/"):
        return f"https://127.0.0.1:{self.port}{path}"


class PortServer(Program):
    """A program that listens on a port of 127.0.0.1 which it was given, and says so."""

    def __init__(self, port, *command):
        self.port = port
        super().__init__(*command)
        try:
            self.wait_for("https://", seconds=60)
        except AssertionError:
            self.stop()
            raise

    def url(self, path="/"):
        return f"https://127.0.0.1:{self.port}{path}"


def start_httparena(content, workers, before=()):
    """bench/httparena with files as HttpArena's. before: a command that runs it."""
    port = free_port()
    return PortServer(port, *before, os.path.join(BIN, "httparena"), "--host", "127.0.0.1", "--port", port, "--cert",
                      content.cert, "--key", content.key, "--static", content.arena, "--workers", workers)


def start_serve(folder, content, workers, before=()):
    port = free_port()
    return PortServer(port, *before, TOOL, "serve", folder, "--host", "127.0.0.1", "--port", port, "--cert", content.cert,
                      "--key", content.key, "--quiet", "--workers", workers)


@dataclass(frozen=True)
class Kind:
    name: str
    start: Callable  # (folder, content) -> a running Program with url() and process
    missing: Callable = lambda: None  # () -> why it cannot be measured, or None
    version: Callable = lambda: None
    is_http3: bool = True
    takes_uploads: bool = True
    loads: tuple | None = None  # names of the measures that it is for; None = all that it can
    is_arena: bool = False


def built(name):
    return lambda folder, content: FolderServer(os.path.join(BIN, name), folder, content.cert, content.key)


def script(runtime, name):
    path = os.path.join(ROOT, "bench/servers", name)
    return lambda folder, content: FolderServer(runtime(), path, folder, content.cert, content.key)


def find_node():
    installed = os.path.join(ROOT, "build/node/bin/node")
    return installed if os.path.exists(installed) else find_program("node")


def without(what, find):
    return None if find() else f"{what} is not installed (bench/install-peers)"


def without_addon(what, find):
    return without(what, find) or (None if os.path.exists(ADDON) else "the addon was not built (bench/install-peers, then again)")


def without_gtlsserver():
    return without(REFERENCE, lambda: find_program("gtlsserver"))


def without_h2load():
    return without("Node", find_node) or without("h2load, its load generator,", lambda: find_program("h2load"))


def arena(name, workers):
    return Kind(name, lambda folder, content: start_httparena(content, workers), takes_uploads=False, is_arena=True,
                loads=("arena sum", "arena files"))


KINDS = (
    Kind(USQUIC_SERVE, lambda folder, content: Serve(folder, content.cert, content.key, "--quiet"), takes_uploads=False),
    Kind(SERVE_2_WORKERS, lambda folder, content: start_serve(folder, content, 2), takes_uploads=False,
         loads=("small 64x64", "static")),
    arena(ARENA, 1),
    arena(ARENA_2_WORKERS, 2),
    Kind(BARE, built("bare_server")),
    Kind("App", built("app_server")),
    Kind("npm serve, Node", script(find_node, "npm_serve.mjs"), lambda: without_addon("Node", find_node)),
    Kind("npm serve, Bun", script(find_bun, "npm_serve.mjs"), lambda: without_addon("Bun", find_bun)),
    Kind("npm static, Node", script(find_node, "npm_static.mjs"), lambda: without_addon("Node", find_node)),
    Kind(REFERENCE, lambda folder, content: GtlsServer(folder, content.cert, content.key), without_gtlsserver,
         lambda: debian_version("ngtcp2-server")),
    Kind("Bun http3", script(find_bun, "bun_http3.mjs"), lambda: without("Bun", find_bun),
         lambda: first_line(find_bun(), "--version")),
    Kind("Bun http3, handler", script(find_bun, "bun_handler.mjs"), lambda: without("Bun", find_bun),
         lambda: first_line(find_bun(), "--version")),
    Kind("Caddy", lambda folder, content: Caddy(folder, content.cert, content.key, content.name),
         lambda: without("Caddy", lambda: find_program("caddy")), lambda: debian_version("caddy"), takes_uploads=False),
    Kind("nginx", lambda folder, content: nginx.Nginx(folder, content.cert, content.key, content.name), nginx.missing,
         nginx.version, takes_uploads=False),
    Kind("Node http2", script(find_node, "node_http2.mjs"), without_h2load,
         lambda: first_line(find_node(), "--version"), is_http3=False, takes_uploads=False),
)


def serve_of(tool, name):
    return Kind(name, lambda folder, content: Serve(folder, content.cert, content.key, "--quiet", tool=tool),
                lambda: None if os.access(tool, os.X_OK) else f"{tool} is no program",
                lambda: first_line(tool, "--version"), takes_uploads=False)


def older_build(tool):
    return serve_of(tool, USQUIC_OLD)


def build_over_lsquic(tool):
    return serve_of(tool, USQUIC_LSQUIC)


def given_ngtcp2_server(program):
    return Kind(NGTCP2_GIVEN, lambda folder, content: Ngtcp2Server(program, folder, content.cert, content.key),
                lambda: None if os.access(program, os.X_OK) else f"{program} is no program",
                lambda: program)  # it does not say its version


def versions(kinds):
    found = {"usquic": (first_line(TOOL, "--version") or "").removeprefix("usquic "),
             "commit": first_line("git", "-C", ROOT, "describe", "--always", "--dirty"),
             "libngtcp2": debian_version("libngtcp2-dev"), "GnuTLS": debian_version("libgnutls28-dev"),
             "g++": first_line("g++", "-dumpfullversion"),
             "Node": first_line(find_node(), "--version") if find_node() else None}
    return found | {kind.name: kind.version() for kind in kinds if kind.is_http3}
