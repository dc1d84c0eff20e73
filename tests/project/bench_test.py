"""bench/run's arithmetic, tables and chart, without running anything."""

import statistics
import sys
import unittest
from xml.etree import ElementTree

from project_files import SOURCE

sys.path[:0] = [str(SOURCE / "bench"), str(SOURCE / "tests/interop")]
from lib import chart, figures, report  # noqa: E402
from lib.clients import MeasureFailed, answered, read_load  # noqa: E402
from lib.content import STATIC  # noqa: E402
from lib.datagrams import usual_size  # noqa: E402
from lib.measures import DATAGRAMS, MEASURES, with_datagrams  # noqa: E402
from lib.rows import (ARENA, ARENA_2_WORKERS, BARE, DATAGRAM_DOWN, DATAGRAM_UP, GOALS, NGTCP2_GIVEN, REFERENCE, ROWS, SERVE_2_WORKERS,  # noqa: E402
                      USQUIC_SERVE, WORKERS, Goal)
from lib.servers import KINDS  # noqa: E402
from lib.workers import calls_of, unevenness  # noqa: E402

GOAL = Goal("small 8x32", USQUIC_SERVE, 0.70)
MEMORY_GOAL = Goal("memory", USQUIC_SERVE, None, absolute=32)


def made(serve, reference):
    return {"small 8x32": {USQUIC_SERVE: serve, REFERENCE: reference}}


def result(found, **more):
    machine = {"date": "2026-01-02 03:04 UTC", "processor": "A Processor", "cores": 2, "kernel": "6.1", "system": "Debian",
               "load_before": 0.25, "versions": {"usquic": "0.1.0", "g++": "12"}}
    return {"machine": machine, "load_after": 1.5, "quick": False, "rounds": 3, "seconds": 1, "download_bytes": 500_000_000,
            "client": "`usquic load`", "own_client_loads": [],
            "servers": [USQUIC_SERVE, REFERENCE], "skipped": {}, "failed": [], "loopback": None, "figures": found, **more}


class Figures(unittest.TestCase):
    def test_a_spread_is_the_median_with_the_least_and_the_greatest(self):
        self.assertEqual(figures.spread([3, 1, 2]), figures.Spread(2, 1, 3))
        self.assertEqual(figures.spread([4, 1, 2, 3]).median, 2.5)
        self.assertIsNone(figures.spread([]))

    def test_a_ratio_is_the_median_of_rounds_that_ran_beside_each_other(self):
        # The machine got three times slower in the last round: medians would say 2 / 1.
        found = made([2, 2, 6], [4, 1, 12])
        self.assertEqual(figures.ratio(found, "small 8x32", USQUIC_SERVE, REFERENCE), 0.5)

    def test_there_is_no_ratio_without_both(self):
        found = made([2, 2], [])
        self.assertIsNone(figures.ratio(found, "small 8x32", USQUIC_SERVE, REFERENCE))
        self.assertIsNone(figures.ratio(found, "small 8x32", USQUIC_SERVE, "nobody"))
        self.assertIsNone(figures.ratio(found, "no such row", USQUIC_SERVE, REFERENCE))
        self.assertIsNone(figures.ratio(made([2], [0]), "small 8x32", USQUIC_SERVE, REFERENCE))

    def test_a_goal_is_reached_or_missed_by_so_much(self):
        self.assertEqual(figures.verdict(0.70, 0.70), "reached")
        self.assertEqual(figures.verdict(0.35, 0.70), "reached")
        self.assertEqual(figures.verdict(0.84, 0.70), "missed by 20 %")
        self.assertEqual(figures.verdict(None, 0.70), "not measured")

    def test_the_ratio_decides_where_the_goal_has_one_and_the_reference_was_measured(self):
        slow_machine = made([5.2, 5.2], [10, 10])
        self.assertEqual(figures.judge(slow_machine, GOAL).verdict, "reached")
        fast_machine = made([1.3, 1.3], [1.3, 1.3])
        self.assertEqual(figures.judge(fast_machine, GOAL).verdict, "missed by 43 %")
        alone = made([5.2, 5.2], [])
        self.assertEqual(figures.judge(alone, GOAL).verdict, "not measured")
        memory = {"memory": {USQUIC_SERVE: [40], REFERENCE: [400]}}
        self.assertEqual(figures.judge(memory, MEMORY_GOAL).verdict, "missed by 25 %")

    def test_the_goals_line_lies_at_the_ratio_of_what_the_reference_took(self):
        self.assertAlmostEqual(figures.goal_line(made([5], [10, 20, 30]), GOAL), 14)
        self.assertIsNone(figures.goal_line(made([5], []), GOAL))
        self.assertEqual(figures.goal_line({"memory": {REFERENCE: [1]}}, MEMORY_GOAL), 32)

    def test_rounds_take_turns(self):
        self.assertEqual([figures.order_of_round("ABC", number) for number in range(3)],
                         [["A", "B", "C"], ["C", "B", "A"], ["A", "B", "C"]])

    def test_gigabits(self):
        self.assertAlmostEqual(figures.gigabits_per_second(500_000_000, 0.35), 11.43, places=2)


class Rows(unittest.TestCase):
    def test_every_goal_is_about_a_row(self):
        names = [row.name for row in ROWS]
        self.assertEqual(len(names), len(set(names)))
        for goal in GOALS:
            self.assertIn(goal.row, names)
            self.assertIn(goal.server, report.OWN)

    def test_every_row_is_measured_once(self):
        measured = [row for measure in MEASURES for row in measure.rows]
        self.assertEqual(sorted(measured), sorted(row.name for row in ROWS))

    def test_bulk_transfers_come_with_the_size_of_their_datagrams(self):
        self.assertEqual([row for measure in DATAGRAMS for row in measure.rows], [DATAGRAM_DOWN, DATAGRAM_UP])
        measures = {measure.name: measure for measure in MEASURES}
        small, download, upload = (measures[name] for name in ("small 1x1", "download", "upload"))
        self.assertEqual(with_datagrams([small]), [small])
        self.assertEqual(with_datagrams([small, download]), [small, download, DATAGRAMS[0]])
        self.assertEqual(with_datagrams([upload]), [upload, DATAGRAMS[1]])

    def test_the_size_of_datagrams_is_that_which_carried_the_most(self):
        self.assertEqual(usual_size({40: 5000, 1452: 3000, 1200: 20, 9600: 1}), 1452)

    def test_a_pages_files_are_twenty_of_a_known_spread(self):
        sizes = sorted(STATIC.values())
        self.assertEqual((len(sizes), sizes[0], sizes[-1]), (20, 500, 300_000))
        self.assertAlmostEqual(statistics.geometric_mean(sizes), 15_000, delta=500)

    def test_goals_and_the_reference_name_servers_that_there_are(self):
        names = [kind.name for kind in KINDS]
        self.assertEqual(len(names), len(set(names)))
        in_goals = {goal.server for goal in GOALS} | {goal.beside for goal in GOALS}
        self.assertLessEqual({REFERENCE, *report.OWN, *in_goals}, {*names, NGTCP2_GIVEN})

    def test_what_is_for_some_loads_alone_names_loads_that_there_are(self):
        names = {measure.name for measure in MEASURES}
        for kind in KINDS:
            self.assertLessEqual(set(kind.loads or ()), names)
        kinds = {kind.name: kind for kind in KINDS}
        measures = {measure.name: measure for measure in MEASURES}
        self.assertLessEqual({name for pair in WORKERS for name in pair}, set(kinds))
        self.assertIsNone(measures["arena sum"].reason_against(kinds[ARENA]))
        self.assertIsNotNone(measures["arena sum"].reason_against(kinds[USQUIC_SERVE]))
        self.assertIsNotNone(measures["small 64x64"].reason_against(kinds[ARENA]))
        self.assertIsNone(measures["static"].reason_against(kinds[SERVE_2_WORKERS]))
        self.assertIsNotNone(measures["memory"].reason_against(kinds[SERVE_2_WORKERS]))

    def test_a_run_in_which_something_failed_gives_no_figure(self):
        self.assertEqual(read_load(0, '{"targets": [{"requests": 5}]}', ""), {"requests": 5})
        with self.assertRaisesRegex(MeasureFailed, "3 failed"):
            read_load(22, '{"targets": [{"requests": 5}]}', "usquic: load: 3 failed\n")
        requests = "requests: 9 total, 9 started, 9 done, {} succeeded, {} failed, 0 errored, 0 timeout\n"
        self.assertEqual(answered(requests.format(9, 0)), 9)
        with self.assertRaisesRegex(MeasureFailed, "h2load: 9 done, 7 succeeded, 2 failed"):
            answered(requests.format(7, 2))
        with self.assertRaisesRegex(MeasureFailed, "h2load: no such host"):
            answered("no such host")


class Workers(unittest.TestCase):
    def test_system_calls_are_read_from_the_table_of_strace(self):
        table = """% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 71.91    0.012345           1     12300           sendmsg
 28.09    0.004823           0      4823       251 recvmsg
------ ----------- ----------- --------- --------- ----------------
100.00    0.017168           1     17123       251 total
"""
        self.assertEqual(calls_of(table), {"sendmsg": 12300, "recvmsg": 4823})

    def test_unevenness_is_by_the_mean(self):
        self.assertEqual(unevenness([500, 500]), (0, 0))
        self.assertEqual(unevenness([90, 120, 90]), (0.3, 0.2))


class Report(unittest.TestCase):
    def lines(self, found, **more):
        return report.render(result(found, **more)).splitlines()

    def test_goals_stand_beside_what_was_measured(self):
        lines = self.lines(made([4.2, 4.4, 4.0], [5, 5, 5]))
        self.assertIn("| 6 B, 8 x 32: server CPU | usquic serve | 4.20 (4.00 - 4.40) us/request | gtlsserver | 0.84 | 0.60 | "
                      "missed by 40 % |", lines)

    def test_several_workers_stand_beside_one_with_the_spread_of_the_rounds(self):
        found = {"arena sum": {ARENA: [2, 4, 2], ARENA_2_WORKERS: [2, 5, 1.8]}, "small 64x64": {USQUIC_SERVE: [1, 1, 1]}}
        lines = self.lines(found, servers=[USQUIC_SERVE, ARENA, ARENA_2_WORKERS])
        at = lines.index("### Two workers beside one")
        self.assertEqual(lines[at + 4:],
                         ["| HttpArena's sum, 64 x 64: server CPU | HttpArena, 2 workers | 1.00 (0.90 - 1.25) |"])
        self.assertNotIn("### Two workers beside one", self.lines(made([1], [2])))
        # No column without a figure.
        self.assertNotIn("HttpArena", next(line for line in lines if line.startswith("| `usquic serve` to")))

    def test_a_goal_beside_another_server_stands_where_both_were_measured(self):
        found = {"small 8x32": {USQUIC_SERVE: [2], BARE: [1], REFERENCE: [4]}}
        lines = self.lines(found, servers=[USQUIC_SERVE, BARE, REFERENCE])
        self.assertTrue(any(line.endswith("| usquic serve | 0.50 | 0.85 | reached |") for line in lines), lines)
        self.assertFalse(any("Bun" in line or "App" in line for line in lines), lines)

    def test_the_ratios_name_all_others(self):
        found = {"small 8x32": {USQUIC_SERVE: [2], BARE: [1], REFERENCE: [4], "Caddy": [20]}}
        lines = self.lines(found, servers=[USQUIC_SERVE, BARE, REFERENCE, "Caddy"])
        self.assertIn("| `usquic serve` to | bare C | gtlsserver | Caddy |", lines)
        self.assertIn("| 6 B, 8 x 32: server CPU | 2.00 | 0.50 | 0.10 |", lines)

    def test_what_a_server_does_not_do_is_a_dash(self):
        self.assertIn("| upload of 16 MiB at a time, 1 connection: server CPU, ms/100 MB | - | 7.0 (7.0 - 7.0) |",
                      self.lines({"upload": {REFERENCE: [7]}}))

    def test_the_size_of_datagrams_stands_behind_bulk_figures(self):
        lines = self.lines({"body 1m": {USQUIC_SERVE: [700], REFERENCE: [800]}, DATAGRAM_DOWN: {USQUIC_SERVE: [1452, 1452]}})
        self.assertIn("| 1 MiB, 8 x 4: server CPU, us/request | 700 (700 - 700) [1452] | 800 (800 - 800) |", lines)

    def test_rows_in_which_others_are_ahead_are_named(self):
        found = {"small 8x32": {USQUIC_SERVE: [2], BARE: [1], REFERENCE: [4], "Bun http3": [1.6]},
                 "handshake": {USQUIC_SERVE: [3], "Bun http3": [2]}}
        self.assertIn("Ahead of `usquic serve`, with its ratio to theirs: Bun http3 in 6 B, 8 x 32: server CPU (1.25); "
                      "full handshake: server CPU (1.50).",
                      self.lines(found, servers=[USQUIC_SERVE, BARE, REFERENCE, "Bun http3"]))
        self.assertNotIn("Ahead", "".join(self.lines(made([2], [4]))))

    def test_the_client_is_named(self):
        self.assertIn("Client: `usquic load`.", self.lines(made([1], [2])))
        self.assertIn("Client: h2load nghttp2/1.70.0, but `usquic load` for handshake and memory.",
                      self.lines(made([1], [2]), client="h2load nghttp2/1.70.0", own_client_loads=["handshake", "memory"]))

    def test_every_line_of_a_table_has_as_many_cells_as_its_head(self):
        width = 0
        for line in [*self.lines(made([1], [2])), ""]:
            cells = line.count("|")
            self.assertTrue(width in (0, cells) or cells == 0, line)
            width = cells

    def test_the_run_is_described(self):
        text = "\n".join(self.lines(made([1], [2]), quick=True))
        self.assertIn("2026-01-02 03:04 UTC, 3 rounds of 1 s, `--quick`. 2 cores of A Processor, Linux 6.1, Debian; load average "
                      "0.2 before, 1.5 after.", text)
        self.assertIn("Versions: usquic 0.1.0; g++ 12.", text)

    def test_what_was_not_measured_is_named_with_its_reason(self):
        lines = self.lines(made([1], [2]), skipped={"Caddy": "it is not installed"}, failed=["Bun, upload: cut off"])
        self.assertIn("Skipped: Caddy: it is not installed.", lines)
        self.assertIn("Failed: Bun, upload: cut off.", lines)

    def test_the_share_of_the_loopback_limit_is_told(self):
        limit = {"udp_gbps": 30.0, "cipher_gbps": 75.0, "limit_gbps": 20.0, "cipher": "a library"}
        text = "\n".join(self.lines({"download wall": {USQUIC_SERVE: [0.4]}}, loopback=limit))
        self.assertIn("they allow 20.0 Gb/s. Of that, one download reached: usquic serve 10.0 Gb/s, 50 %.", text)


class Chart(unittest.TestCase):
    def test_is_well_formed_with_a_bar_for_each_server(self):
        found = made([2], [4]) | {"small 1x1": {USQUIC_SERVE: [9]}}
        svg = ElementTree.fromstring(chart.render(found, [USQUIC_SERVE, REFERENCE], (USQUIC_SERVE,), "a <caption>"))
        bars = [tag for tag in svg.iter() if tag.tag.endswith("rect") and tag.get("height") == str(chart.BAR)]
        self.assertEqual(len(bars), 2)  # 1x1 has no goal, so no panel
        self.assertAlmostEqual(float(bars[0].get("width")) * 2, float(bars[1].get("width")), delta=0.2)

    def test_a_bar_that_would_hide_the_others_is_cut(self):
        text = chart.render(made([2], [4]) | {}, [USQUIC_SERVE, REFERENCE], (), "")
        self.assertNotIn("(cut)", text)
        found = {"small 8x32": {USQUIC_SERVE: [2], REFERENCE: [4], "Caddy": [400]}}
        self.assertIn("400.00 (cut)", chart.render(found, [USQUIC_SERVE, REFERENCE, "Caddy"], (), ""))

    def test_is_empty_when_nothing_was_measured(self):
        ElementTree.fromstring(chart.render({}, [], (), ""))


if __name__ == "__main__":
    unittest.main()
