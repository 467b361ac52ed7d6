"""Whether a change made anything slower: the old tree and the new one, run by run in turn; and the budget of each stage."""
import os
import re
import subprocess
import sys

from . import budget, programs
from .results import Results, figure

RUNS = 7
# Without what only takes long to fill; those figures are tools/bench's.
EFFORT = programs.Effort(1, 0.1, leave_out="8000000|1000000|sha256_stored")
CHOSEN = (("micro", None), ("pipeline", None))
WHERE = re.compile(r"^(stages|bursts)\.")


def build_of(root, build, base):
    """The benchmarks of commit `base`, built beside ours. The build's folder."""
    commit = subprocess.run(["git", "-C", root, "rev-parse", "--short=12", base + "^{commit}"], capture_output=True, text=True)
    if commit.returncode != 0:
        sys.exit(f"bench: {base} is no commit of this repository")
    commit = commit.stdout.strip()
    tree = build / "gate" / commit
    if not tree.exists():
        subprocess.run(["git", "-C", root, "worktree", "prune"], check=True)
        subprocess.run(["git", "-C", root, "worktree", "add", "--quiet", "--detach", tree, commit], check=True)
    old = tree / "build-bench"
    say = {"stdout": sys.stderr}
    if not (old / "build.ninja").exists():
        subprocess.run(["meson", "setup", old, tree, "-Dbuildtype=release", "-Dbench=true", "-Dtests=false", "-Dfuzz=false"], check=True, **say)
    subprocess.run(["ninja", "-C", old, *targets(old)], check=True, **say)
    return old, commit


def targets(build):
    """The benchmark programs by their names in the build: not the daemon, which the gate does not run."""
    known = subprocess.run(["ninja", "-C", build, "-t", "targets", "all"], capture_output=True, text=True).stdout
    return sorted(set(re.findall(r"^(bench/(?:micro|pipeline)/bench_\w+): ", known, re.M)))


def compare(old, new):
    """(sentences about what became slower, lines of a table). Both: name to the values of its runs; less is better.

    Slower is only what is slower in its best run than the old one in its worst: on a shared machine nothing else is sure."""
    slower, lines = [], []
    for name in sorted(set(old) & set(new)):
        mine, theirs = new[name], old[name]
        change = min(mine) / min(theirs) - 1 if min(theirs) > 0 else 0.0
        worse, better = min(mine) > max(theirs), max(mine) < min(theirs)
        mark = "SLOWER" if worse else "faster" if better else ""
        lines.append(f"{name:44} {figure(min(theirs)):>10} - {figure(max(theirs)):>10}   {figure(min(mine)):>10} - {figure(max(mine)):>10}  "
                     f"{change:+7.1%}  {mark}".rstrip())
        if worse:
            slower.append(f"{name} is slower: at best {figure(min(mine))}, it was {figure(max(theirs))} at worst")
    return slower, lines


def run(root, build, base, quick):
    old_build, commit = build_of(root, build, base)
    seen = {"old": {}, "new": {}}
    try:
        for turn in range(3 if quick else RUNS):
            order = (("old", old_build), ("new", build))
            for which, place in order if turn % 2 == 0 else order[::-1]:
                print(f"{which} {turn + 1}", file=sys.stderr, flush=True)
                for group, _ in CHOSEN:
                    for program in programs.programs(place, group):
                        programs.read(programs.start(program, EFFORT, 1, ""), seen[which])
    finally:
        if os.environ.get("STROWGER_KEEP_GATE") is None:
            subprocess.run(["git", "-C", root, "worktree", "remove", "--force", build / "gate" / commit], check=False)
    slower, lines = compare(seen["old"], seen["new"])
    if not lines:
        print(f"commit {commit} has no benchmark in common with this tree")
    print(f"{'':44} {'old, best - worst':>23}   {'new, best - worst':>23}")
    print("\n".join(lines))
    results = Results()
    for name, values in seen["new"].items():
        results.add(name, programs.unit_of(name), values)
    problems = slower + budget.exceeded(budget.read(root), results)
    print("\n".join(problems) or f"nothing is slower than {commit}, and every stage is within its budget")
    return 1 if problems else 0
