"""The least of HTTP and of Socket.IO over a WebSocket: what is timed is the server and not a library."""

import base64
import http.client
import json
import os
import socket
import struct


class Rest:
    """One connection that is kept."""

    def __init__(self, url):
        self.line = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)

    def ask(self, method, path, body=None, token=None):
        """Status and bytes; reading them as JSON is the caller's time."""
        headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
        self.line.request(method, path, body=json.dumps(body) if body is not None else None, headers=headers)
        answer = self.line.getresponse()
        return answer.status, answer.read()

    def data(self, method, path, body=None, token=None):
        status, answer = self.ask(method, path, body, token)
        answer = json.loads(answer)
        if status >= 400:
            raise OSError(f"{method} {path}: {status} {answer.get('message')}")
        return answer["data"]

    def close(self):
        self.line.close()


class Socket:
    """One signed-in Socket.IO client."""

    def __init__(self, url, token):
        host, _, port = url.removeprefix("http://").partition(":")
        self.line = socket.create_connection((host, int(port)), timeout=30)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.read = self.line.makefile("rb", buffering=1 << 20)
        key = base64.b64encode(os.urandom(16)).decode()
        self.line.sendall(f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: {host}:{port}\r\n"
                          f"upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n"
                          f"sec-websocket-key: {key}\r\n\r\n".encode())
        if b" 101 " not in self.read.readline():
            raise OSError("the server does not take a WebSocket")
        while self.read.readline() not in (b"\r\n", b""):
            pass
        self.say("40" + json.dumps({"token": token}))
        self.until(b"40")
        self.asked = 0

    def say(self, text):
        data = text.encode()
        size = len(data)
        head = bytes([0x81, 0x80 | size]) if size < 126 else bytes([0x81, 0xFE]) + struct.pack(">H", size)
        # A mask of zeros masks nothing.
        self.line.sendall(head + bytes(4) + data)

    def hear(self):
        first, size = self.read.read(2)
        if size == 126:
            size, = struct.unpack(">H", self.read.read(2))
        elif size == 127:
            size, = struct.unpack(">Q", self.read.read(8))
        data = self.read.read(size)
        if first & 0x0F == 8:
            raise OSError("the server closed the socket")
        return data

    def until(self, beginning):
        while True:
            data = self.hear()
            if data == b"2":
                self.say("3")
            elif data.startswith(beginning):
                return data[len(beginning):]
            elif data.startswith(b"44"):
                raise OSError(f"refused: {data[2:].decode()}")

    def ask(self, event, payload):
        """The bytes of the answer."""
        self.asked += 1
        self.say(f"42{self.asked}" + json.dumps([event, payload]))
        return self.until(f"43{self.asked}".encode())

    def close(self):
        self.read.close()
        self.line.close()
