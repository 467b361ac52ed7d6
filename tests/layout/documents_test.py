"""Every path that the documents name exists, and every link between them leads somewhere."""
import re

import tree

TOP = ("dataplane/", "controlplane/", "include/", "tools/", "bench/", "tests/", "configs/", "docs/", ".ci/")
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
BARE = re.compile(r"(?:^|[\s(])((?:tools|configs|docs|tests|bench)/[\w./-]+)", re.MULTILINE)


def expand(word):
    """name.{hpp,cpp} names two files."""
    found = re.search(r"\{([^}]*)\}", word)
    if not found:
        return [word]
    return [word[:found.start()] + part.strip() + word[found.end():] for part in found.group(1).split(",")]


def exists(word):
    word = word.split(":")[0].rstrip("/.,")
    if re.fullmatch(r"docs/decisions/\d{4}", word):  # a decision may be named by its number
        word += "-*"
    if word.startswith("bench/") and (tree.ROOT / (word + ".cpp")).exists():  # a program, where the build puts it
        return True
    return bool(list(tree.ROOT.glob(word))) if "*" in word else (tree.ROOT / word).exists()


problems = []
names = 0
documents = [tree.ROOT / n for n in ("README.md", "CONTRIBUTING.md")] + sorted((tree.ROOT / "docs").rglob("*.md"))
for document in documents:
    own = document.relative_to(tree.ROOT)
    for number, line in enumerate(document.read_text().splitlines(), 1):
        words = [w for code in CODE.findall(line) for w in code.split()] + BARE.findall(line)
        for word in words:
            if not word.startswith(TOP) or any(mark in word for mark in ("…", "...", "NAME", "NNNN", "<")):
                continue
            for one in expand(word):
                names += 1
                if not exists(one):
                    problems.append(f"{own}:{number}: there is no {one}")
        for link in LINK.findall(line):
            if "://" in link:
                continue
            names += 1
            if not (document.parent / link).exists():
                problems.append(f"{own}:{number}: the link to {link} leads nowhere")
if names < 20:
    problems.append(f"only {names} names were found: the test looks in the wrong place")
tree.finish(sorted(set(problems)), f"{names} names and links are right")
