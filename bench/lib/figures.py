"""Medians, ratios and verdicts. No input or output here.

Figures are {row: {server: [one number for each round]}}."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    median: float
    least: float
    greatest: float


def spread(numbers):
    return Spread(statistics.median(numbers), min(numbers), max(numbers)) if numbers else None


def measured(figures, row, server):
    """The spread of a server's rounds; None when it was not measured."""
    return spread(figures.get(row, {}).get(server, []))


def ratio_spread(figures, row, server, peer):
    """Of the rounds' ratios: rounds of the same number ran beside each other. None without both."""
    mine, theirs = (figures.get(row, {}).get(name, []) for name in (server, peer))
    return spread([a / b for a, b in zip(mine, theirs) if b > 0])


def ratio(figures, row, server, peer):
    """The median of these."""
    found = ratio_spread(figures, row, server, peer)
    return found.median if found else None


def verdict(value, goal):
    """In words, for a figure that is to be at most `goal`."""
    if value is None:
        return "not measured"
    if value <= goal:
        return "reached"
    return f"missed by {value / goal - 1:.0%}".replace("%", " %")


@dataclass(frozen=True)
class GoalResult:
    goal: object
    measured: Spread | None
    ratio: float | None
    verdict: str  # by the ratio where the goal has one, else by the figure itself


def judge(figures, goal):
    found = measured(figures, goal.row, goal.server)
    found_ratio = ratio(figures, goal.row, goal.server, goal.beside)
    if goal.ratio is not None:
        return GoalResult(goal, found, found_ratio, verdict(found_ratio, goal.ratio))
    return GoalResult(goal, found, found_ratio, verdict(found.median if found else None, goal.absolute))


def goal_line(figures, goal):
    """The figure that reaches the goal in this run; None: what it is compared with was not measured."""
    if goal.ratio is None:
        return goal.absolute
    beside = measured(figures, goal.row, goal.beside)
    return goal.ratio * beside.median if beside else None


def gigabits_per_second(size, seconds):
    return size * 8 / seconds / 1e9


def order_of_round(servers, number):
    """A B C, then C B A: what drifts meets all alike."""
    return list(servers) if number % 2 == 0 else list(reversed(servers))
