"""What all servers serve: the same certificate and files, in memory."""

import hashlib
import os
import shutil
import tempfile

from support import make_certificate, run, TOOL

DOWNLOAD_BYTES = 500_000_000
UPLOAD_BYTES = 16 << 20
FILES = {"6b": 6, "1k": 1 << 10, "20k": 20 << 10, "1m": 1 << 20}
DOWNLOAD = "500m"


class Content(tempfile.TemporaryDirectory):
    """site/ with the small files, download/ with the large one, and an upload."""

    def __init__(self):
        roomy = os.path.isdir("/dev/shm") and shutil.disk_usage("/dev/shm").free > 2 * DOWNLOAD_BYTES
        super().__init__(prefix="usquic-bench-", dir="/dev/shm" if roomy else None)
        self.cert, self.key = make_certificate(self.name)
        self.site, self.download = (self._folder(name) for name in ("site", "download"))
        self.upload = os.path.join(self.name, "upload")
        self.hashes = {name: self._write(os.path.join(self.site, name), size) for name, size in FILES.items()}
        self.hashes[DOWNLOAD] = self._write(os.path.join(self.download, DOWNLOAD), DOWNLOAD_BYTES)
        self._write(self.upload, UPLOAD_BYTES)

    def _folder(self, name):
        path = os.path.join(self.name, name)
        os.mkdir(path)
        return path

    @staticmethod
    def _write(path, size):
        block, digest = os.urandom(1 << 20), hashlib.sha256()
        with open(path, "wb") as file:
            while size > 0:
                piece = block[:size]
                file.write(piece)
                digest.update(piece)
                size -= len(piece)
        return digest.hexdigest()

    def check(self, server, names):
        """That the server sends these files as they are; raises ValueError."""
        for name in names:
            path = os.path.join(self.name, "fetched")
            done = run(TOOL, "get", "-s", "-S", "-k", "-f", "-o", path, server.url(f"/{name}"))
            if done.returncode != 0:
                raise ValueError(f"/{name}: {done.stderr.strip()}")
            with open(path, "rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != self.hashes[name]:
                    raise ValueError(f"/{name} is not what was to be served")
            os.unlink(path)
