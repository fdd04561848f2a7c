"""A client of Socket.IO that keeps everything it hears and hides nothing."""

import json
import socket
import threading
import time

import websocket

from wire import Raw

DEADLINE = 10


class Refused(Exception):
    """The server refused the connection, and said why."""


class Chat:
    def __init__(self, rig, person=None, auth=None, packet=None):
        self.rig, self.person = rig, person
        self.mail = person.mail if person else ""
        self.raw = Raw(rig)
        told = self.raw.sign_in_with({"token": person.token} if person and auth is None else auth, packet)
        self.note(told or "")
        if told is None or not told.startswith("40"):
            self.raw.stream.shutdown()
            raise Refused(told)
        # (name, payload, moment), in the order in which they came.
        self.heard = []
        self.answers = {}
        self.asked = 0
        self.ended, self.end = False, "closed"
        self.news = threading.Condition()
        self.raw.stream.settimeout(None)
        threading.Thread(target=self.listen, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.leave()

    def note(self, text):
        self.rig.ledger.event(text, self.mail)

    def listen(self):
        try:
            while text := self.raw.stream.recv():
                if isinstance(text, str):
                    self.take(text)
        except (OSError, websocket.WebSocketException, ValueError) as error:
            self.end = repr(error)
        with self.news:
            self.ended = True
            self.news.notify_all()

    def take(self, text):
        if text == "2":
            self.raw.send("3")
            return
        self.note(text)
        with self.news:
            if text.startswith("42"):
                name, *data = json.loads(text[2:])
                self.heard.append((name, data[0] if data else None, time.monotonic()))
            elif text.startswith("43"):
                at = text.index("[")
                self.answers[int(text[2:at])] = json.loads(text[at:])[0]
            elif text.startswith(("41", "1")):
                self.ended, self.end = True, text
            self.news.notify_all()

    def send(self, event, payload=None, number=""):
        said = [event] if payload is None else [event, payload]
        return self.raw.send(f"42{number}{json.dumps(said)}")

    def begin(self, event, payload=None):
        """Asks and does not wait; `answer` waits."""
        with self.news:
            self.asked += 1
            number = self.asked
        self.send(event, payload, number)
        return number

    def answer(self, number, deadline=DEADLINE):
        """The acknowledgement, or nothing where the connection ended first."""
        with self.news:
            told = self.news.wait_for(lambda: number in self.answers or self.ended, deadline)
            assert told, "neither an answer nor an end"
            return self.answers.get(number)

    def ask(self, event, payload=None, deadline=DEADLINE):
        return self.answer(self.begin(event, payload), deadline)

    def done(self, event, payload=None):
        answer = self.ask(event, payload)
        assert answer and answer["ok"], f"{event} {payload}: {answer or self.end}"
        return answer["data"]

    def refused(self, event, payload=None):
        answer = self.ask(event, payload)
        assert answer and not answer["ok"], f"{event} {payload}: {answer}"
        return answer["error"]["code"]

    def all(self, name):
        with self.news:
            return [data for heard, data, _ in self.heard if heard == name]

    def hear(self, name, suits=lambda data: True, deadline=DEADLINE):
        """The first event of that name that suits, heard already or to come."""

        def found():
            return [data for heard, data, _ in self.heard if heard == name and suits(data)]

        with self.news:
            assert self.news.wait_for(lambda: found() or self.ended, deadline), f"{name} was not heard"
            assert found(), f"the connection ended before {name} was heard"
            return found()[0]

    def gone(self, deadline):
        """Whether the server ends the connection in time."""
        with self.news:
            return self.news.wait_for(lambda: self.ended, deadline)

    def leave(self):
        # Closing alone would wait for the thread that reads.
        try:
            self.raw.stream.sock.shutdown(socket.SHUT_RDWR)
        except (OSError, AttributeError):
            pass
        self.raw.stream.shutdown()
