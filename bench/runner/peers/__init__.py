"""Strowger beside Kamailio, rtpengine and testpmd: the same frames over the same veth pairs in the same run, one core each."""
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/lab"))
os.environ.setdefault("STROWGER_LAB", "bench")


def run(build, effort, results, **_):
    if os.geteuid() != 0:
        sys.exit("bench: the peers need namespaces, and those need root: sudo tools/bench peers")
    from . import calls, media, signalling
    from .stand import Stand
    with Stand(build, seconds=0.5 * effort.peers) as stand:
        stand.silence(True)
        signalling.run(stand, build, effort, results)
        media.run(stand, build, effort, results)
        calls.run(stand, effort, results)
