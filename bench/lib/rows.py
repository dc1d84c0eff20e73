"""What is measured, as rows of a table, and the goals for them. No input or output here."""

from dataclasses import dataclass

USQUIC_SERVE, BARE, APP, REFERENCE, BUN = "usquic serve", "bare C", "App", "gtlsserver", "Bun http3"
SERVE_2_WORKERS, ARENA, ARENA_2_WORKERS = "usquic serve, 2 workers", "HttpArena", "HttpArena, 2 workers"
USQUIC_OLD = "usquic serve, old"  # of the build that bench/run --old names
USQUIC_LSQUIC = "usquic serve, lsquic"  # of the build that bench/run --lsquic names
NGTCP2_GIVEN = "ngtcp2, given"  # the server that bench/run --ngtcp2-server names


@dataclass(frozen=True)
class Row:
    name: str
    title: str
    unit: str
    digits: int
    datagrams: str | None = None  # of a bulk transfer: the row of the sizes of the datagrams that carried it


DATAGRAM_DOWN, DATAGRAM_UP = "datagram down", "datagram up"  # UDP payload, in bytes

ROWS = (
    Row("small 1x1", "6 B, 1 connection x 1 stream: server CPU", "us/request", 2),
    Row("small 1x10", "6 B, 1 x 10: server CPU", "us/request", 2),
    Row("small 8x32", "6 B, 8 x 32: server CPU", "us/request", 2),
    Row("small 64x10", "6 B, 64 x 10: server CPU", "us/request", 2),
    Row("small 64x64", "6 B, 64 x 64: server CPU", "us/request", 2),
    Row("body 1k", "1 KiB, 8 x 32: server CPU", "us/request", 2),
    Row("body 15k", "15 KiB, 8 x 32: server CPU", "us/request", 1),
    Row("body 20k", "20 KiB, 8 x 32: server CPU", "us/request", 1),
    Row("static", "20 files of 0.5 to 300 kB in turn, 64 x 64: server CPU", "us/request", 1),
    Row("arena sum", "HttpArena's sum, 64 x 64: server CPU", "us/request", 2),
    Row("arena files", "HttpArena's 20 files by Brotli, 64 x 64: server CPU", "us/request", 1),
    Row("body 1m", "1 MiB, 8 x 4: server CPU", "us/request", 0, DATAGRAM_DOWN),
    Row("download wall", "500 MB, 1 connection: wall", "s", 3, DATAGRAM_DOWN),
    Row("download cpu", "500 MB, 1 connection: server CPU", "s", 3, DATAGRAM_DOWN),
    Row("upload", "upload of 16 MiB at a time, 1 connection: server CPU", "ms/100 MB", 1, DATAGRAM_UP),
    Row("handshake", "full handshake: server CPU", "ms", 3),
    Row("memory", "memory per almost idle connection, 400 held", "KB", 1),
)


@dataclass(frozen=True)
class Goal:
    row: str
    server: str
    ratio: float | None  # to `beside` in the same run, at most; None = the absolute figure counts
    beside: str = REFERENCE
    absolute: float | None = None  # at most, on the machine that the goal was set on


# A server with several workers, and the same with one: both share the one core.
WORKERS = ((SERVE_2_WORKERS, USQUIC_SERVE), (ARENA_2_WORKERS, ARENA))

GOALS = (
    Goal("small 8x32", USQUIC_SERVE, 0.60),
    Goal("small 8x32", USQUIC_SERVE, 0.60, BUN),
    Goal("small 8x32", BARE, 0.85, USQUIC_SERVE),
    Goal("small 8x32", APP, 1.10, USQUIC_SERVE),
    Goal("small 64x10", USQUIC_SERVE, 0.50),
    Goal("small 64x10", USQUIC_SERVE, 0.75, BUN),
    Goal("small 64x64", USQUIC_SERVE, 0.45),
    Goal("small 64x64", USQUIC_SERVE, 0.70, BUN),
    Goal("small 1x10", USQUIC_SERVE, 0.85),
    Goal("small 1x10", USQUIC_SERVE, 0.90, BUN),
    Goal("body 15k", USQUIC_SERVE, 0.75),
    Goal("body 15k", USQUIC_SERVE, 0.40, BUN),
    Goal("body 15k", USQUIC_SERVE, 1.00, NGTCP2_GIVEN),
    Goal("body 1m", USQUIC_SERVE, 0.80),
    Goal("body 1m", USQUIC_SERVE, 0.45, BUN),
    Goal("body 1m", USQUIC_SERVE, 1.15, NGTCP2_GIVEN),
    Goal("download wall", USQUIC_SERVE, 0.61),
    Goal("download cpu", USQUIC_SERVE, 0.64),
    Goal("handshake", USQUIC_SERVE, 0.51),
    Goal("memory", USQUIC_SERVE, None, absolute=38),
)
