"""Attacks that consist in waiting, side by side, on a server of their own for each store.

They take as long as the longest of them, a little over a minute. Meanwhile a few talk, and how long
that takes them is noted.
"""

import json
import multiprocessing
import socket
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass

import loose
from rig import Rig
from wires import From, pipelined

STALLED = 50
SPEAKERS = 4
ROUND = 60
KILOBYTE = "x" * 1_000


@dataclass
class Waited:
    """What became of the attacks on one server, and how late the machine was at worst."""

    outcomes: dict
    lag: float

    def outcome(self, name):
        found = self.outcomes[name]
        if isinstance(found, BaseException):
            raise found
        return found

    def late(self):
        """What may be added to a bound: a second, and the worst of the control."""
        return 1 + self.lag


class Waits:
    """A server, the attacks on it, and what became of each."""

    def __init__(self, store):
        self.rig = Rig(store)
        self.outcomes, self.lags, self.over = {}, [0.0], threading.Event()
        self.admin = self.rig.person("host")
        self.group = self.admin.rest("POST", "/groups", {"name": "the crowd"})["id"]
        self.room = self.admin.rest("POST", "/channels", {"groupId": self.group, "name": "room"})["id"]

    def attacks(self):
        return [
            self.never_sign_in, self.half_upgrades, self.silence, self.drip_headers, self.drip_bodies, self.drip_polls, self.idle,
            self.idle_sockets, self.half_frames, self.slow_reading,
        ]  # fmt: skip

    def close(self):
        self.rig.close()

    def run(self):
        """Every attack at once; an outcome is a value or what went wrong."""
        self.warm_up()
        self.rig.watch.begin()
        self.before = self.rig.watch.resident()
        threads = [threading.Thread(target=self.one, args=(attack,)) for attack in self.attacks()]
        control = threading.Thread(target=self.control)
        for thread in (*threads, control):
            thread.start()
        for thread in threads:
            thread.join()
        self.over.set()
        control.join()
        self.one(self.settle)
        return Waited(self.outcomes, max(self.lags))

    def warm_up(self):
        """Memory that many connections took once is kept for the next: what counts is what grows after that."""
        loose.many(2_000, self.rig, loose.upgrade(), limit=25)

    def control(self):
        """How late this machine is: what the smallest request took at worst, on a connection of its own."""
        while not self.over.wait(0.5):
            began = time.monotonic()
            with self.rig.dial() as stream:
                stream.settimeout(60)
                stream.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                assert stream.recv(4_096).startswith(b"HTTP/1.1 200")
            self.lags.append(time.monotonic() - began)

    def one(self, attack):
        try:
            self.outcomes[attack.__name__] = attack()
        except BaseException as broken:
            self.outcomes[attack.__name__] = AssertionError(f"{type(broken).__name__}: {broken}")

    # Rows 55 and 57: who never signs in.

    def never_sign_in(self):
        return loose.latest(loose.many(2_000, self.rig, loose.upgrade(), limit=25))

    def half_upgrades(self):
        """Sessions that are polled once and then upgraded half-way, from twenty addresses."""
        sessions = []
        for _ in range(20):
            opened = pipelined(From(self.rig), ["/socket.io/?EIO=4&transport=polling"] * 50)
            sessions += [json.loads(body[1:])["sid"] for _, body in opened]
        began = time.monotonic()
        path = "/socket.io/?EIO=4&transport=websocket&sid="
        ends = loose.each(self.rig, [loose.upgrade(path + sid) for sid in sessions], limit=25)
        asked = [self.rig.ask("GET", f"/socket.io/?EIO=4&transport=polling&sid={sid}").status for sid in sessions[::20]]
        return {"after": loose.latest(ends), "within": time.monotonic() - began, "statuses": set(asked)}

    # Row 65: as slowly as one is let.

    def silence(self):
        """Connections that say nothing at all, and some that say what is no HTTP."""
        return loose.latest(loose.many(300, self.rig, limit=70) + loose.many(20, self.rig, b"\x16\x03\x01\x02", limit=70))

    def drip_headers(self):
        first = b"GET /api HTTP/1.1\r\nHost: a\r\nX-A: "
        return loose.latest(loose.many(300, self.rig, first, b"a", every=1, limit=70))

    def drip_bodies(self):
        """One byte in five seconds, of who may send a body."""
        head = f"POST /api/messages HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.admin.token}\r\n"
        head += "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
        return loose.latest(loose.many(300, self.rig, head.encode(), b" ", every=5, limit=70))

    def drip_polls(self):
        """The same of what is posted to a session of Engine.IO."""
        opened = self.rig.ask("GET", "/socket.io/?EIO=4&transport=polling").text
        sid = json.loads(opened[1:])["sid"]
        head = f"POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n4"
        return loose.latest(loose.many(20, self.rig, head.encode(), b"2", every=5, limit=70))

    def idle(self):
        """One request, and then the connection is kept."""
        ends = loose.many(300, self.rig, b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n", limit=70)
        assert all(b"200 OK" in end.heard for end in ends)
        return loose.latest(ends)

    def idle_sockets(self):
        """A WebSocket that is signed in and never answers a ping."""
        connect = text("40" + json.dumps({"token": self.admin.token}))
        return loose.latest(loose.many(10, self.rig, loose.upgrade(), then=connect, limit=70))

    def half_frames(self):
        """A frame that is announced and comes byte by byte, of who has signed in."""
        head = text("40" + json.dumps({"token": self.admin.token}))
        half = b"\x81\xfe\xff\xf0\0\0\0\0"
        return loose.latest(loose.many(10, self.rig, loose.upgrade(), b"4", then=head + half, limit=70))

    def slow_reading(self):
        """Asks for as much as it may, and takes none of it."""
        stream = socket.socket()
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        stream.bind(self.rig.source())
        host, port = self.rig.url.removeprefix("http://").split(":")
        stream.connect((host, int(port)))
        asked = f"GET /api/messages/channel/{self.room}?limit=100 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.admin.token}\r\n\r\n"
        stream.settimeout(1)
        began, sent = time.monotonic(), 0
        while time.monotonic() - began < 60:
            try:
                stream.sendall(asked.encode() * 10)
                sent += 10
                time.sleep(0.05)
            except TimeoutError:
                continue
            except OSError:
                stream.close()
                return {"after": time.monotonic() - began, "asked": sent}
        stream.close()
        raise AssertionError(f"a connection that takes nothing was kept for {ROUND} s; {sent} requests were taken from it")

    def settle(self):
        """Afterwards: what the rig asks after every attack, and where the memory is."""
        self.rig.watch.check()
        return self.rig.watch.resident() - self.before


class Crowd(Waits):
    """A room full of people, of whom many stop reading (row 59)."""

    def __init__(self, store):
        super().__init__(store)
        with ThreadPoolExecutor(4) as pool:
            self.crowd = list(pool.map(self.member, range(STALLED + SPEAKERS)))
        self.watcher = self.admin.join(self.room)

    def member(self, number):
        person = self.rig.person(f"crowd{number}x")
        person.rest("POST", f"/groups/{self.group}/join")
        return person

    def attacks(self):
        return [self.stalled]

    def close(self):
        self.watcher.leave()
        super().close()

    def warm_up(self):
        """Nothing: what the crowd takes is to be given back, from the first time on."""

    def stalled(self):
        """Fifty sit in the room and stop reading, while four say 50 messages of 1 kB a second."""
        readers = self.crowd[:STALLED]
        speakers = [person.join(self.room) for person in self.crowd[STALLED:]]
        listener = self.admin.again().join(self.room)
        before = [took for _ in range(5) for took in self.talk_for_a_second(speakers)]
        # From here on, because who has much to catch up with is not seated before that is done.
        here = speakers[0].done("send_message", {"channelId": self.room, "text": "from here"})["message"]["seq"]
        sockets = [self.stall(person, here) for person in readers]
        seen = Seen(self, readers)
        took, began = [], time.monotonic()
        while time.monotonic() - began < ROUND:
            took += self.talk_for_a_second(speakers)
        seen.over.set()
        last = speakers[0].done("send_message", {"channelId": self.room, "text": "that is all"})["message"]
        listener.hear("new_message", lambda told: told["message"]["id"] == last["id"], 30)
        heard = len(listener.all("new_message")) - 2
        for stream in sockets:
            stream.close()
        for chat in (*speakers, listener):
            chat.leave()
        told = {"gone": seen.gone, "offline": seen.offline, "said": len(before) + len(took), "heard": heard}
        return told | {"p99": loose.within(took, 0.99), "p99 before": loose.within(before, 0.99)}

    def stall(self, person, here):
        """A WebSocket with the smallest window there is, signed in and in the room, that reads no more."""
        stream = socket.socket()
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        stream.bind(self.rig.source())
        host, port = self.rig.url.removeprefix("http://").split(":")
        stream.connect((host, int(port)))
        stream.settimeout(10)
        stream.sendall(loose.upgrade())
        self.expect(stream, b"0{")
        stream.sendall(text("40" + json.dumps({"token": person.token})))
        self.expect(stream, b"welcome")
        stream.sendall(text("421" + json.dumps(["join_channel", {"channelId": self.room, "after": here}])))
        self.expect(stream, b"431[")
        return stream

    def expect(self, stream, words):
        told = b""
        while words not in told:
            piece = stream.recv(4_096)
            assert piece, f"the connection ended before {words} came"
            told += piece

    def talk_for_a_second(self, speakers):
        """50 messages, evenly; how long each took to be acknowledged."""
        began, asked, took = time.monotonic(), [], []
        for number in range(50):
            due = began + number / 50
            if due > time.monotonic():
                time.sleep(due - time.monotonic())
            chat = speakers[number % len(speakers)]
            asked.append((chat, chat.begin("send_message", {"channelId": self.room, "text": KILOBYTE}), time.monotonic()))
            took += self.collect(asked, 0)
        took += self.collect(asked, 30)
        return took

    def collect(self, asked, patience):
        """How long those took that are answered; the rest stays."""
        took, waiting = [], []
        for chat, number, since in asked:
            if patience or number in chat.answers:
                answer = chat.answer(number, patience or 1)
                assert answer and answer["ok"], answer
                took.append(time.monotonic() - since)
            else:
                waiting.append((chat, number, since))
        asked[:] = waiting
        return took


class Seen(threading.Thread):
    """When the last of them was gone, and when the last was seen to be offline."""

    def __init__(self, crowd, people):
        super().__init__(daemon=True)
        self.crowd, self.people, self.over = crowd, {person.id for person in people}, threading.Event()
        self.began = time.monotonic()
        self.gone = self.offline = None
        self.start()

    def run(self):
        while not self.over.wait(0.25):
            elapsed = time.monotonic() - self.began
            seated = self.crowd.watcher.done("get_channel_users", {"channelId": self.crowd.room})["users"]
            if self.gone is None and not self.people & {told["userId"] for told in seated}:
                self.gone = elapsed
            news = self.crowd.watcher.all("user_presence_update")
            news += [told for many in self.crowd.watcher.all("presence_updates") for told in many["presences"]]
            if self.offline is None and self.people <= {told["userId"] for told in news if told["status"] == "offline"}:
                self.offline = elapsed


def text(payload):
    """A text frame; its mask is zero."""
    body = payload.encode()
    length = bytes([0x80 | len(body)]) if len(body) < 126 else bytes([0x80 | 126]) + len(body).to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + body


def outcomes(kind, store):
    waits = kind(store)
    try:
        return waits.run()
    finally:
        waits.close()


def on_every_store():
    """Both stores at once, and a server of its own for the crowd, whose memory is measured. Each has a
    process of its own, so that our own thousands of connections are not in each other's way."""
    wanted = [(kind, store) for kind in (Waits, Crowd) for store in ("embedded", "mongodb")]
    with ProcessPoolExecutor(len(wanted), multiprocessing.get_context("spawn")) as pool:
        found = {both: pool.submit(outcomes, *both) for both in wanted}
        return {both: future.result() for both, future in found.items()}
