"""What every attack is made against: one server of production, and who is in it.

Nothing is loosened for the tests but the cost of a password, which is the least that production
takes. That limits count addresses is no hindrance: a loopback has sixteen million, and each request
comes from the next one.
"""

import itertools
import json
import re
import secrets
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass

import requests

import ledger
import world
from chat import Chat
from watch import Watch

PRODUCTION = {
    "HUBBUB_ENVIRONMENT": "production",
    "HUBBUB_BCRYPT_COST": "10",
    "HUBBUB_TRUSTED_PROXIES": "127.250.0.1",
    # More lines than production writes, to find in them what must be in none.
    "HUBBUB_LOG": "trace",
}
LINES = 60


class Rig(world.Server):
    def __init__(self, store, administered=True, **settings):
        self.store = store
        keys = {name: secrets.token_urlsafe(36) for name in ("HUBBUB_JWT_SECRET", "HUBBUB_PASSWORD_PEPPER")}
        self.key = keys["HUBBUB_JWT_SECRET"].encode()
        self.ledger = ledger.Ledger(keys.values())
        self.addresses = itertools.count(1)
        self.lines = [Line(self.source()) for _ in range(LINES)]
        self.turn = itertools.cycle(self.lines)
        self.lock = threading.Lock()
        self.root, self.root_password = None, self.password()
        prepare = {"prepare": self.found_root} if administered else {}
        super().__init__(store, PRODUCTION | keys | settings, **prepare)
        if administered:
            self.root = self.sign_in("root", self.root_password)
        self.watch = Watch(self)

    def found_root(self, environment):
        """The first administrator, as the documents tell to make one."""
        command = [world.PROGRAM, "user", "add", "--username", "root", "--email", mail("root"), "--role", "super_admin"]
        subprocess.run(
            [*command, "--password-stdin"], env=environment, cwd=self.folder.name, check=True, capture_output=True,
            input=self.root_password, text=True, timeout=60,
        )  # fmt: skip

    def close(self):
        self.watch.canary.leave()
        super().close()

    def password(self):
        return f"{ledger.PASSWORD}-{secrets.token_hex(8)}"

    def words(self):
        """Something to say that must be in no log."""
        return f"{ledger.WORDS} {secrets.token_hex(8)}"

    def source(self):
        """The next address to call from."""
        number = next(self.addresses)
        return f"127.{1 + number // 62_500}.{number // 250 % 250}.{1 + number % 250}", 0

    def ask(self, method, path, person=None, token=None, headers=None, line=None, **more):
        """A request, by whom it is, from any address or from that of `line`; its answer, noted."""
        with self.lock:
            line = line or next(self.turn)
        headers = dict(headers or {})
        token = token or (person.token if person else None)
        if token:
            headers.setdefault("authorization", f"Bearer {token}")
        response = line.request(method, self.url + path, headers=headers, timeout=35, allow_redirects=False, **more)
        told = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        mine = json.dumps(more.get("json", "")) + (person.mail if person else "")
        self.ledger.answer(method, path, response.status_code, told, response.text, mine, bool(person) and person is self.root)
        return Answer(response.status_code, response.headers, response.text)

    def chat(self, auth, packet=None):
        """A connection whose CONNECT says this, which is not refused."""
        return Chat(self, None, auth, packet)

    def raw(self, sent, deadline=5):
        """Bytes as they are, on a connection of their own; what comes back until it ends."""
        with self.dial() as stream:
            stream.settimeout(deadline)
            stream.sendall(sent)
            told = b""
            try:
                while piece := stream.recv(65_536):
                    told += piece
            except (TimeoutError, ConnectionError):
                pass
        head, _, body = told.decode("latin-1").partition("\r\n\r\n")
        if found := re.match(r"HTTP/1\.1 (\d+)", head):
            self.ledger.answer("RAW", "/", int(found[1]), head, body)
        return told

    def person(self, name="somebody"):
        username, password = f"{name}{next(self.numbers)}", self.password()
        draft = {"username": username, "email": mail(username), "password": password}
        return Person(self, self.ask("POST", "/api/auth/register", json=draft).data, password)

    def sign_in(self, username, password, **more):
        signed = self.ask("POST", "/api/auth/login", json={"username": username, "password": password}, **more)
        return Person(self, signed.data, password)

    def metrics(self):
        return self.ask("GET", "/metrics").text

    def counted(self, name, **labels):
        """The sum of a metric over everything but these labels."""
        total = 0.0
        for line in self.metrics().splitlines():
            if line.startswith(name) and line[len(name)] in " {" and all(f'{key}="{value}"' in line for key, value in labels.items()):
                total += float(line.rsplit(" ", 1)[1])
        return total


class Line:
    """A connection from one address, which stays open between requests that follow each other closely:
    the server ends one that says nothing for ten seconds, and that must not meet a request."""

    def __init__(self, source):
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.mount("http://", world.From(source))
        self.lock, self.used = threading.Lock(), time.monotonic()

    def request(self, *what, **more):
        with self.lock:
            if time.monotonic() - self.used > 5:
                self.session.close()
            self.session.cookies.clear()
            try:
                return self.session.request(*what, **more)
            finally:
                self.used = time.monotonic()


@dataclass
class Answer:
    status: int
    headers: dict
    text: str

    @property
    def json(self):
        return json.loads(self.text) if self.text else {}

    @property
    def data(self):
        assert self.status < 300, f"{self.status} {self.text[:500]}"
        return self.json["data"]

    @property
    def code(self):
        """The code of a refusal, `ok` for what is none."""
        try:
            return self.json["error"]["code"]
        except (KeyError, TypeError, ValueError):
            return "ok" if self.status < 400 else str(self.status)


class Person:
    def __init__(self, rig, signed, password):
        self.rig, self.password = rig, password
        self.id, self.name = signed["user"]["id"], signed["user"]["username"]
        self.mail = mail(self.name)
        self.token, self.refresh, self.session = signed["accessToken"], signed["refreshToken"], signed["sessionId"]

    def ask(self, method, path, body=None, **more):
        return self.rig.ask(method, "/api" + path, person=self, **({} if body is None else {"json": body}), **more)

    def rest(self, method, path, body=None, **more):
        """The data of an answer that is no refusal."""
        answer = self.ask(method, path, body, **more)
        assert answer.status < 300, f"{method} {path}: {answer.status} {answer.text[:500]}"
        return answer.json.get("data")

    def again(self):
        """The same person, signed in once more: another session, with paces of its own."""
        return self.rig.sign_in(self.name, self.password)

    @contextmanager
    def visit(self):
        """A socket of a session of its own, with paces of its own, that ends with it."""
        guest = self.again()
        with guest.connect() as chat:
            yield chat
        guest.ask("POST", "/auth/logout")

    def exported(self):
        """The id of an archive of all that they have, which is ready."""
        made = self.rest("POST", "/client/export")["id"]
        end = time.monotonic() + 60
        while time.monotonic() < end:
            [found] = [one for one in self.rest("GET", "/client/export")["exports"] if one["id"] == made]
            if found["state"] == "ready":
                return made
            time.sleep(0.1)
        raise AssertionError(f"not ready: {found}")

    def connect(self, **auth):
        return Chat(self.rig, self, {"token": self.token, **auth})

    def join(self, channel):
        chat = self.connect()
        chat.done("join_channel", {"channelId": channel})
        return chat

    def say(self, channel, text=None, **more):
        body = {"channelId": channel, "text": text or self.rig.words(), **more}
        return self.rest("POST", "/messages", body)["message"]


def mail(username):
    return f"{username.strip().lower()}@{ledger.MAIL}"
