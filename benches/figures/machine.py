"""What the figures were taken on, and whether it had anything else to do."""

import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def say(*words):
    """To people; standard output is for what was found."""
    print(*words, file=sys.stderr, flush=True)


def cores():
    return len(os.sched_getaffinity(0))


def load():
    return os.getloadavg()[0]


def is_quiet():
    """Whether others leave this machine to us: what a run itself adds to the load comes later."""
    return load() < 0.5 * cores()


def described():
    """Machine and commit, as they stand above the figures."""
    return {
        "cores": cores(),
        "processor": first_after(Path("/proc/cpuinfo"), "model name") or platform.processor() or platform.machine(),
        "memory": memory(),
        "kernel": f"{platform.system()} {platform.release()}",
        "commit": commit(),
        "node": version("node"),
        "rustc": version("rustc"),
    }


def memory():
    kibibytes = first_after(Path("/proc/meminfo"), "MemTotal")
    return f"{int(kibibytes.split()[0]) / 1048576:.0f} GiB" if kibibytes else "unknown"


def first_after(path, name):
    if not path.exists():
        return None
    lines = (line.partition(":") for line in path.read_text().splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), None)


def commit():
    """With `+` where something is changed that is not committed, the page of figures apart."""
    def git(*words):
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    named = git("rev-parse", "--short=12", "HEAD").stdout.strip()
    changed = git("status", "--porcelain", "--", ".", ":!docs/performance.md").stdout
    return f"{named}+" if named and changed else named or "unknown"


def version(program):
    try:
        return subprocess.run([program, "--version"], capture_output=True, text=True).stdout.split("\n")[0]
    except FileNotFoundError:
        return "missing"
