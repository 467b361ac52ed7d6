"""A file does one thing: past 400 lines it is asked why, past 600 it is refused."""
import sys

import tree

WARN, FAIL = 400, 600
problems = []
count = 0
for path in tree.files({".cpp", ".hpp", ".c", ".h", ".py"}):
    count += 1
    lines = tree.text(path).count("\n")
    if lines > FAIL:
        problems.append(f"{path}: {lines} lines; split it ({FAIL} is the cap)")
    elif lines > WARN:
        print(f"{path}: {lines} lines; why? ({WARN} is where one asks)", file=sys.stderr)
if count < 100:
    problems.append(f"only {count} files were found: the test looks in the wrong place")
tree.finish(problems, f"{count} files are of a size")
