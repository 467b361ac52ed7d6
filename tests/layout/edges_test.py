"""Who may include whom (edges.txt), and what may not be included where packets pass (hot_includes.txt)."""
import fnmatch

import tree


def rules(name):
    """Lines `pattern: words`, comments left out."""
    for line in tree.text(f"tests/layout/{name}").splitlines():
        line = line.split("#")[0].strip()
        if line:
            pattern, words = line.split(":", 1)
            yield pattern.strip(), words.split()


edges = list(rules("edges.txt"))
hot = list(rules("hot_includes.txt"))
problems = []
seen = 0
for path in tree.files(tree.SOURCES):
    own = path.as_posix()
    for line, name in tree.includes(path):
        seen += 1
        target = tree.area(path, name)
        for pattern, forbidden in edges:
            if target and fnmatch.fnmatch(own, pattern) and any(fnmatch.fnmatch(target, f) for f in forbidden):
                problems.append(f"{own}:{line}: may not include {target} (edges.txt: {pattern})")
        # The first rule that names a file is the one that counts.
        forbidden = next((words for pattern, words in hot if fnmatch.fnmatch(own, pattern)), [])
        if any(fnmatch.fnmatch(name, f) for f in forbidden):
            problems.append(f"{own}:{line}: <{name}> has no place where packets pass (hot_includes.txt)")
if seen < 100:
    problems.append(f"only {seen} includes were found: the test looks in the wrong place")
tree.finish(problems, f"{seen} includes keep to the edges")
