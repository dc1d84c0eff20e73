"""nginx as a file server over HTTP/3: this system's, or that of the Debian 13 that scripts/debian13 makes."""

import glob
import os
import re
import subprocess

from support import Program, find_program, free_port, wait_for_udp_port

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
DEBIAN13 = os.path.join(ROOT, "build/debian13")

CONFIGURATION = """
daemon off;
master_process off;  # one process, whose CPU time is the server's
pid {home}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  default_type text/plain;
  client_body_temp_path {home}; proxy_temp_path {home}; fastcgi_temp_path {home}; uwsgi_temp_path {home};
  scgi_temp_path {home};
  keepalive_requests 1000000000;
  open_file_cache max=100;
  server {{
    listen 127.0.0.1:{port} {listen};
    ssl_certificate {cert};
    ssl_certificate_key {key};
    ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
    root {folder};
  }}
}}
"""


def write_configuration(home, port, listen, **files):
    """Returns its path. listen: what follows the port, and other lines of the server. files: folder, cert and key."""
    path = os.path.join(home, f"nginx-{port}.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(CONFIGURATION.format(home=home, port=port, listen=listen, **files))
    return path


def of_debian13():
    """The command of Debian 13's nginx with the files of this system: its own loader and libraries, no chroot."""
    libraries = glob.glob(f"{DEBIAN13}/usr/lib/*-linux-gnu")
    loaders = glob.glob(f"{DEBIAN13}/usr/lib64/ld-linux-*") + glob.glob(f"{DEBIAN13}/usr/lib/ld-linux-*")
    program = f"{DEBIAN13}/usr/sbin/nginx"
    if not (libraries and loaders and os.path.exists(program)):
        return None
    return [loaders[0], "--library-path", ":".join(libraries), program]


def describe(command):
    """What `nginx -V` says: the version, and how it was built."""
    return subprocess.run([*command, "-V"], capture_output=True, text=True, check=False).stderr


def commands():
    installed = find_program("nginx")
    return [command for command in ([installed] if installed else None, of_debian13()) if command]


def find():
    """The command of the first one that has HTTP/3, or None."""
    return next((command for command in commands() if "http_v3_module" in describe(command)), None)


def version():
    match = re.search(r"nginx/(\S+)", describe(find()))
    return match.group(1) if match else None


def missing():
    if find():
        return None
    found = commands()
    return f"{describe(found[0]).split(chr(10))[0]} has no http_v3_module (bench/install-peers)" if found else \
        "nginx is not installed (bench/install-peers)"


class Nginx(Program):
    def __init__(self, folder, cert, key, home):
        self.port = free_port()
        path = write_configuration(home, self.port, "quic; http3 on; quic_gso on", folder=folder, cert=cert, key=key)
        super().__init__(*find(), "-e", "stderr", "-p", home, "-c", path)
        wait_for_udp_port(self.port)

    def url(self, path="/"):
        return f"https://127.0.0.1:{self.port}{path}"
