"""Frames that are too large, spoilt or out of place (rows S-52 and S-54)."""

import json
import time
from pathlib import Path

import pytest
import requests
import websocket

import test_frames
from wire import Polling, Raw
from wires import MIB, at_once, ending, frame, peak, signed_in
from world import PROJECT

LARGEST = 65_536
SIZES = [LARGEST + 1, MIB, 15 * MIB, 70 * MIB]
BINARY = websocket.ABNF.OPCODE_BINARY
# A reset reaches the client before it reads the close frame, if the server leaves bytes unread.
TOO_LARGE = {1009, "reset", "end"}


def pour(stream, sent, rest):
    """Sends what is wanted of so many bytes."""
    block = b"x" * LARGEST
    try:
        stream.sendall(sent)
        while rest > 0:
            stream.sendall(block[: min(rest, LARGEST)])
            rest -= LARGEST
    except OSError:
        pass


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("opcode", [0x81, 0x82], ids=["text", "binary"])
@pytest.mark.parametrize("signed", [False, True], ids=["before", "after"])
def test_s_52_a_frame_that_is_too_large_ends_the_connection(rig, town, size, opcode, signed):
    with peak(rig, 2 * MIB), Raw(rig) as raw:
        if signed:
            raw.sign_in(town.alice.token)
        header = bytes([opcode, 0x80 | 127]) + size.to_bytes(8, "big") + bytes(4)
        began = time.monotonic()
        pour(raw.stream.sock, header, size)
        how = ending(raw)
        assert how in TOO_LARGE, how
        at_once(rig, began)


def test_s_52_a_message_in_many_frames_is_one_message(rig, town):
    for whole in (LARGEST + 1, 15 * MIB):
        with peak(rig, 2 * MIB), signed_in(rig, town.alice) as raw:
            began, sent = time.monotonic(), 0
            try:
                raw.stream.sock.sendall(frame(b'42["' + b"a" * 1_000, 0x01))
                while sent < whole:
                    raw.stream.sock.sendall(frame(b"a" * 30_000, 0x00))
                    sent += 30_000
            except OSError:
                pass
            assert ending(raw) in TOO_LARGE
            at_once(rig, began)


def test_s_52_the_largest_message_is_taken(rig, town):
    with signed_in(rig, town.alice) as raw:
        head = '42987["typing","'
        raw.send(head + "a" * (LARGEST - len(head) - 2) + '"]')
        # Taken, read, and refused for what it says.
        assert "VALIDATION_FAILED" in raw.until(lambda text: text.startswith("43987["))


@pytest.mark.parametrize("size", SIZES)
def test_s_52_a_post_that_is_too_large_is_refused(rig, town, size):
    session = Polling(rig)
    session.sign_in(town.alice.token)
    path = session.address.removeprefix(rig.url)
    began = time.monotonic()
    with peak(rig, 2 * MIB):
        for chunked in (False, True):
            with rig.dial() as stream:
                stream.settimeout(5)
                length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
                head = f"POST {path} HTTP/1.1\r\nHost: hubbub\r\n{length}\r\n\r\n"
                pour(stream, head.encode() + (f"{size:x}\r\n".encode() if chunked else b""), size)
                try:
                    told = stream.recv(4_096)
                except OSError:
                    told = b""
                assert told == b"" or told.startswith((b"HTTP/1.1 413", b"HTTP/1.1 400")), told[:100]
    at_once(rig, began, 2)


def test_s_52_binaries_that_are_too_many_or_too_large(rig, town):
    """Attachments come in frames of their own, each small enough."""
    for count, size in ((9, 10), (8, 60_000), (200, 1), (1, LARGEST + 1)):
        with peak(rig, 2 * MIB), signed_in(rig, town.alice) as raw:
            parts = ",".join(f'{{"_placeholder":true,"num":{number}}}' for number in range(count))
            raw.send(f'45{count}-["send_message",{parts}]')
            for _ in range(count):
                raw.send(b"x" * size, BINARY)
            assert ending(raw), (count, size)
    # As many as there may be are only refused for what they say.
    with signed_in(rig, town.alice) as raw:
        parts = ",".join(f'{{"_placeholder":true,"num":{number}}}' for number in range(8))
        raw.send(f'458-77["send_message",{parts}]')
        for _ in range(8):
            raw.send(b"x" * 10, BINARY)
        raw.send('4278["get_online_users"]')
        assert '"ok":true' in raw.until(lambda text: text.startswith("4378["))


class Speakers:
    """People and their sign-ins in turn, so that no pace is in the way of a spoilt frame."""

    def __init__(self, rig, town):
        self.people = [person.again() for person in (town.alice, town.bob, town.eve, town.carol, town.mallory) for _ in range(4)]

    def next(self):
        self.people.append(self.people.pop(0))
        return self.people[-1]


@pytest.fixture(scope="module")
def speakers(rig, town):
    return Speakers(rig, town)


def test_s_54_five_hundred_spoilt_frames(rig, speakers):
    for spoilt in test_frames.corpus():
        with signed_in(rig, speakers.next()) as raw:
            raw.send(spoilt)
            # Who says goodbye gets no more answers, and may stay on the line.
            assert spoilt.startswith("41") or raw.lives_or_closes(), spoilt[:100]


def kept(target):
    """What the fuzzer begins with, found wrong once, and has added by itself."""
    for folder in ("corpus", "regressions", "grown"):
        for file in sorted(Path(PROJECT, "fuzz", folder, target).glob("*"))[:300]:
            # A fuzzer that runs tidies what it has added.
            if file.is_file():
                yield file, file.read_bytes()


def spelt(town, text):
    """`$C` and the like are what they are in this town; no token, because refusals repeat what they refuse."""
    names = {
        "$C": town.pub, "$G": town.g1, "$M": town.said[town.pub]["id"], "$U": town.alice.id, "$V": town.bob.id,
        "$R": town.g2, "$T": "some.to.ken", "$B": "some.to.ken", "$K": "some.to.ken",
    }  # fmt: skip
    for name, value in names.items():
        text = text.replace(name.encode(), value.encode())
    return text


def unescaped(text):
    """`\\1e` is its byte."""
    found, at = bytearray(), 0
    while at < len(text):
        pair = text[at + 1 : at + 3]
        if text[at : at + 1] == b"\\" and len(pair) == 2 and all(byte in b"0123456789abcdefABCDEF" for byte in pair):
            found.append(int(pair, 16))
            at += 3
        else:
            found.append(text[at])
            at += 1
    return bytes(found)


def test_s_54_what_the_fuzzer_found_is_sent_for_real(rig, town, speakers):
    tried = 0
    for file, bytes_ in kept("frames"):
        how, frames = bytes_[:1], [unescaped(spelt(town, line)) for line in bytes_[1:].split(b"\n")]
        if how in b"pn3" and how:
            session = Polling(rig)
            if how == b"p":
                session.sign_in(speakers.next().token)
            for one in frames[:20]:
                assert session.post(one) in (0, 200, 400, 413), file
        else:
            with Raw(rig) as raw:
                if how != b"s":
                    raw.sign_in(speakers.next().token)
                for one in frames[:20]:
                    try:
                        raw.stream.sock.sendall(one if how == b"r" else frame(one, 0x82 if how == b"b" else 0x81))
                    except OSError:
                        break
                # Half a frame waits for its other half, as it may.
                assert how in b"rs" or b"41" in [one[:2] for one in frames] or raw.lives_or_closes(), file
        tried += 1
    assert tried >= 10


def test_s_54_events_of_the_fuzzer_are_answered(rig, town, speakers):
    tried = 0
    for file, bytes_ in kept("events"):
        name, _, payload = spelt(town, bytes_).partition(b"\n")
        try:
            said = json.dumps([name.decode(), json.loads(payload)], ensure_ascii=False, allow_nan=False)
        except (ValueError, RecursionError):
            continue
        with signed_in(rig, speakers.next()) as raw:
            raw.stream.sock.sendall(frame(f"4217{said}".encode("utf-8", "surrogatepass")))
            answer = raw.until(lambda text: text.startswith("4317["))
            assert answer is None or '"ok":' in answer, file
        tried += 1
    assert tried >= 10


def test_s_54_requests_of_the_fuzzer_are_no_faults(rig, town, speakers):
    tried = 0
    people = {"ann": town.alice, "bob": town.bob, "root": town.carol}
    for file, bytes_ in kept("requests"):
        first, _, body = spelt(town, bytes_).partition(b"\n")
        words = first.decode("utf-8", "replace").split(" ", 2)
        if len(words) < 3 or not words[2].startswith("/") or not words[1].isalpha() or "logout" in words[2]:
            continue
        try:
            answer = rig.ask(
                words[1], words[2], person=people.get(words[0]), data=body, headers={"content-type": "application/json"}
            )
        except (requests.RequestException, UnicodeError):
            continue
        assert answer.status < 500, (file, answer.text[:200])
        tried += 1
    assert tried >= 10
