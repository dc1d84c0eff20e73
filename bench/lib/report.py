"""The tables in Markdown. No input or output here."""

from lib.figures import gigabits_per_second, judge, measured, ratio, ratio_spread
from lib.rows import (
    ARENA,
    ARENA_2_WORKERS,
    GOALS,
    REFERENCE,
    ROWS,
    SERVE_2_WORKERS,
    USQUIC_LSQUIC,
    USQUIC_OLD,
    USQUIC_SERVE,
    WORKERS,
)

OWN = ("usquic serve", "bare C", "App", "npm serve, Node", "npm serve, Bun", "npm static, Node", SERVE_2_WORKERS, ARENA, ARENA_2_WORKERS)


def table(head, lines):
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in rows) + "\n"


def number(value, digits):
    return "-" if value is None else f"{value:.{digits}f}"


def spread_text(found, digits):
    if found is None:
        return "-"
    return f"{found.median:.{digits}f} ({found.least:.{digits}f} - {found.greatest:.{digits}f})"


def figure_text(figures, row, server):
    """With the size of the datagrams where it is a bulk transfer's."""
    text = spread_text(measured(figures, row.name, server), row.digits)
    datagram = measured(figures, row.datagrams, server) if row.datagrams else None
    return text if datagram is None or text == "-" else f"{text} [{datagram.greatest:.0f}]"


def row_of(name):
    return next(row for row in ROWS if row.name == name)


def goals_table(figures):
    lines = []
    for goal in GOALS:
        if goal.row not in figures:
            continue
        row, result = row_of(goal.row), judge(figures, goal)
        if goal.ratio is not None and result.ratio is None:
            continue  # one of the two was not measured
        lines.append([
            row.title, goal.server, f"{figure_text(figures, row, goal.server)} {row.unit}",
            *(["-", "-", f"{goal.absolute:g} {row.unit}"] if goal.ratio is None
              else [goal.beside, number(result.ratio, 2), number(goal.ratio, 2)]), result.verdict])
    return table(["load", "server", "measured", "beside", "ratio", "goal", "verdict"], lines)


def figures_table(figures, servers):
    lines = []
    for row in ROWS:
        if row.name in figures:
            lines.append([f"{row.title}, {row.unit}",
                          *(figure_text(figures, row, server) for server in servers)])
    return table(["load", *servers], lines)


def ratios_table(figures, servers):
    """`usquic serve` to each of the others."""
    others = [name for name in servers if name != USQUIC_SERVE
              and any(ratio(figures, row.name, USQUIC_SERVE, name) is not None for row in ROWS)]
    lines = [[row.title, *(number(ratio(figures, row.name, USQUIC_SERVE, other), 2) for other in others)]
             for row in ROWS if figures.get(row.name, {}).get(USQUIC_SERVE)]
    return table(["`usquic serve` to", *others], lines)


def workers_table(figures):
    """Several workers beside one, with the spread over the rounds; "" where nothing of it was measured."""
    lines = [[row.title, several, spread_text(found, 2)] for several, one in WORKERS for row in ROWS
             if (found := ratio_spread(figures, row.name, several, one)) is not None]
    return table(["load", "server", "ratio to one worker"], lines) if lines else ""


def ahead_text(figures, servers):
    """Where other people's servers take less than `usquic serve`."""
    lines = []
    for server in servers:
        if server in (*OWN, USQUIC_OLD, USQUIC_LSQUIC):
            continue
        found = {row.title: ratio(figures, row.name, USQUIC_SERVE, server) for row in ROWS}
        ahead = [f"{title} ({value:.2f})" for title, value in found.items() if value is not None and value > 1]
        if ahead:
            lines.append(f"{server} in " + "; ".join(ahead))
    return "Ahead of `usquic serve`, with its ratio to theirs: " + ". ".join(lines) + ".\n" if lines else ""


def client_text(result):
    text = f"Client: {result['client']}"
    if result["own_client_loads"]:
        text += ", but `usquic load` for " + " and ".join(result["own_client_loads"])
    return text + ("; Node http2 by the h2load of this system" if "Node http2" in result["servers"] else "") + ".\n"


def loopback_text(loopback, figures, size):
    text = (f"Loopback carried {loopback['udp_gbps']:.1f} Gb/s of UDP (GSO and GRO), one AES-128-GCM pass "
            f"({loopback['cipher']}) {loopback['cipher_gbps']:.1f} Gb/s; one after the other they allow "
            f"{loopback['limit_gbps']:.1f} Gb/s.")
    shares = []
    for server, walls in figures.get("download wall", {}).items():
        if walls:
            reached = gigabits_per_second(size, measured(figures, "download wall", server).median)
            shares.append(f"{server} {reached:.1f} Gb/s, {reached / loopback['limit_gbps']:.0%}".replace("%", " %"))
    return text + (" Of that, one download reached: " + "; ".join(shares) + "." if shares else "") + "\n"


def render(result):
    """result: what bench/run writes as JSON."""
    figures, servers, machine = result["figures"], result["servers"], result["machine"]
    how = f"{result['rounds']} rounds of {result['seconds']:g} s" + (", `--quick`" if result["quick"] else "")
    parts = [
        f"{machine['date']}, {how}. {machine['cores']} cores of {machine['processor']}, Linux {machine['kernel']}, "
        f"{machine['system']}; load average {machine['load_before']:.1f} before, {result['load_after']:.1f} after.\n",
        "Versions: " + "; ".join(f"{name} {version}" for name, version in machine["versions"].items()) + ".\n",
        client_text(result),
        "### Goals\n", goals_table(figures),
        "Figures are medians of the rounds (least - most), ratios are medians of the rounds' ratios. The verdict goes by the "
        "ratio where the goal has one: absolute goals were set on another machine. In brackets, for bulk transfers: the UDP "
        "payload, in bytes, of the datagrams that carried most of it.\n"]
    if result.get("loopback"):
        parts.append(loopback_text(result["loopback"], figures, result["download_bytes"]))
    parts += ["### All figures\n", figures_table(figures, servers), "### Ratios\n", ratios_table(figures, servers)]
    if workers := workers_table(figures):
        parts += ["### Two workers beside one\n", workers]
    if ahead := ahead_text(figures, servers):
        parts.append(ahead)
    if result["skipped"]:
        parts.append("Skipped: " + "; ".join(f"{name}: {reason}" for name, reason in result["skipped"].items()) + ".\n")
    if result["failed"]:
        parts.append("Failed: " + "; ".join(result["failed"]) + ".\n")
    return "\n".join(parts)
