"""Starting what is measured, each on a port of its own and in nobody's way; and ending it."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from machine import ROOT, say

NODE = ROOT / "benches/peers/node"
START_SECONDS = 60

# A measurement meets no limit that is there to keep strangers in bounds.
ROOMY = {
    "HUBBUB_BCRYPT_COST": "4",
    "HUBBUB_LOG": "warn",
    "HUBBUB_MAX_CONNECTIONS": "1000000",
    "HUBBUB_MAX_CONNECTIONS_PER_ADDRESS": "1000000",
    "HUBBUB_EVENTS_PER_SECOND": "100000",
    "HUBBUB_EVENTS_BURST": "100000",
    "HUBBUB_REQUESTS_PER_SECOND_PER_ADDRESS": "1000000",
    "HUBBUB_REQUESTS_BURST": "1000000",
}


class Failure(Exception):
    """What went wrong, for people."""


def binary():
    named = os.environ.get("HUBBUB_BIN")
    path = Path(named) if named else ROOT / "target/release/hubbub"
    if not path.exists():
        raise Failure(f"there is no {path}: run `cargo build --release`, or name the program in HUBBUB_BIN")
    return path.resolve()


def floor():
    """The bare broadcast, built as hubbub was."""
    named = os.environ.get("HUBBUB_FLOOR")
    beside = binary().parent / "examples/floor"
    path = Path(named) if named else beside if beside.exists() else ROOT / "target/release/examples/floor"
    if not path.exists():
        raise Failure(f"there is no {path}: run `cargo build --release --example floor`, or name it in HUBBUB_FLOOR")
    return path.resolve()


def environment(**more):
    """The caller's, without what would configure a server under measurement."""
    ours = ("HUBBUB_", "MONGODB_", "RUST_LOG", "NODE_", "PORT")
    return {**{name: value for name, value in os.environ.items() if not name.startswith(ours)}, **more}


class Server:
    """A process that says `listens on http://…` and ends when it is told to."""

    def __init__(self, words, cwd=None, **variables):
        self.errors = tempfile.TemporaryFile("w+")
        self.began = time.perf_counter()
        self.process = subprocess.Popen([str(word) for word in words], cwd=cwd, env=environment(**variables),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        # Whoever hangs is ended, and the reading below with it.
        watchdog = threading.Timer(START_SECONDS, self.process.kill)
        watchdog.start()
        try:
            self.url = self.listens(words)
        finally:
            watchdog.cancel()
        self.pid = self.process.pid

    def listens(self, words):
        for line in self.process.stdout:
            if found := re.search(r"listens on (http://127\.0\.0\.1:[1-9]\d*)", line):
                # Read on, so that it never waits for a reader.
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return found[1]
        self.process.wait()
        raise Failure(f"{Path(str(words[0])).name} did not start:\n{self.said()}")

    def said(self):
        self.errors.seek(0)
        return self.errors.read()[-2000:]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.errors.close()


def hubbub(store, port=0):
    """`store` is a folder, or the address of a MongoDB."""
    data, variables = (store, {}) if isinstance(store, Path) else (None, {"MONGODB_URI": store})
    with_folder = {"HUBBUB_DATA_DIR": str(data)} if data else {"HUBBUB_DATA_DIR": str(folder())}
    return Server([binary(), "serve", "--bind", f"127.0.0.1:{port}"], **ROOMY, **with_folder, **variables)


def bare():
    return Server([floor()])


def node(mongodb=None):
    if not (NODE / "node_modules/socket.io").exists():
        raise Failure(f"socket.io is not installed: run `npm ci --ignore-scripts` in {NODE}")
    more = {"MONGODB_URI": mongodb} if mongodb else {}
    return Server(["node", "server.mjs"], cwd=NODE, NODE_ENV="production", **more)


FOLDERS = []


def folder():
    """A temporary one, which is there until [`tidy`]."""
    FOLDERS.append(Path(tempfile.mkdtemp(prefix="hubbub-figures-")))
    return FOLDERS[-1]


class Mongo:
    """A replica set of one member, started at its first use; all that is made in it goes with it."""

    def __init__(self):
        self.folder = self.uri = None

    def address(self, database):
        if self.uri is None:
            self.folder = folder() / "mongod"
            say("a mongod is started")
            done = subprocess.run([ROOT / "scripts/mongod", "start", self.folder, "--replica-set"],
                                  capture_output=True, text=True, env=environment(**self.named()))
            if done.returncode:
                self.folder = None
                raise Failure(f"no MongoDB: {done.stderr.strip()}")
            self.uri = done.stdout.rsplit(" ", 1)[0]
        server, _, options = self.uri.partition("?")
        head, slashes, host = server.partition("//")
        return f"{head}{slashes}{host.split('/')[0]}/{database}" + (f"?{options}" if options else "")

    def named(self):
        mongod = os.environ.get("HUBBUB_MONGOD")
        return {"HUBBUB_MONGOD": mongod} if mongod else {}

    def stop(self):
        if self.folder:
            subprocess.run([ROOT / "scripts/mongod", "stop", self.folder], check=True)
            self.folder = None


MONGO = Mongo()


def tidy():
    MONGO.stop()
    while FOLDERS:
        shutil.rmtree(FOLDERS.pop(), ignore_errors=True)
