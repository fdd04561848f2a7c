"""Connections written by hand, for what no client of Socket.IO would send."""

import json
import time

import requests
import websocket

from world import PROJECT

DEADLINE = 5

# As the table of who may do what names them, so that a new one is attacked as well.
PERMISSIONS = PROJECT / "fixtures/permissions.txt"
EVENTS = [line.split()[1] for line in PERMISSIONS.read_text().splitlines() if line.startswith("event ")]


class Raw:
    """An Engine.IO connection over a WebSocket, written by hand."""

    def __init__(self, world, version=4):
        address = world.url.replace("http", "ws") + f"/socket.io/?EIO={version}&transport=websocket"
        self.stream = websocket.create_connection(address, timeout=DEADLINE, socket=world.dial())
        assert self.stream.recv().startswith("0{")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.shutdown()

    def sign_in(self, token):
        return self.sign_in_with({"token": token})

    def sign_in_with(self, auth, packet=None):
        self.send(packet or "40" + json.dumps(auth))
        return self.until(lambda text: text.startswith(("40{", "44{")))

    def send(self, frame, opcode=websocket.ABNF.OPCODE_TEXT):
        """Whether it could be sent: the server may have closed already."""
        try:
            self.stream.send(frame, opcode)
            return True
        except (OSError, websocket.WebSocketException):
            return False

    def send_beginning(self, size):
        """Announces a text frame of that size and sends as much of it as a server should want to see."""
        head = bytes([0x81, 0x80 | 127]) + size.to_bytes(8, "big") + bytes(4)
        self.stream.sock.sendall(head + b"42" + b"x" * min(size - 2, 100_000))

    def until(self, suits):
        """The first text that suits, or nothing where the connection closes first."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            try:
                text = self.stream.recv()
            except websocket.WebSocketTimeoutException:
                break
            except (OSError, websocket.WebSocketException):
                return None
            if text == "" or text == b"":
                return None
            if text == "2":
                self.send("3")
            if isinstance(text, str) and suits(text):
                return text
        raise AssertionError("neither an answer nor an end")

    def closes(self):
        return self.until(lambda text: False) is None

    def lives_or_closes(self):
        """An event that is sent now is answered, unless the connection is over."""
        self.send('42987654["get_online_users"]')
        answer = self.until(lambda text: text.startswith("43987654["))
        return answer is None or '"ok":true' in answer


class Polling:
    """An Engine.IO session over HTTP, written by hand."""

    def __init__(self, world):
        self.address = f"{world.url}/socket.io/?EIO=4&transport=polling"
        self.http = world.session()
        opened = self.http.get(self.address, timeout=DEADLINE)
        self.address += "&sid=" + json.loads(opened.text[1:])["sid"]

    def post(self, body, **more):
        try:
            return self.http.post(self.address, data=body, timeout=DEADLINE, **more).status_code
        except requests.ConnectionError:
            return 0

    def poll(self):
        return self.http.get(self.address, timeout=DEADLINE)

    def sign_in(self, token):
        assert self.post("40" + json.dumps({"token": token})) == 200
        while "40{" not in (told := self.poll().text):
            assert told == "2", told

    def until_closed(self):
        """Polls until the server has done with the session; whether it said so."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            answer = self.poll()
            if answer.status_code != 200 or answer.text.split("\x1e")[-1] in ("1", "41"):
                return True
        return False
