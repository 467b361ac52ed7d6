"""tools/bench: see --help."""
import argparse
import os
import sys
import time
from pathlib import Path

from . import control, machine, micro, overload, pipeline, programs
from .results import Results, table

ROOT = Path(__file__).resolve().parents[2]
GROUPS = {"micro": micro, "pipeline": pipeline, "control": control, "overload": overload}
try:
    from . import peers
    GROUPS["peers"] = peers
except ImportError:
    pass
ORDER = ("micro", "pipeline", "peers", "control", "overload")


def arguments():
    parser = argparse.ArgumentParser(prog="tools/bench", description="Runs the benchmarks, in groups, and prints every figure.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"groups: {', '.join(ORDER)}; all of them when none is named")
    parser.add_argument("--json", metavar="FILE", help="also write the figures there")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter repetitions, to see that something moved")
    parser.add_argument("--smoke", action="store_true", help="each benchmark once for as short as possible, as the tests do")
    parser.add_argument("--gate", nargs="?", const="HEAD~1", metavar="BASE",
                        help="compare this tree with commit BASE in interleaved runs, and the stages with bench/budget.toml")
    parser.add_argument("--report", action="store_true", help="write docs/performance.md of this run")
    parser.add_argument("--build", default=os.environ.get("STROWGER_BUILD", str(ROOT / "build-bench")), help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    chosen = arguments()
    build = Path(chosen.build).resolve()
    if chosen.gate:
        from . import gate
        sys.exit(gate.run(ROOT, build, chosen.gate, chosen.quick))
    names = chosen.names or ORDER
    for name in names:
        if name not in GROUPS:
            sys.exit(f"bench: there is no group {name}; there are: {', '.join(n for n in ORDER if n in GROUPS)}")
    effort = programs.SMOKE if chosen.smoke else programs.QUICK if chosen.quick else programs.FULL
    results = Results()
    began = time.time()
    found = machine.facts()
    if found["load"] > 0.3 * found["cores"]:
        results.note(f"other programs were running when this began (load {found['load']:.1f} on {found['cores']} cores): absolute figures are "
                     "worse than the machine's own, and rates on veth are what was left of its cores")
    for name in names:
        print(f"{name}:", file=sys.stderr, flush=True)
        GROUPS[name].run(build=build, effort=effort, results=results)
    print("\n".join(table(results)))
    print(f"{len(results.rows)} figures in {time.time() - began:.0f} s on {found['cpu']}; "
          "absolute figures are this machine's, ratios are what to compare")
    if chosen.json:
        results.save(chosen.json)
    if chosen.report:
        from . import report
        report.write(ROOT, results)


main()
