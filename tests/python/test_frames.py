"""Bytes that no client sends: each is refused or closes its own connection, and nobody else notices.

The rows S-33, S-52, S-54 and S-55 of the security design are meant where they are named.
"""

import json
import random
import time

import pytest
import requests
import websocket

from wire import DEADLINE, EVENTS, Polling, Raw

SETTINGS = {
    "HUBBUB_ANONYMOUS_PER_ADDRESS": "5000",
    "HUBBUB_SOCKETS_PER_USER": "5000",
    "HUBBUB_EVENTS_PER_SECOND": "100000",
    "HUBBUB_EVENTS_BURST": "100000",
}

# Written by hand: packets that once crashed somebody's server, and their relatives.
CRAFTED = [
    "", "4", "42", "42[", "42]", "42[]", "42{}", "42null", "42[null]", "42[1]", "42[[]]", '42[""]', '42["a"', '42["a",]',
    '42["a",{]', '42{"toString":"x"}', '42["__proto__"]', '42["connect"]', '42["disconnect"]', '42["error"]',
    '4299999999999999999999["a"]', '42-1["a"]', '421e9["a"]', '4218446744073709551616["a"]', '42/,["a"]', '42/a,["a"]',
    '42/' + "a" * 5_000 + ',["a"]', "4999", "49", "4a", "40/a", "40/admin,", "40{", "40[]", "40null", '40{"token":1}',
    "40" + "[" * 30_000, "42" + "[" * 30_000, '42["a",' + '{"a":' * 10_000 + "1" + "}" * 10_000 + "]", "41", "41/a,", "41/,",
    "43", "43[]", "430[]", "439[1]", "43-1[]", "44", "44{}", '44{"message":"x"}', "45", "450-[]", "450-", "45-[]",
    '451-["a",{"_placeholder":true,"num":0}]', '451-["a",{"_placeholder":true,"num":9}]',
    '451-["a",{"_placeholder":true,"num":-1}]', '451-["a",{"_placeholder":true,"num":"splice"}]',
    '452-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]', '459-["a"]', '4599999999999999999-["a"]',
    '45-1-["a"]', "46", "460-[]", "461-5[]", "b", "b4AA", "bAA==", "b!!!!", "b" + "A" * 1_001, "0", "1x", "2", "2probe", "3",
    "3probe", "5", "6", "7", "8", "9", "-1", "x", "\x1e", "\x1e" * 1_000, "4\x1e4", "42\x1e42", "\x00", "4\x00", "\ufeff42[]",
    "42[\"\ud83c\udf70\"]".encode("utf-16", "surrogatepass").decode("utf-16"), '42["a","\\ud800"]', '42["a","\\u0000"]',
    '42["a",1e999]', '42["a",NaN]', '42["a",-0]', '42["a",' + "9" * 5_000 + "]", "[]", "{}", "null", "GET / HTTP/1.1\r\n\r\n",
]


def corpus(count=500):
    """The crafted ones, and from them and real packets as many spoilt ones as are missing; always the same."""
    chance = random.Random(54)
    seeds = CRAFTED + [f'42{number}["{event}",{{"channelId":"0"}}]' for number, event in enumerate(EVENTS)]
    frames = list(CRAFTED)
    while len(frames) < count:
        frame = list(chance.choice(seeds))
        for _ in range(chance.randint(1, 4)):
            at = chance.randint(0, len(frame))
            frame[at : at + chance.randint(0, 3)] = chance.choice(['"', "[", "]", "{", "}", "-", "9", "\\", "\x1e", "é", "🍰", ""])
        frames.append("".join(frame))
    return frames


@pytest.fixture(scope="module")
def ann(world):
    return world.person("ann")


@pytest.fixture(autouse=True)
def nobody_else_notices(world, ann):
    with Raw(world) as canary:
        assert canary.sign_in(ann.token).startswith("40")
        yield
        assert canary.send('421["get_online_users"]')
        assert '"ok":true' in canary.until(lambda text: text.startswith("431["))
    world.lives()


def test_spoilt_frames_after_signing_in_s54(world, ann):
    for frame in corpus():
        with Raw(world) as raw:
            assert raw.sign_in(ann.token).startswith("40")
            raw.send(frame)
            # Who says goodbye gets no more answers, and may stay on the line.
            assert frame.startswith("41") or raw.lives_or_closes(), frame[:100]


def test_spoilt_frames_before_signing_in_s54(world, ann):
    for frame in corpus(200):
        with Raw(world) as raw:
            raw.send(frame)
            answer = raw.sign_in(ann.token)
            assert answer is None or answer.startswith(("40", "44")), frame[:100]


def test_spoilt_bytes_s54(world, ann):
    chance = random.Random(55)
    frames = [b"", b"\x00", b"\xff" * 100, b"4", b'42["a"]', bytes(range(256)), chance.randbytes(10_000)]
    placeholder = '451-["send_message",{"_placeholder":true,"num":0}]'
    for frame in frames:
        with Raw(world) as raw:
            assert raw.sign_in(ann.token).startswith("40")
            raw.send(frame, websocket.ABNF.OPCODE_BINARY)
            assert raw.lives_or_closes(), frame[:20]
        with Raw(world) as raw:
            assert raw.sign_in(ann.token).startswith("40")
            raw.send(placeholder)
            raw.send(frame, websocket.ABNF.OPCODE_BINARY)
            assert raw.lives_or_closes(), frame[:20]
    with Raw(world) as raw:
        raw.send(b'42["\xf0\x9f\x8d"]')
        assert raw.closes(), "a multibyte character was cut"


def test_too_many_binaries_close(world, ann):
    with Raw(world) as raw:
        assert raw.sign_in(ann.token).startswith("40")
        parts = ",".join(f'{{"_placeholder":true,"num":{number}}}' for number in range(9))
        raw.send(f'459-["send_message",{parts}]')
        for _ in range(9):
            raw.send(b"x", websocket.ABNF.OPCODE_BINARY)
        assert raw.lives_or_closes()


@pytest.mark.parametrize("size", [65_537, 1 << 20, 15 << 20, 70 << 20])
@pytest.mark.parametrize("signed_in", [False, True])
def test_a_frame_that_is_too_large_closes_at_once_s52(world, ann, size, signed_in):
    with Raw(world) as raw:
        if signed_in:
            raw.sign_in(ann.token)
        began = time.monotonic()
        raw.send_beginning(size)
        assert raw.closes()
        assert time.monotonic() - began < 1


def test_events_of_who_has_not_signed_in_do_nothing_s33(world, ann):
    channel = world.group(ann)
    payload = json.dumps({"channelId": channel, "text": "from nowhere", "messageId": channel})
    for prelude in (None, "garbage"):
        for number, event in enumerate(EVENTS):
            with Raw(world) as raw:
                if prelude:
                    assert raw.sign_in(prelude).startswith("44")
                raw.send(f'42{number}["{event}",{payload}]')
                assert raw.until(lambda text: text.startswith("43")) is None, event
    assert ann.rest("GET", f"/messages/channel/{channel}")["messages"] == []


def test_spoilt_frames_over_polling_s54(world, ann):
    for frame in corpus(200):
        session = Polling(world)
        session.sign_in(ann.token)
        status = session.post(frame.encode("utf-8", "surrogatepass"))
        assert status in (0, 200, 400, 413), frame[:100]


def test_a_post_that_is_too_large_is_refused_s52(world, ann):
    for size in (65_537, 1 << 20, 15 << 20):
        session = Polling(world)
        session.sign_in(ann.token)
        assert session.post("42" + "x" * (size - 2)) in (0, 400, 413), size


def test_sessions_that_are_none_are_refused_s55(world, ann):
    base = f"{world.url}/socket.io/"
    bad = [
        "?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAA", "?EIO=4&transport=polling&sid=", "?EIO=4", "?transport=polling",
        "?EIO=5&transport=polling", "?EIO=3&transport=polling", "?EIO=4&transport=carrier-pigeon", "", "?EIO=4&transport=websocket",
        "?EIO=4&transport=polling&sid=" + "x" * 5_000,
    ]
    for query in bad:
        assert requests.get(base + query, timeout=DEADLINE).status_code == 400, query
        assert requests.post(base + query, data="42[]", timeout=DEADLINE).status_code == 400, query
    assert requests.get(f"{world.url}/socket.io-admin/?EIO=4&transport=polling", timeout=DEADLINE).status_code == 404
    assert requests.delete(base + "?EIO=4&transport=polling", timeout=DEADLINE).status_code in (400, 405)


def test_nobody_takes_over_the_session_of_another_s55(world, ann):
    session = Polling(world)
    session.sign_in(ann.token)
    first = session.address
    guesses = [first[:-1] + letter for letter in "AbZ09-_" if first[-1] != letter]
    for guess in guesses:
        assert requests.get(guess, timeout=DEADLINE).status_code == 400
