"""The runner's arithmetic: pairs, the gate's verdict, budgets, units and plots."""
import sys
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from runner import budget, gate, plot, programs  # noqa: E402
from runner.results import Results, figure, table  # noqa: E402


class RunnerTest(unittest.TestCase):
    def test_the_value_is_the_median_and_all_runs_are_kept(self):
        results = Results()
        results.add("a", "ns", [5, 1, 3])
        self.assertEqual(results.rows["a"], {"value": 3, "unit": "ns", "min": 1, "max": 5, "runs": [5, 1, 3]})
        with self.assertRaises(ValueError):
            results.add("nothing", "ns", [])

    def test_ratios_are_of_pairs(self):
        results = Results()
        results.add("a", "ns", [10, 40, 90])
        results.add("b", "ns", [1, 2, 3])
        results.ratio("a.vs_b", "a", "b")
        self.assertEqual(results.rows["a.vs_b"]["runs"], [10, 20, 30])
        results.ratio("a.vs_one", "a", [2])
        self.assertEqual(results.rows["a.vs_one"]["runs"], [5, 20, 45])

    def test_slower_is_what_is_slower_at_its_best_than_the_old_one_at_its_worst(self):
        old = {"same": [10, 12], "noisy": [10, 20], "slow": [10, 12], "fast": [10, 12], "gone": [1]}
        new = {"same": [10, 12], "noisy": [15, 30], "slow": [13, 14], "fast": [5, 6], "fresh": [1]}
        slower, lines = gate.compare(old, new)
        self.assertEqual(len(slower), 1)
        self.assertTrue(slower[0].startswith("slow "))
        self.assertEqual(len(lines), 4)
        self.assertEqual([line.split()[0] for line in lines if line.endswith("faster")], ["fast"])

    def test_a_stage_above_its_budget_is_told_and_one_that_was_not_measured(self):
        results = Results()
        results.add("stages.rtp.1.rx", "cycles", [30, 90])
        results.add("stages.rtp.1.tx", "cycles", [50, 90])
        said = budget.exceeded({"stages.rtp.1.rx": 40, "stages.rtp.1.tx": 40, "stages.rtp.1.rtp": 1}, results)
        self.assertEqual([sentence.split()[0].rstrip(":") for sentence in said], ["stages.rtp.1.tx", "stages.rtp.1.rtp"])

    def test_the_budget_names_stages_that_exist(self):
        known = (ROOT / "bench/support/stages.hpp").read_text()
        for name, cycles in budget.read(ROOT).items():
            self.assertIn(f'"{name.rsplit(".", 1)[1]}"', known)
            self.assertGreater(cycles, 0)

    def test_what_google_benchmark_prints_becomes_results(self):
        found = {}
        programs.read([{"run_name": "rtp_relay/loop/1000/manual_time", "run_type": "iteration", "cpu_time": 7.0, "time_unit": "us", "ns": 55.5},
                       {"run_name": "fib/routes/10", "run_type": "iteration", "cpu_time": 2.0, "time_unit": "us"},
                       {"run_name": "stages/rtp/1000", "run_type": "iteration", "cpu_time": 2.0, "time_unit": "us", "classify": 88.0},
                       {"run_name": "x", "run_type": "iteration", "cpu_time": 1.0, "time_unit": "ns", "memory.bytes_per_call": 9.0},
                       {"run_name": "x", "run_type": "aggregate", "cpu_time": 1.0, "time_unit": "ns"}], found)
        self.assertEqual(found, {"rtp_relay.loop.1000": [55.5], "fib.routes.10": [2000.0], "stages.rtp.1000.classify": [88.0],
                                 "x": [1.0], "memory.bytes_per_call": [9.0]})
        with self.assertRaises(RuntimeError):
            programs.read([{"run_name": "x", "run_type": "iteration", "error_occurred": True, "error_message": "no"}], {})
        self.assertEqual([programs.unit_of(n) for n in ("sip_forward.memory.msg_per_s", "memory.bytes_per_call", "stages.a", "a")],
                         ["1/s", "bytes", "cycles", "ns"])

    def test_figures_and_plots_can_be_read(self):
        self.assertEqual([figure(v) for v in (0, 0.5, 12.345, 1234567.8)], ["0", "0.5", "12.35", "1,234,568"])
        results = Results()
        results.add("a", "ns", [1, 2, 3])
        self.assertEqual(len(table(results)), 2)
        for svg in (plot.bars("a < b", [("one", 1), ("two", 200)], "ns", True), plot.parts("p", [("x", {"rx": 3, "tx": 4})], "cycles"),
                    plot.lines("l", {"s": [(1, 2), (1000, 5)]}, "x", "y")):
            self.assertTrue(xml.fromstring(svg).tag.endswith("svg"))


if __name__ == "__main__":
    unittest.main()
