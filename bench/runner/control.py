"""The control plane's own work: bench/control."""
from . import programs


def run(build, effort, results, **_):
    programs.run(build, "control", effort, results)
    results.add("register.per_s", "1/s", [1e9 / ns for ns in results.runs("register.verified")])
    results.add("memory.bytes_per_binding", "bytes", results.runs("register.md5.bytes"))
    results.add("b2bua.calls_per_s", "1/s", [1e9 / ns for ns in results.runs("b2bua.control")])
    programs.run(build, "control", effort, results, only="memory", chosen={"bench_calls"})
    results.rows.pop("call.octets", None)
