"""What the figures were measured on. No names of machines or of paths."""
import platform
import re
import subprocess
from pathlib import Path


def read(path, default=""):
    try:
        return Path(path).read_text()
    except OSError:
        return default


def output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def package(name):
    return output("dpkg-query", "-W", "-f=${Version}", name) or "not installed"


def facts():
    info = read("/proc/cpuinfo")
    model = re.search(r"^model name\s*:\s*(.*)$", info, re.M)
    flags = set((re.search(r"^flags\s*:\s*(.*)$", info, re.M) or [None, ""])[1].split())
    caches = {row.split(":")[0].strip(): row.split(":")[1].strip() for row in output("lscpu").splitlines()
              if "cache" in row.split(":")[0]}
    huge = re.search(r"HugePages_Total:\s*(\d+)", read("/proc/meminfo"))
    return {
        "cpu": model[1].strip() if model else platform.processor(),
        "cores": info.count("processor\t"),
        "mhz": (re.search(r"^cpu MHz\s*:\s*([\d.]+)", info, re.M) or [None, "?"])[1],
        "vector": "AVX-512" if "avx512bw" in flags else "AVX2" if "avx2" in flags else "SSE4.2",
        "virtual": "hypervisor" in flags,
        "caches": caches,
        "memory_gb": round(int((re.search(r"MemTotal:\s*(\d+)", read("/proc/meminfo")) or [0, "0"])[1]) / 1048576),
        "huge_pages": int(huge[1]) if huge else 0,
        "kernel": platform.release().split("-")[0],
        "compiler": output("g++", "-dumpfullversion"),
        "packages": {name: package(name) for name in ("libdpdk-dev", "kamailio", "rtpengine-daemon")},
        "load": float((read("/proc/loadavg") or "0").split()[0]),
        "commit": output("git", "-C", str(Path(__file__).parent), "rev-parse", "--short=12", "HEAD"),
    }
