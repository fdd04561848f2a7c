"""Sessions of Engine.IO that are guessed, crossed, left half-way or opened by the thousand (S-55, S-56)."""

import json
import random
import string
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import websocket

from wire import DEADLINE, Polling
from wires import MIB, From, all_of, peak, pipelined, status, upgrade, upgraded

POLLING = "/socket.io/?EIO=4&transport=polling"
LETTERS = string.ascii_letters + string.digits + "-_"


def test_s_55_ten_thousand_guesses_find_nobody(rig, town):
    session = Polling(rig)
    session.sign_in(town.alice.token)
    sid = session.address.rpartition("=")[2]
    chance = random.Random(55)
    near = [sid[:at] + letter + sid[at + 1 :] for at in range(len(sid)) for letter in LETTERS if letter != sid[at]]
    far = ["".join(chance.choices(LETTERS, k=len(sid))) for _ in range(10_000 - len(near))]
    paths = [f"{POLLING}&sid={guess}" for guess in near + far]
    statuses = Counter(status for status, _ in pipelined(rig, paths))
    assert statuses == {400: 10_000}, statuses
    assert session.post('421["get_online_users"]') == 200


def test_s_55_a_session_is_polled_by_one_at_a_time(rig, town):
    session = Polling(rig)
    session.sign_in(town.alice.token)
    session.post('421["get_online_users"]')
    while "431[" not in session.poll().text:
        pass
    with ThreadPoolExecutor(8) as pool:
        statuses = Counter(answer.status_code for answer in pool.map(lambda _: session.poll(), range(8)))
    assert statuses[200] <= 1 and set(statuses) <= {200, 400}, statuses


def test_s_55_a_websocket_is_not_polled_nor_posted_to(rig, town):
    address = rig.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    stream = websocket.create_connection(address, timeout=DEADLINE, socket=rig.dial())
    sid = json.loads(stream.recv()[1:])["sid"]
    stream.send("40" + json.dumps({"token": town.alice.token}))
    while not stream.recv().startswith("40"):
        pass
    path = f"{POLLING}&sid={sid}"
    assert rig.ask("POST", path, data='42["send_message",{}]').status == 400
    assert rig.ask("GET", path).status == 400
    assert status(upgraded(rig, f"/socket.io/?EIO=4&transport=websocket&sid={sid}")) in (0, 101, 400)
    stream.send('421["get_online_users"]')
    while not (told := stream.recv()).startswith("431["):
        assert told, "the socket was taken over"
    stream.close()


def test_s_55_the_upgrade_of_somebody_else_takes_nothing_over(rig, town):
    """Who knows the name of no session cannot name one; who names one that is unknown gets none."""
    for sid in ("A" * 16, "", "x" * 5_000, "%00", "../..", "AAAAAAAAAAAAAAAA&sid=BBBBBBBBBBBBBBBB"):
        told = all_of(rig, upgrade(f"/socket.io/?EIO=4&transport=websocket&sid={sid}"), 2)
        # The engine may shake hands before it looks, and then hangs up without a word.
        _, _, after = told.partition(b"\r\n\r\n")
        assert status(told) == 400 or (status(told) == 101 and after == b""), (sid, told[:60])


def test_s_55_doors_that_are_none(rig):
    base = "/socket.io/"
    for query in (
        "?EIO=3&transport=polling", "?EIO=5&transport=polling", "?EIO=&transport=polling", "?EIO=4", "?transport=polling", "",
        "?EIO=4&transport=webtransport", "?EIO=3&transport=websocket", "?EIO=03&transport=polling", "?EIO=3&EIO=4&transport=polling",
    ):  # fmt: skip
        assert rig.ask("GET", base + query).status == 400, query
        assert status(upgraded(rig, base + query)) == 400, query
    for path in ("/socket.io-admin", "/socket.io-admin/?EIO=4&transport=polling", "/socket.iox/", "/SOCKET.IO/?EIO=4&transport=polling"):
        assert rig.ask("GET", path).status == 404, path
    for method in ("PUT", "DELETE", "PATCH", "HEAD"):
        assert rig.ask(method, POLLING).status in (400, 404, 405), method


def test_s_56_twenty_thousand_sessions_of_one_address(rig):
    one, statuses = From(rig), Counter()
    with peak(rig, 32 * MIB):
        for _ in range(4):
            statuses += Counter(status for status, _ in pipelined(one, [POLLING] * 5_000))
    # A session that nobody signs into is over after ten seconds, and makes room for another.
    assert statuses[200] <= 50 * 2 and statuses[200] + statuses[429] == 20_000, statuses


def test_s_56_others_come_in_meanwhile(rig, town):
    """From elsewhere, and from the same address over a WebSocket."""
    one = From(rig)
    statuses = [status for status, _ in pipelined(one, [POLLING] * 60)]
    assert statuses == [200] * 50 + [429] * 10, statuses
    assert rig.ask("GET", POLLING).status == 200
    with one.dial() as stream:
        stream.settimeout(DEADLINE)
        stream.sendall(upgrade())
        assert status(stream.recv(4_096)) == 101
