"""What the interop tests share: programs started and ended, certificates, content, the tool's place."""

import glob
import hashlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

TOOL = os.environ.get("USQUIC_TOOL", os.path.join(os.path.dirname(__file__), "../../build/dev/bin/usquic"))

# In bytes: nothing, less than a packet, about a packet, many packets, far more than a server may hold in memory.
# gtlsserver takes a path of digits alone for a size.
SIZES = {"size-0": 0, "size-1": 1, "size-1200": 1200, "size-1m": 1 << 20, "size-500m": 500 << 20}
SERVER_MEMORY_LIMIT_KIB = 64 * 1024


def find_program(name):
    """The path of a peer's program, or None. Debian puts gtlsserver into sbin."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def find_deno():
    """Deno's binary as scripts/install-node installs it, another one in PATH, or None."""
    modules = os.path.join(os.path.dirname(__file__), "../../bindings/node/node_modules")
    return next(iter(sorted(glob.glob(f"{modules}/@deno/*/deno"))), None) or find_program("deno")


def find_bun():
    """Bun as scripts/install-node installs it (its postinstall script, when something runs it, moves the program to where
    a text was before), another one in PATH, or None."""
    modules = os.path.join(os.path.dirname(__file__), "../../bindings/node/node_modules")
    for path in sorted(glob.glob(f"{modules}/@oven/*/bin/bun")) + [f"{modules}/bun/bin/bun.exe"]:
        if os.path.exists(path):
            with open(path, "rb") as file:
                if file.read(4) == b"\x7fELF":
                    return path
    return find_program("bun")


def require(test, *names):
    """Peers are installed by scripts/install-deps test; their absence fails the test under scripts/test."""
    for name in names:
        if find_program(name) is None:
            if os.environ.get("USQUIC_REQUIRE_PEERS"):
                test.fail(f"{name} is not installed: run scripts/install-deps test")
            test.skipTest(f"{name} is not installed")


def has_capability(name):
    """Whether the engine that the command was built with has it: one of those that engine_capabilities.cpp prints."""
    program = os.path.join(os.path.dirname(TOOL), "engine_capabilities")
    return name in subprocess.run([program], capture_output=True, text=True, check=True).stdout.split()


def require_capability(test, name):
    if not has_capability(name):
        test.skipTest(f"this engine has no {name}")


def make_certificate(folder):
    """A self-signed ECDSA P-256 certificate for localhost and 127.0.0.1. Returns (certificate, key) paths."""
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "10", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1",
         "-addext", "basicConstraints=critical,CA:TRUE", "-keyout", key, "-out", cert],
        check=True, capture_output=True)
    return cert, key


def make_leaf(folder, cert, key):
    """A certificate for localhost that make_certificate's signed, for clients that take no authority's for a server's.
    Returns (certificate, key) paths."""
    leaf, leaf_key, request, extensions = (
        os.path.join(folder, name) for name in ("leaf.pem", "leaf.key", "leaf.csr", "leaf.ext"))
    with open(extensions, "w", encoding="ascii") as file:
        file.write("subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n")
    subprocess.run(
        ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
         "/CN=localhost", "-keyout", leaf_key, "-out", request], check=True, capture_output=True)
    subprocess.run(
        ["openssl", "x509", "-req", "-in", request, "-CA", cert, "-CAkey", key, "-CAcreateserial", "-days", "9",
         "-extfile", extensions, "-out", leaf], check=True, capture_output=True)
    return leaf, leaf_key


def public_key_hash(cert):
    """What Chromium's --ignore-certificate-errors-spki-list takes."""
    return subprocess.run(
        f"openssl x509 -in '{cert}' -pubkey -noout | openssl pkey -pubin -outform der | "
        "openssl dgst -sha256 -binary | base64 -w0", shell=True, check=True, capture_output=True, text=True).stdout


def make_content(folder, names=SIZES):
    """Files of each size, each with content of its own. Returns {name: sha256}."""
    hashes = {}
    for name in names:
        size = SIZES[name]
        digest = hashlib.sha256()
        block = os.urandom(1 << 20)
        with open(os.path.join(folder, name), "wb") as file:
            while size > 0:
                piece = block[:min(size, len(block))]
                file.write(piece)
                digest.update(piece)
                size -= len(piece)
        hashes[name] = digest.hexdigest()
    return hashes


def sha256_file(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def free_port():
    """A port that no socket of the machine has over UDP or TCP, for servers that cannot choose one themselves. It is below
    those that the kernel gives to clients, or one of them might have it before the server does."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        first_of_clients = int(file.read().split()[0])
    ports = range(10_000, first_of_clients)
    for _ in range(100):
        port = random.choice(ports)
        try:
            for kind in socket.SOCK_DGRAM, socket.SOCK_STREAM:
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(("", port))
            return port
        except OSError:
            continue
    raise AssertionError(f"none of a hundred ports of {ports} is free")


def wait_for_udp_port(port, seconds=10):
    """Waits until some process has bound the port: for servers that do not say when they are ready."""
    deadline = time.monotonic() + seconds
    wanted = f":{port:04X} "
    while time.monotonic() < deadline:
        for table in ("/proc/net/udp", "/proc/net/udp6"):
            with open(table, encoding="ascii") as sockets:
                if any(wanted in line.split(maxsplit=2)[1] + " " for line in sockets):
                    return
        time.sleep(0.02)
    raise AssertionError(f"nobody bound UDP port {port}")


class Program:
    """A program that runs in the background and is ended with the `with` block. Its output is kept."""

    def __init__(self, *command, **popen):
        self.command = [str(word) for word in command]
        self.output = ""
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, errors="replace", **popen)
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self._changed:
                self.output += line
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, pattern, seconds=20):
        """Waits until the output matches; returns the match."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not (match := re.search(pattern, self.output)):
                left = deadline - time.monotonic()
                if left <= 0 or (self.process.poll() is not None and not self._reader.is_alive()):
                    raise AssertionError(f"{self.command} did not print {pattern!r}; it printed:\n{self.output}")
                self._changed.wait(min(left, 0.2))
        return match

    def check_peak_memory(self, case):
        """Fails the test case when the peak of resident memory so far (VmHWM) is over SERVER_MEMORY_LIMIT_KIB."""
        if os.environ.get("USQUIC_SANITIZE"):
            return  # sanitizers keep freed memory and shadows of their own
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            peak_kib = int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1))
        case.assertLessEqual(peak_kib, SERVER_MEMORY_LIMIT_KIB)

    def stop(self, seconds=10):
        """Ends it in good order; returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(5)
        self.process.stdout.close()
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()


class Serve(Program):
    """`usquic serve`, on a free port of 127.0.0.1 where nothing else is said."""

    def __init__(self, folder, cert, key, *options, host="127.0.0.1", port=0, tool=TOOL):
        super().__init__(tool, "serve", folder, "--host", host, "--port", port, "--cert", cert, "--key", key,
                         *options)
        self.port = int(self.wait_for(r"https://[^\s/]*:(\d+)/").group(1))

    def url(self, path="/"):
        return f"https://127.0.0.1:{self.port}{path}"


class GtlsServer(Program):
    """ngtcp2's own server on a free port of 127.0.0.1."""

    def __init__(self, folder, cert, key, *options):
        self.port = free_port()
        super().__init__(find_program("gtlsserver"), "-q", "-d", folder, *options, "127.0.0.1", self.port, key, cert)
        wait_for_udp_port(self.port)

    def url(self, path="/"):
        return f"https://127.0.0.1:{self.port}{path}"


class Caddy(Program):
    """Caddy (quic-go) as a file server; home: a folder for its configuration and state."""

    def __init__(self, folder, cert, key, home):
        self.port = free_port()
        config = os.path.join(home, "Caddyfile")
        with open(config, "w", encoding="ascii") as file:
            file.write("{\n  admin off\n  auto_https off\n  servers {\n    protocols h1 h2 h3\n  }\n}\n"
                       f"https://localhost:{self.port} {{\n  tls {cert} {key}\n  root * {folder}\n  file_server\n}}\n")
        super().__init__(find_program("caddy"), "run", "--config", config, "--adapter", "caddyfile",
                         env={**os.environ, "HOME": home})
        self.wait_for("serving initial configuration")

    def url(self, path="/"):
        return f"https://localhost:{self.port}{path}"  # it picks its certificate by SNI, so by name


class BunServer(Program):
    """Bun's own HTTP/3 server: files of a folder, and what is posted comes back."""

    PROGRAM = """
        const [folder, cert, key] = process.argv.slice(-3);
        const fetch = async (request) => {
          if (request.body) return new Response(request.body);
          const file = Bun.file(folder + new URL(request.url).pathname);
          return await file.exists() ? new Response(file) : new Response("not found", { status: 404 });
        };
        const tls = { cert: Bun.file(cert), key: Bun.file(key) };
        console.log(`at ${Bun.serve({ port: 0, hostname: "127.0.0.1", http3: true, tls, fetch }).url}`);"""

    def __init__(self, folder, cert, key):
        super().__init__(find_bun(), "-e", self.PROGRAM, "--", folder, cert, key)
        self.port = int(self.wait_for(r"at https:.*:(\d+)/").group(1))

    def url(self, path="/"):
        return f"https://127.0.0.1:{self.port}{path}"


class Workplace(tempfile.TemporaryDirectory):
    """A folder with a certificate and, in site/, content."""

    def __init__(self, names=SIZES):
        super().__init__(prefix="usquic-interop-")
        self.cert, self.key = make_certificate(self.name)
        self.site = os.path.join(self.name, "site")
        self.downloads = os.path.join(self.name, "downloads")
        os.mkdir(self.site)
        os.mkdir(self.downloads)
        self.hashes = make_content(self.site, names)

    def path(self, *parts):
        return os.path.join(self.name, *parts)


def gtlsclient(*arguments, seconds=60):
    """ngtcp2's own client, quiet, until its streams are closed. arguments: options, host, port, URLs."""
    return run(find_program("gtlsclient"), "-q", "--exit-on-all-streams-close", *arguments, seconds=seconds)


def run(*command, seconds=120, **options):
    """Runs a program to its end; output as text."""
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", timeout=seconds, **options)
