"""A small world: one hubbub of its own, people, and what they need to chat.

[`Server`] is a process with exactly the settings it is given; [`World`] one in which no limit is in
the way. The tests of attacks use the first, those of clients the second.

Every wait ends with an event and has a deadline; none is a fixed time.
"""

import itertools
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from queue import Empty, Queue
from urllib.parse import urlsplit, urlunsplit

import pymongo
import requests
from requests.adapters import HTTPAdapter

PROJECT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("HUBBUB_BIN") or os.environ.get("HUBBUB_TEST_BINARY") or PROJECT / "target/debug/hubbub"
MONGODB = os.environ.get("HUBBUB_TEST_MONGODB")

# What no test is about is out of the way; what one is about stays as it comes.
SETTINGS = {
    "HUBBUB_BCRYPT_COST": "4",
    "HUBBUB_LOG": "warn",
    "HUBBUB_MAX_CONNECTIONS_PER_ADDRESS": "5000",
    "HUBBUB_REQUESTS_PER_SECOND_PER_ADDRESS": "100000",
    "HUBBUB_REQUESTS_BURST": "100000",
}


class Server:
    """A hubbub that runs; `prepare` is called with the environment before it starts."""

    def __init__(self, store, settings, prepare=lambda environment: None):
        self.folder = tempfile.TemporaryDirectory(prefix="hubbub-")
        self.mongodb = None
        self.numbers = itertools.count(1)
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        environment |= settings | {"HUBBUB_DATA_DIR": self.folder.name}
        if store == "mongodb":
            self.mongodb = on_database(MONGODB, f"hubbub_python_{os.getpid()}_{Path(self.folder.name).name[-6:].lower()}")
            environment["MONGODB_URI"] = self.mongodb
        self.complaints = Path(self.folder.name) / "stderr"
        prepare(environment)
        self.server = subprocess.Popen(
            [PROGRAM, "serve", "--bind", "127.0.0.1:0"],
            env=environment,
            cwd=self.folder.name,
            stdout=subprocess.PIPE,
            stderr=self.complaints.open("w"),
            text=True,
        )
        # What it prints, as far as it has.
        self.said = []
        self.url = self.address()
        assert requests.get(f"{self.url}/health", timeout=10).status_code == 200

    def address(self):
        """Reads what the server prints, to its end, for an address."""
        found = Queue()

        def read():
            for line in self.server.stdout:
                self.said.append(line)
                if match := re.search(r"http://127\.0\.0\.1:[1-9]\d*", line):
                    found.put(match.group())

        threading.Thread(target=read, daemon=True).start()
        try:
            return found.get(timeout=30)
        except Empty:
            self.server.kill()
            raise AssertionError(f"no address: {self.complaints.read_text()}") from None

    def dial(self):
        """A connection that says nothing yet."""
        where = urlsplit(self.url)
        return socket.create_connection((where.hostname, where.port), timeout=10, source_address=self.source())

    def source(self):
        """The address to call from; whichever the system takes."""

    def session(self):
        """Requests from one such address."""
        session = requests.Session()
        session.trust_env = False
        session.mount("http://", From(self.source()))
        return session

    def close(self):
        self.server.send_signal(signal.SIGTERM)
        try:
            assert self.server.wait(timeout=10) == 0, self.complaints.read_text()
            assert "panicked" not in self.complaints.read_text()
        finally:
            self.server.kill()
            if self.mongodb:
                with pymongo.MongoClient(self.mongodb) as client:
                    client.drop_database(client.get_default_database())
            self.folder.cleanup()

    def lives(self):
        """The process is the same and somebody can come in."""
        assert self.server.poll() is None, self.complaints.read_text()
        assert requests.get(f"{self.url}/health", timeout=10).status_code == 200


class From(HTTPAdapter):
    def __init__(self, source):
        self.source = source
        super().__init__()

    def init_poolmanager(self, *what, **more):
        super().init_poolmanager(*what, source_address=self.source, **more)


class World(Server):
    def __init__(self, store, **settings):
        super().__init__(store, SETTINGS | settings)

    def person(self, name):
        username = f"{name}{next(self.numbers)}"
        draft = {"username": username, "email": f"{username}@example.org", "password": "a fine day for a walk"}
        signed = self.rest("POST", "/auth/register", json=draft)
        return Person(self, signed)

    def group(self, admin, *members):
        """A group that the admin made and the others joined; the id of a channel of it."""
        group = admin.rest("POST", "/groups", json={"name": f"group {next(self.numbers)}"})
        for member in members:
            member.rest("POST", f"/groups/{group['id']}/join")
        return admin.rest("POST", "/channels", json={"groupId": group["id"], "name": "talk"})["id"]

    def rest(self, method, route, **more):
        response = requests.request(method, f"{self.url}/api{route}", timeout=15, **more)
        answer = response.json()
        assert answer["success"], f"{method} {route}: {response.status_code} {answer['error']}"
        return answer.get("data")


class Person:
    def __init__(self, world, signed):
        self.world = world
        self.id = signed["user"]["id"]
        self.name = signed["user"]["username"]
        self.token = signed["accessToken"]

    def rest(self, method, route, **more):
        return self.world.rest(method, route, headers={"authorization": f"Bearer {self.token}"}, **more)


def on_database(uri, name):
    """The same server, another database."""
    return urlunsplit(urlsplit(uri)._replace(path=f"/{name}"))
