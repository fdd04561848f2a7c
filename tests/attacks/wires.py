"""Bytes on connections of one's own, for attacks that no client library makes."""

import re
import socket
import time
from contextlib import contextmanager
from pathlib import Path

import websocket

from loose import upgrade, within
from wire import Raw

MIB = 1 << 20


def status(told):
    """Of an answer as it came; 0 where there was none."""
    found = re.match(rb"HTTP/1\.1 (\d+)", told)
    return int(found[1]) if found else 0


def upgraded(rig, path="/socket.io/?EIO=4&transport=websocket", headers="", host="hubbub"):
    """The head of the answer to a request to become a WebSocket."""
    return head(rig, upgrade(path, host, headers))


def head(rig, sent, deadline=5):
    """The head of the answer to these bytes, or what there is of it when the connection ends."""
    told = b""
    with rig.dial() as stream:
        stream.settimeout(deadline)
        try:
            stream.sendall(sent)
            while b"\r\n\r\n" not in told and (piece := stream.recv(65_536)):
                told += piece
        except ConnectionError:
            pass
    return told


def all_of(rig, sent, deadline=5):
    """Whatever comes until the connection ends, also where it ends before everything was sent."""
    told = b""
    with rig.dial() as stream:
        stream.settimeout(deadline)
        try:
            stream.sendall(sent)
        except OSError:
            pass
        try:
            while piece := stream.recv(65_536):
                told += piece
        except OSError:
            pass
    return told


class From:
    """Connections that all come from the same address."""

    def __init__(self, rig):
        self.rig, self.source = rig, rig.source()

    def dial(self):
        host, port = self.rig.url.removeprefix("http://").split(":")
        return socket.create_connection((host, int(port)), timeout=10, source_address=self.source)


class Answers:
    """Reads answers off a connection on which many requests were sent at once."""

    def __init__(self, stream):
        self.stream, self.rest = stream, b""

    def next(self):
        while b"\r\n\r\n" not in self.rest:
            self.more()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head.lower())[1])
        while len(self.rest) < length:
            self.more()
        body, self.rest = self.rest[:length], self.rest[length:]
        return status(head), body

    def more(self):
        piece = self.stream.recv(65_536)
        assert piece, "the connection ended before every request was answered"
        self.rest += piece


def pipelined(rig, paths, at_once=50):
    """The answers to many GETs over one connection, in their order."""
    found = []
    with rig.dial() as stream:
        stream.settimeout(30)
        answers = Answers(stream)
        for start in range(0, len(paths), at_once):
            some = paths[start : start + at_once]
            stream.sendall(b"".join(f"GET {path} HTTP/1.1\r\nHost: hubbub\r\n\r\n".encode() for path in some))
            found += [answers.next() for _ in some]
    return found


@contextmanager
def peak(rig, most):
    """The process never had `most` bytes more than before."""
    rig.watch.same_process()
    # Forgets the highest mark so far (proc(5)).
    Path(f"/proc/{rig.watch.pid}/clear_refs").write_text("5")
    before = mark(rig)
    yield
    grew = mark(rig) - before
    assert grew < most, f"at its highest memory was {grew / MIB:.1f} MiB above what it was"


def mark(rig):
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{rig.watch.pid}/status").read_text())
    return int(found[1]) << 10


def signed_in(rig, person):
    raw = Raw(rig)
    assert raw.sign_in(person.token).startswith("40")
    return raw


def frame(payload, opcode=0x81):
    """A whole frame; its mask is zero."""
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 65_536:
        length = bytes([0x80 | 126]) + size.to_bytes(2, "big")
    else:
        length = bytes([0x80 | 127]) + size.to_bytes(8, "big")
    return bytes([opcode]) + length + bytes(4) + payload


def ending(raw, deadline=5):
    """How the server ends a WebSocket: the code of its close frame, `end` or `reset`."""
    end = time.monotonic() + deadline
    raw.stream.settimeout(deadline)
    while time.monotonic() < end:
        try:
            opcode, data = raw.stream.recv_data()
        except (ConnectionError, BrokenPipeError):
            return "reset"
        except (websocket.WebSocketConnectionClosedException, OSError) as closed:
            return "reset" if isinstance(closed, ConnectionError) else "end"
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            return int.from_bytes(data[:2], "big") if len(data) >= 2 else "end"
    raise AssertionError("the WebSocket was not closed")


def at_once(rig, began, most=1):
    """It took no longer than that, and as much more as this machine takes for next to nothing."""
    took, since = time.monotonic() - began, time.monotonic()
    head(rig, b"GET /health HTTP/1.1\r\nHost: hubbub\r\n\r\n", 60)
    control = time.monotonic() - since
    assert took < most + 3 * control, f"it took {took:.2f} s, and next to nothing takes {control:.2f} s"


def latency(rig, share=0.99, least=20):
    """Until how long a share of what the canary says takes, tried so many times, no faster than it may."""
    took = []
    for _ in range(least):
        took.append(rig.watch.sings())
        time.sleep(0.1)
    return within(took, share)
