"""One function at a time: bench/micro."""
from . import programs


def run(build, effort, results, **_):
    programs.run(build, "micro", effort, results)
    results.ratio("tokenise.vs_memchr", "tokenise.used", "tokenise.memchr")
