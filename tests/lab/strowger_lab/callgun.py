"""The load generator in the lab: one process, whose ports lie in the lab's namespaces."""
import json
import subprocess
import tempfile
from pathlib import Path

from . import lab

PROGRAM = lab.BUILD / "tools/callgun/callgun"
ACCESS = f"af_xdp:eth0@{lab.PREFIX}-access"  # 10.10.0.100-119, fd10:a::100-103
CORE = f"af_xdp:eth0@{lab.PREFIX}-core"      # 10.20.0.10-11, 10.20.0.20-29, fd10:b::10, fd10:b::20


def run(load, target, port, addresses, *arguments, seconds=120, relaxed=True):
    """callgun LOAD TARGET with these arguments, to its end; its report. Raises when it could not start.

    `relaxed`: it sleeps when it has nothing to do, since the lab's machine may have two cores for everything. The answer
    also has exit_code: 0 all completed, 1 some failed."""
    with tempfile.TemporaryDirectory(prefix="callgun-") as folder:
        report = Path(folder, "report.json")
        command = [str(PROGRAM), load, *([target] if target else []), "--port", port, "--addresses", addresses,
                   *map(str, arguments), "--quiet", "--json", str(report), *(["--relaxed"] if relaxed else [])]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
        if done.returncode not in (0, 1) or not report.exists():
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return {**json.loads(report.read_text()), "exit_code": done.returncode, "text": done.stdout}
