"""Putting `hubbub bench` to each contestant in turn, round after round."""

import json
import statistics
import subprocess
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

import servers
from machine import load, say
from rows import NAMES, rate
from servers import MONGO, Failure, binary, environment

RUN_SECONDS = 180


def database():
    """A name of its own for each run, so that none finds what another left."""
    return f"hubbub_figures_{time.time_ns()}"


def peer(key):
    """A running peer, or nothing for hubbub, which `hubbub bench` starts by itself."""
    match key:
        case "floor":
            return servers.bare()
        case "node":
            return servers.node()
        case "node-mongo":
            return servers.node(MONGO.address(database()))
        case _:
            return nullcontext()


def target(key, server):
    match key:
        case "hubbub":
            return ["--spawn"]
        case "hubbub-mongo":
            return ["--spawn", "--mongodb", MONGO.address(database())]
        case _:
            return ["--plain", "--url", server.url, "--pid", str(server.pid)]


def bench(words):
    """The report of one run of `hubbub bench`."""
    with tempfile.TemporaryDirectory(prefix="hubbub-figures-") as folder:
        report = Path(folder) / "report.json"
        command = [str(binary()), "bench", *words, "--json", str(report)]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment())
        try:
            _, said = running.communicate(timeout=RUN_SECONDS)
        except subprocess.TimeoutExpired:
            raise Failure(f"no report within {RUN_SECONDS} s: hubbub bench {' '.join(words)}") from None
        finally:
            end(running)
        if running.returncode:
            raise Failure(f"hubbub bench {' '.join(words)}: {said.strip()[-500:]}")
        return json.loads(report.read_text())


def end(running):
    """Told to, it ends the server that it started; killed, it could not."""
    if running.poll() is None:
        running.terminate()
        try:
            running.wait(timeout=30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def once(row, key, quick):
    words = list(row.quick if quick else row.words)
    with peer(key) as server:
        if row.ladder:
            return climb(words, target(key, server), row.ladder[:2] if quick else row.ladder, 20 if quick else 200)
        return bench([*target(key, server), *words])


def climb(words, at, ladder, listeners):
    """The last step that was carried, with the first that was not under `beyond`."""
    best, step = {"carried": 0}, {}
    for asked in ladder:
        asked = asked * listeners // 200
        step = {**bench([*at, *words, "--rate", rate(asked, listeners)]), "asked": asked}
        if step["errors"] or step["deliveryMs"]["p99"] > 50 or step["deliveriesPerSecond"] < 0.95 * asked:
            return {**best, "beyond": step}
        best = {**step, "carried": step["deliveriesPerSecond"]}
    return best


def measure(row, rounds, quick):
    """Medians by contestant and figure, and all that they were made of."""
    taken = {key: [] for key in row.who}
    failures = []
    loads = []
    rounds = 1 if quick else min(rounds, row.most_rounds)
    for number in range(rounds):
        for key in row.who:
            loads.append(load())
            try:
                report = once(row, key, quick)
            except (Failure, OSError) as failure:
                say(f"  {NAMES[key]}: {failure}")
                failures.append(f"{NAMES[key]}, round {number + 1}: {failure}")
                continue
            taken[key].append({figure.name: figure.of(report) for figure in row.figures})
            say(f"  round {number + 1}, {NAMES[key]}: " + told(row, taken[key][-1]))
    return {"rounds": rounds, "load": max(loads), "failures": failures, "taken": taken,
            "medians": {key: medians(row, runs) for key, runs in taken.items() if runs}}


def medians(row, runs):
    found = {}
    for figure in row.figures:
        values = [run[figure.name] for run in runs if run[figure.name] is not None]
        found[figure.name] = statistics.median(values) if values else None
    return found


def told(row, figures):
    return ", ".join(f"{figure.name} {shown(figure, figures[figure.name])}" for figure in row.figures)


def shown(figure, value):
    if value is None:
        return "–"
    text = f"{value:,.{figure.digits}f}"
    return f"{text} {figure.unit}" if figure.unit else text
