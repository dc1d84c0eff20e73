"""The built examples, started on a free port with the certificate of a Workplace."""

import os

from support import TOOL, Program, run

EXAMPLES = os.path.join(os.environ.get("USQUIC_BUILD", os.path.join(os.path.dirname(TOOL), "..")), "bin/examples")


def example_path(name):
    return os.path.join(EXAMPLES, name)


class ExampleServer(Program):
    """examples/NAME, which prints its URL when it listens."""

    def __init__(self, name, place, *more, identity=None):
        cert, key = identity or (place.cert, place.key)
        super().__init__(example_path(name), "0", *more, "--cert", cert, "--key", key)
        self.cert = place.cert
        self.port = int(self.wait_for(r"https://localhost:(\d+)/").group(1))

    def url(self, path="/"):
        return f"https://localhost:{self.port}{path}"

    def get(self, path, *options):
        """`usquic get` of a path; fails the caller when it fails. Returns the body."""
        done = run(TOOL, "get", "--cacert", self.cert, *options, self.url(path))
        if done.returncode != 0:
            raise AssertionError(f"usquic get {path}: exit status {done.returncode}: {done.stderr}\n{self.output}")
        return done.stdout
