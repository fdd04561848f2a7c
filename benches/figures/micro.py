"""Running the micro-benchmarks, and reading what divan printed."""

import re
import subprocess

from machine import ROOT, load, say
from reading import parent
from servers import MONGO, Failure, environment

TIMES = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0}


def measure(quick):
    found = {"load": load(), "rows": [], "failures": []}
    variables = {"HUBBUB_BENCH_STORES": str(parent()), **({"HUBBUB_BENCH_MESSAGES": "20000"} if quick else {})}
    try:
        variables["MONGODB_URI"] = MONGO.address("")
    except Failure as failure:
        say(f"  {failure}")
        found["failures"].append(str(failure))
    for bench in ("hot", "store"):
        try:
            found["rows"] += run(bench, quick, variables)
        except Failure as failure:
            say(f"  {failure}")
            found["failures"].append(str(failure))
    return found


def run(bench, quick, variables):
    # Each once and unoptimised tells that they work.
    words = ["cargo", "test"] if quick else ["cargo", "bench"]
    say(f"  {' '.join(words)} --bench {bench}")
    done = subprocess.run([*words, "--locked", "--quiet", "--bench", bench], cwd=ROOT, env=environment(**variables),
                          capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"{' '.join(words)} --bench {bench}: {done.stderr.strip()[-1000:]}")
    rows = [] if quick else list(read(done.stdout))
    if not quick and not rows:
        raise Failure(f"{' '.join(words)} --bench {bench} printed no table:\n{done.stdout[-500:]}")
    return rows


def read(text):
    """Name, argument, median and slowest in seconds, and items a second where they are counted, of divan's tree."""
    parents, last = {}, None
    for line in text.splitlines():
        tree = re.match(r"^((?:│  |   )*)(?:├─|╰─) (.*)$", line)
        if not tree:
            if last and (items := re.findall(r"([\d.]+) ([KMG]?)item/s", line)):
                number, prefix = items[2]
                last["items"] = float(number) * {"": 1, "K": 1e3, "M": 1e6, "G": 1e9}[prefix]
            continue
        depth, rest = len(tree[1]) // 3, tree[2]
        name = re.split(r"\s{2,}", rest)[0].strip(" │")
        parents[depth] = name
        times = re.findall(r"([\d.]+) (ns|µs|ms|s)\b", rest)
        if len(times) >= 4:
            fastest, slowest, median, _ = (float(number) * TIMES[unit] for number, unit in times[:4])
            last = {"name": parents[0].replace("_", " "), "of": name if depth else "", "fastest": fastest,
                    "median": median, "slowest": slowest}
            yield last
