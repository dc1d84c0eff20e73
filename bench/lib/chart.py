"""A chart of the goals' rows as SVG: a panel for each, a bar for each server, a line at the goal. No input or output here."""

from html import escape

from lib.figures import goal_line, measured
from lib.rows import GOALS, ROWS

PANEL_WIDTH, BAR, GAP, LABEL, TITLE, COLUMNS = 420, 14, 5, 120, 30, 2
LONGEST = 4  # times the goal: longer bars are cut, or the others could not be told apart
COLOURS = {True: "#1a73b8", False: "#9aa5b1"}


def panel(row, goal, bars, x, y):
    """bars: (server, median, whether it is usquic)."""
    widest = PANEL_WIDTH - LABEL - 70
    top = max(goal, min(max(median for _, median, _ in bars), LONGEST * goal))
    parts = [f'<text x="{x}" y="{y + 14}" font-weight="bold">{escape(row.title)} [{escape(row.unit)}]</text>']
    for index, (server, median, is_own) in enumerate(bars):
        bar_y = y + TITLE + index * (BAR + GAP)
        width = max(1.0, min(median / top, 1) * widest)
        mark = "" if median <= top else " (cut)"
        parts.append(f'<text x="{x + LABEL - 6}" y="{bar_y + 11}" text-anchor="end">{escape(server)}</text>'
                     f'<rect x="{x + LABEL}" y="{bar_y}" width="{width:.1f}" height="{BAR}" fill="{COLOURS[is_own]}"/>'
                     f'<text x="{x + LABEL + width + 4:.1f}" y="{bar_y + 11}">{median:.{row.digits}f}{mark}</text>')
    goal_x = x + LABEL + goal / top * widest
    end = y + TITLE + len(bars) * (BAR + GAP)
    parts.append(f'<line x1="{goal_x:.1f}" y1="{y + TITLE - 4}" x2="{goal_x:.1f}" y2="{end}" stroke="#c0392b" '
                 'stroke-dasharray="4 3"/>')
    return "".join(parts)


def render(figures, servers, own, caption):
    """The document; own: names of usquic's servers."""
    goals = {}  # the first one of each row whose peer was measured
    for goal in GOALS:
        if (line := goal_line(figures, goal)) is not None:
            goals.setdefault(goal.row, line)
    panels = []
    for row in ROWS:
        bars = [(server, found.median, server in own) for server in servers
                if (found := measured(figures, row.name, server)) is not None]
        if row.name in goals and bars:
            panels.append((row, goals[row.name], bars))
    height = TITLE + max((len(bars) for _, _, bars in panels), default=0) * (BAR + GAP) + 20
    lines = (len(panels) + COLUMNS - 1) // COLUMNS
    total_width, total_height = COLUMNS * PANEL_WIDTH + 20, lines * height + 40
    body = "".join(panel(row, goal, bars, 10 + index % COLUMNS * PANEL_WIDTH, 30 + index // COLUMNS * height)
                   for index, (row, goal, bars) in enumerate(panels))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{total_width}" height="{total_height}" '
            f'font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="white"/>'
            f'<text x="10" y="18">{escape(caption)}. Less is better; dashed: the goal.</text>{body}</svg>\n')
