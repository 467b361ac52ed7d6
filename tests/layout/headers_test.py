"""Every header compiles by itself. What was compiled before and has not changed is not compiled again.

   headers_test.py BUILD COMPILER FLAG…"""
import concurrent.futures
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import tree

build, compiler, flags = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
cache = build / "tests/layout/headers"
cache.mkdir(parents=True, exist_ok=True)
headers = sorted(tree.files({".hpp"}, ("include", "dataplane", "controlplane")))


def fingerprint():
    """Of all headers, per header: its own text and that of all that it reaches within the tree."""
    reach = {}

    def closure(path):
        if path not in reach:
            reach[path] = {path}
            for _, name in tree.includes(Path(path)):
                target = tree.area(Path(path), name)
                if target:
                    reach[path] |= closure(target)
        return reach[path]

    marks = {}
    for header in headers:
        digest = hashlib.sha256(" ".join([compiler, *flags]).encode())
        for path in sorted(closure(header.as_posix())):
            digest.update(tree.text(path).encode())
        marks[header] = digest.hexdigest()
    return marks


def compile_alone(header):
    done = subprocess.run([*compiler.split(), *flags, "-fsyntax-only", "-x", "c++", "-"], cwd=tree.ROOT, text=True,
                          input=f'#include "{tree.ROOT / header}"\n', capture_output=True)
    return None if done.returncode == 0 else f"{header} does not compile alone:\n{done.stderr[:2000]}"


marks = fingerprint()
waiting = [h for h in headers if not (cache / marks[h]).exists()]
problems = []
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for header, problem in zip(waiting, pool.map(compile_alone, waiting)):
        if problem:
            problems.append(problem)
        else:
            (cache / marks[header]).touch()
if len(headers) < 50:
    problems.append(f"only {len(headers)} headers were found: the test looks in the wrong place")
tree.finish(problems, f"{len(headers)} headers compile alone, {len(waiting)} of them compiled now")
