"""Reading among many messages over the API, and how soon a server answers that has many."""

import http.client
import json
import random
import socket
import statistics
import subprocess
import time
from pathlib import Path

import servers
from machine import load, say
from servers import MONGO, ROOMY, Failure, binary, environment, folder
from speaking import Rest, Socket

FEW, MANY = 10_000, 1_000_000
# One world for all: `benches/rig` makes the same from the same numbers.
SHAPE = ("--users", "200", "--groups", "5", "--channels", "20", "--random-seed", "1")
PASSWORD = "open-the-window"
READERS = 30


class World:
    """A store that holds a made world of so many messages. Made once, used by all who read."""

    made = {}

    def __init__(self, store, messages):
        self.messages, self.store = messages, store

    @classmethod
    def of(cls, kind, messages):
        if (kind, messages) not in cls.made:
            place = parent() / str(messages) if kind == "embedded" else MONGO.address(f"hubbub_bench_{messages}")
            world = cls(place, messages)
            world.fill()
            cls.made[kind, messages] = world
        return cls.made[kind, messages]

    def variables(self):
        # Passwords are checked against the pepper that they were made with.
        keeps = {"HUBBUB_DATA_DIR": str(self.store if isinstance(self.store, Path) else parent() / "mongodb")}
        return keeps if isinstance(self.store, Path) else {**keeps, "MONGODB_URI": self.store}

    def fill(self):
        say(f"  {self.messages:,} messages are made")
        done = subprocess.run([binary(), "seed", *SHAPE, "--messages", str(self.messages)],
                              env=environment(**ROOMY, **self.variables()), capture_output=True, text=True)
        if done.returncode:
            raise Failure(f"hubbub seed: {done.stderr.strip()}")
        say(f"  {done.stdout.strip()}")

    def serve(self, port=0):
        return servers.Server([binary(), "serve", "--bind", f"127.0.0.1:{port}"], **ROOMY, **self.variables())

    def readers(self):
        """Names of people who read the busiest channel, which is the first of the first group."""
        done = subprocess.run([binary(), "user", "list"], env=environment(**ROOMY, **self.variables()),
                              capture_output=True, text=True, check=True)
        names = [word for line in done.stdout.splitlines() for word in line.split()[:2] if word.count(".") == 2]
        return [name for name in names if int(name.split(".")[1]) % 5 == 0][:READERS]


PARENT = []


def parent():
    """Where the stores lie; the micro-benchmarks are told."""
    if not PARENT:
        PARENT.append(folder())
    return PARENT[0]


def spread(seconds):
    times = sorted(1000 * one for one in seconds)
    return {"p50": statistics.median(times), "p99": times[min(len(times) - 1, int(len(times) * 0.99))]}


def timed(work):
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer


def reading(kind, messages, quick):
    """p50 and p99 of a page of 50 and of a resume of 300, at random places of the busiest channel."""
    world = World.of(kind, messages)
    names = world.readers()
    if not names:
        raise Failure("`hubbub user list` names nobody of the made world")
    # Places are drawn alike in every run.
    dice = random.Random(1)
    with world.serve() as server:
        rest = Rest(server.url)
        pages, resumes = [], []
        for name in names[:3] if quick else names:
            token = rest.data("POST", "/api/auth/login", {"username": name, "password": PASSWORD})["accessToken"]
            channel = busiest(rest, token)
            head = channel["head"]
            pages += read_pages(rest, token, channel, head, dice, 20)
            resumes += read_resumes(server.url, token, channel, head, dice, 12)
        rest.close()
    return {"page": spread(pages), "resume": spread(resumes)}


def busiest(rest, token):
    """The first channel that was made; its name ends with its number."""
    mine = rest.data("GET", "/api/channels/my-channels?limit=100", token=token)["channels"]
    channel = next(channel for channel in mine if channel["name"].endswith("-0"))
    return rest.data("GET", f"/api/channels/{channel['id']}", token=token)


def read_pages(rest, token, channel, head, dice, times):
    taken = []
    for _ in range(times):
        # The log begins with who joined, which is no message.
        before = dice.randint(300, head)
        path = f"/api/messages/channel/{channel['id']}?before={before}&limit=50"
        took, (status, body) = timed(lambda: rest.ask("GET", path, token=token))
        if status != 200 or body.count(b'"clientMsgId"') != 50:
            raise Failure(f"a page is short: {status} {body[:200]}")
        taken.append(took)
    return taken


def read_resumes(url, token, channel, head, dice, times):
    reader = Socket(url, token)
    taken = []
    # A server lets nobody resume from further back than a thousand.
    for _ in range(times):
        after = head - dice.randint(300, min(1_000, head - 1))
        asked = {"channels": {channel["id"]: {"epoch": channel["epoch"], "seq": after}}}
        took, answer = timed(lambda: reader.ask("resume", asked))
        caught = json.loads(answer)[0]
        changes = caught.get("data", {}).get("channels", {}).get(channel["id"], {}).get("changes", ())
        if len(changes) != 300:
            raise Failure(f"a resume is short: {answer[:300]}")
        taken.append(took)
    reader.close()
    return taken


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def first_answer(start, port):
    """Seconds from the start of the process until /health answers 200."""
    with start(port) as server:
        while True:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            try:
                line.request("GET", "/health")
                if line.getresponse().status == 200:
                    return time.perf_counter() - server.began
            except OSError:
                pass
            finally:
                line.close()
            time.sleep(0.001)


def starts(kind, messages, quick):
    """`messages` 0: a store that was just made and is empty."""
    if messages:
        world = World.of(kind, messages)
    else:
        world = World(folder() if kind == "embedded" else MONGO.address(f"hubbub_figures_{time.time_ns()}"), 0)
    taken = [first_answer(world.serve, free_port()) for _ in range(3 if quick else 10)]
    # The first start makes what is missing; it is told apart.
    return {"first": taken[0] * 1000, "p50": statistics.median(taken[1:]) * 1000, "max": max(taken[1:]) * 1000}


def measure(quick):
    few, many = (2_000, 4_000) if quick else (FEW, MANY)
    found = {"load": load(), "many": many, "reading": {}, "starts": {}, "failures": []}
    for kind in ("embedded", "mongodb"):
        for messages in (few, many):
            attempt(found, "reading", kind, messages, lambda: reading(kind, messages, quick))
        for messages in (0, many):
            attempt(found, "starts", kind, messages, lambda: starts(kind, messages, quick))
    return found


def attempt(found, what, kind, messages, work):
    try:
        found[what][f"{kind} {messages}"] = work()
        say(f"  {what}, {kind}, {messages:,} messages: {found[what][f'{kind} {messages}']}")
    except (Failure, OSError, KeyError, ValueError) as failure:
        say(f"  {what}, {kind}, {messages:,} messages: {failure!r}")
        found["failures"].append(f"{what}, {kind}, {messages:,} messages: {failure}")
