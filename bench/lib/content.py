"""What all servers serve: the same certificate and files, in memory."""

import hashlib
import os
import random
import shutil
import tempfile

from httparena.answers import make_files
from support import make_certificate, run, TOOL

DOWNLOAD_BYTES = 500_000_000
UPLOAD_BYTES = 16 << 20
# A page's files, in bytes: 0.5 to 300 kB, half of them below 15 kB, which is also their geometric mean; 49 kB on average.
STATIC_SIZES = (500, 900, 1500, 2300, 3400, 4900, 6900, 9300, 12000, 14700,
                15300, 24000, 31500, 40000, 50500, 62000, 85000, 125000, 195000, 300000)
STATIC = {f"static-{number:02}": size for number, size in enumerate(STATIC_SIZES, 1)}
FILES = {"6b": 6, "1k": 1 << 10, "15k": 15 << 10, "20k": 20 << 10, "1m": 1 << 20} | STATIC
DOWNLOAD = "500m"


class Content(tempfile.TemporaryDirectory):
    """site/ with the small files, download/ with the large one, arena/ with files as HttpArena's, and an upload."""

    def __init__(self, large=True):
        """Not large: nothing in download/, and no upload."""
        roomy = os.path.isdir("/dev/shm") and shutil.disk_usage("/dev/shm").free > 2 * DOWNLOAD_BYTES
        super().__init__(prefix="usquic-bench-", dir="/dev/shm" if roomy else None)
        self.cert, self.key = make_certificate(self.name)
        self.site, self.download = (self._folder(name) for name in ("site", "download"))
        self.arena = os.path.join(self.name, "arena")
        make_files(self.arena)
        self.upload = os.path.join(self.name, "upload")
        self.hashes = {name: self._write(os.path.join(self.site, name), size) for name, size in FILES.items()}
        if large:
            self.hashes[DOWNLOAD] = self._write(os.path.join(self.download, DOWNLOAD), DOWNLOAD_BYTES)
            self._write(self.upload, UPLOAD_BYTES)

    def _folder(self, name):
        path = os.path.join(self.name, name)
        os.mkdir(path)
        return path

    @staticmethod
    def _write(path, size):
        # Of its name, so that every run serves the same bytes, and no file those of another.
        block, digest = random.Random(os.path.basename(path)).randbytes(1 << 20), hashlib.sha256()
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
