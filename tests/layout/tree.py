"""The files of the tree and their includes, for the layout tests."""
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("include", "dataplane", "controlplane", "tools", "tests", "bench")
SOURCES = {".cpp", ".hpp", ".c", ".h", ".def"}
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', re.MULTILINE)


def files(suffixes, folders=FOLDERS):
    """Paths relative to the top, build folders and hidden ones left out."""
    for folder in folders:
        for place, inner, names in os.walk(ROOT / folder):
            inner[:] = [n for n in inner if not n.startswith((".", "__pycache__", "build"))]
            for name in names:
                path = Path(place, name).relative_to(ROOT)
                if path.suffix in suffixes:
                    yield path


def text(path):
    return (ROOT / path).read_text(errors="replace")


def includes(path):
    """(line number, included name) of every include."""
    content = text(path)
    return [(content.count("\n", 0, found.start(1)) + 1, found.group(1)) for found in INCLUDE.finditer(content)]


def area(path, name):
    """The tree's own path that an include names, or None for one of the system or of a library."""
    for base in (Path("include"), Path("dataplane"), Path("controlplane"), Path("tests"), Path("tools"), path.parent):
        if (ROOT / base / name).exists():
            return (base / name).as_posix()
    return None


def run(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def finish(problems, good):
    """Prints each problem; the exit status of a test."""
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems" if problems else good)
    sys.exit(1 if problems else 0)
