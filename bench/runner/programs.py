"""Runs the benchmark programs of a folder of the build and turns what they print into results.

A benchmark named a/b/c is the result a.b.c. Its value is its counter `ns` (nanoseconds a packet or a message) or, without one,
the CPU time of an iteration. Other counters are results a.b.c.COUNTER; those with a dot in their name have that name."""
import json
import subprocess
import sys


class Effort:
    """How long and how often."""

    def __init__(self, runs, seconds, leave_out="", iterations_of_peers=1.0):
        self.runs, self.seconds, self.leave_out, self.peers = runs, seconds, leave_out, iterations_of_peers


FULL = Effort(5, 0.2)
QUICK = Effort(3, 0.05, leave_out="8000000")
# A test's: everything once, without what takes seconds to fill.
SMOKE = Effort(1, 0.001, leave_out="8000000|1000000|500000|sha256_stored")


def unit_of(name):
    if name.endswith(("_per_s", ".per_s")):
        return "1/s"
    if name.endswith("_share") or name.endswith("_of_rated"):
        return "share"
    if "bytes" in name:
        return "bytes"
    if name.startswith(("stages.", "bursts.")):
        return "cycles"
    return "ns"


def programs(build, group):
    return sorted(p for p in (build / "bench" / group).glob("bench_*") if p.is_file() and p.suffix == "")


def start(program, effort, repetitions, only):
    command = [str(program), "--benchmark_format=json", f"--benchmark_min_time={effort.seconds}",
               f"--benchmark_repetitions={repetitions}"]
    if repetitions > 1 and program.name != "bench_locations":
        command.append("--benchmark_enable_random_interleaving=true")
    if only:
        command.append(f"--benchmark_filter={only}")
    elif effort.leave_out:
        command.append(f"--benchmark_filter=-{effort.leave_out}")
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{program.name} ended with {done.returncode}: {done.stderr[-2000:]}")
    begin = done.stdout.find("{")
    return json.loads(done.stdout[begin:])["benchmarks"] if begin >= 0 else []


KNOWN = {"name", "family_index", "per_family_instance_index", "run_name", "run_type", "repetitions", "repetition_index", "threads",
         "iterations", "real_time", "cpu_time", "time_unit", "items_per_second", "bytes_per_second", "label"}
SCALE = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


def read(rows, found):
    """Adds what one program printed to found: name to list of values."""
    for row in rows:
        if row.get("run_type") == "aggregate":
            continue
        if row.get("error_occurred"):
            raise RuntimeError(f"{row['run_name']}: {row.get('error_message')}")
        parts = [p for p in row["run_name"].split("/") if p not in ("manual_time", "process_time", "real_time")
                 and not p.startswith(("iterations:", "repeats:", "min_time:"))]
        name = ".".join(parts)
        counters = {key: value for key, value in row.items() if key not in KNOWN and isinstance(value, (int, float))}
        if "ns" in counters:
            # The program gives seconds an item times 1e9 as the inverse of a rate.
            found.setdefault(name, []).append(counters.pop("ns"))
        elif not name.startswith(("stages.", "bursts.")):
            found.setdefault(name, []).append(row["cpu_time"] * SCALE[row["time_unit"]])
        for key, value in counters.items():
            key = key if "." in key else f"{name}.{key}"
            found.setdefault(key, []).append(value)


# Filling their tables takes longer than measuring: one process repeats.
FILL_ONCE = {"bench_digest", "bench_locations", "bench_media", "bench_relay", "bench_sip_forward"}


def run(build, group, effort, results, only="", chosen=None):
    """Every program of the group (or those in chosen), effort.runs times, one after the other and round again."""
    all_of_it = [p for p in programs(build, group) if chosen is None or p.name in chosen]
    if not all_of_it:
        raise RuntimeError(f"there is no benchmark program in {build}/bench/{group}; the build has -Dbench=true?")
    found = {}
    for program in all_of_it:
        if program.name in FILL_ONCE:
            print(f"  {program.name}", file=sys.stderr, flush=True)
            read(start(program, effort, effort.runs, only), found)
    for turn in range(effort.runs):
        for program in all_of_it:
            if program.name not in FILL_ONCE:
                print(f"  {program.name} {turn + 1}/{effort.runs}", file=sys.stderr, flush=True)
                read(start(program, effort, 1, only), found)
    for name, values in found.items():
        results.add(name, unit_of(name), values)
