"""B. Passwords: how they are compared, guessed, and used to keep the server busy."""

import itertools
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from measure import Beside, timed
from rig import Line

WRONG = "wrong as can be"


def log_in(rig, name, password, line=None, **headers):
    body = {"username": name, "password": password}
    return rig.ask("POST", "/api/auth/login", json=body, line=line, headers=headers)


@pytest.mark.parametrize("kept,tried", [
    ("a" * 72 + "X", ["a" * 72 + "Y", "a" * 72, "a" * 73, "a" * 72 + "X ", "A" * 72 + "X"]),
    ("🦀🐙🐬🐳" * 10, ["🦀🐙🐬🐳" * 9, "🦀🐙🐬🐳" * 9 + "🦀🐙🐬🦀", "🦀🐙🐬🐳" * 4 + "🦀🐙", "🦀🐙🐬🐳" * 11]),
    ("x\u0000y and more", ["x", "x\u0000", "x\u0000z and more", "xy and more"]),
    ("éàüöñ" * 4, ["éàüöñ" * 3, "éàüöñ" * 3 + "éàüön", "eauon" * 4]),
])  # fmt: skip
def test_s_20_every_byte_of_a_password_counts(rig, kept, tried):
    name = f"long{next(rig.numbers)}"
    answer = rig.ask("POST", "/api/auth/register", json={"username": name, "email": f"{name}@canary-mail.example", "password": kept})
    # What cannot be kept whole is refused, and not cut.
    if answer.status == 400 and "\0" in kept:
        return
    assert answer.status == 201
    assert log_in(rig, name, kept).status == 200
    for other in tried:
        assert log_in(rig, name, other).status == 401, repr(other)


def test_s_21_long_passwords_are_refused_before_they_are_hashed(rig, town):
    took = Beside(rig)
    for size in [1 << 20] * 50:
        answer = rig.ask("POST", "/api/auth/login", json={"username": town.alice.name, "password": "x" * size})
        assert answer.status == 413
    for path, body in {
        "/auth/login": {"username": town.alice.name},
        "/auth/register": {"username": "longest", "email": "longest@canary-mail.example"},
        "/auth/claim": {"token": "A" * 43, "username": "longest", "email": "longest@canary-mail.example"},
    }.items():
        for size in (129, 10_000, 60_000):
            answer = took.time(lambda: rig.ask("POST", f"/api{path}", json={**body, "password": "x" * size}))  # noqa: B023
            assert answer.status == 400
    change = {"currentPassword": town.bob.password, "newPassword": "x" * 60_000}
    assert took.time(lambda: town.bob.ask("PUT", "/auth/change-password", change)).status == 400
    took.within(0.02)


def test_s_21_many_logins_at_once_do_not_keep_others_waiting(rig):
    """The canary alone, then beside sixteen who sign in without end for ten seconds."""
    victims, stop = [rig.person("victim") for _ in range(4)], threading.Event()
    alone = [rig.watch.song() for _ in range(40)]

    def attack(victim):
        answers = []
        while not stop.is_set():
            answers.append(log_in(rig, victim.name, WRONG if len(answers) % 2 else victim.password).status)
        return answers

    sung = []
    with ThreadPoolExecutor(16) as crew:
        busy = [crew.submit(attack, victim) for victim, _ in itertools.product(victims, range(4))]
        try:
            end = time.monotonic() + 10
            while time.monotonic() < end:
                sung.append(rig.watch.song())
                # The canary sends ten times a second: others may not be in its own way.
                stop.wait(0.1)
        finally:
            stop.set()
        statuses = {status for attacker in busy for status in attacker.result()}
    assert statuses <= {200, 401, 429}
    most = statistics.quantiles(sung, n=100)[98]
    assert most < 0.15 + statistics.quantiles(alone, n=100)[98], f"{most:.3f} s"


def test_s_22_who_exists_is_told_neither_by_words_nor_by_time(rig):
    """200 of each, always two at once, one of a name that is known and one of a name that is not."""
    known = [rig.person("known") for _ in range(5)]
    took, said, gate = {"known": [], "unknown": []}, set(), threading.Barrier(2)

    def guess(kind):
        for number in range(200):
            person = known[number % len(known)]
            name = person.name if kind == "known" else f"nobody{number}"
            gate.wait(30)
            seconds, answer = timed(lambda: log_in(rig, name, WRONG))  # noqa: B023
            took[kind].append(seconds)
            told = answer.json
            told.pop("requestId")
            said.add((answer.status, str(told)))

    with ThreadPoolExecutor(2) as crew:
        for kind in [crew.submit(guess, kind) for kind in took]:
            kind.result()
    assert len(said) == 1, said
    medians = [statistics.median(times) for times in took.values()]
    apart = max(medians) - min(medians)
    assert apart < 0.1 * max(medians) and apart < 0.01, medians


def test_s_22_nor_by_registering(rig, town):
    free = {"username": f"free{next(rig.numbers)}", "email": f"free{next(rig.numbers)}@canary-mail.example", "password": rig.password()}
    said = set()
    name, mail = town.alice.name, town.alice.mail
    for taken in ({"username": name}, {"username": name.upper()}, {"email": mail}, {"email": mail.upper()}):
        answer = rig.ask("POST", "/api/auth/register", json={**free, **taken})
        told = answer.json
        told.pop("requestId")
        said.add((answer.status, str(told)))
    assert len(said) == 1 and next(iter(said))[0] == 409, said


def test_s_23_guessing_from_one_address(rig):
    alice, line = rig.person("alice"), Line(rig.source())
    chat = alice.connect()
    for number in range(30):
        name = {"username": alice.name} if number % 2 else {"email": alice.mail.upper()}
        answer = rig.ask("POST", "/api/auth/login", json={**name, "password": WRONG}, line=line)
        assert answer.status == (401 if number < 10 else 429), number
    assert int(answer.headers["retry-after"]) > 0
    # The right password does not open from there either, and nothing else is closed.
    assert log_in(rig, alice.name, alice.password, line).status == 429
    assert alice.ask("GET", "/auth/me").status == 200 and chat.done("get_online_users")
    assert log_in(rig, alice.name, alice.password).status == 200
    # A stolen access token is no way to go on guessing.
    change = {"currentPassword": WRONG, "newPassword": rig.password()}
    assert alice.ask("PUT", "/auth/change-password", change, line=line).status == 429


def test_s_23_guessing_all_at_once(rig):
    """Who guesses sixteen times in one moment has no more guesses than who waits for each answer."""
    alice, source = rig.person("alice"), rig.source()
    gate = threading.Barrier(16)

    def guess(_):
        line = Line(source)
        gate.wait(30)
        return log_in(rig, alice.name, WRONG, line).status

    with ThreadPoolExecutor(16) as crew:
        answers = list(crew.map(guess, range(16)))
    assert (answers.count(401), answers.count(429)) == (10, 6), answers


def test_s_23_guessing_from_everywhere(rig):
    alice = rig.person("alice")
    chat = alice.connect()
    with ThreadPoolExecutor(2) as crew:
        answers = list(crew.map(lambda _: log_in(rig, alice.name, WRONG).status, range(104)))
    assert (answers.count(401), answers.count(429)) == (100, 4)
    assert log_in(rig, alice.name, alice.password).status == 429
    assert chat.done("get_online_users")
    assert rig.ask("POST", "/api/auth/refresh", json={"refreshToken": alice.refresh}).status == 200


def spellings(number):
    address = f"203.0.113.{number}"
    return [
        {"x-forwarded-for": address}, {"x-real-ip": address}, {"forwarded": f"for={address}"}, {"cf-connecting-ip": address},
        {"x-forwarded-for": f"{address}, 198.51.100.7, 192.0.2.{number}"}, {"true-client-ip": address}, {"x-client-ip": address},
        {"x-forwarded": address}, {"x-cluster-client-ip": address}, {"via": address}, {"x-originating-ip": f"[{address}]"},
    ]  # fmt: skip


def test_s_24_no_header_makes_another_caller(rig):
    alice, line = rig.person("alice"), Line(rig.source())
    told = [headers for number in range(1, 4) for headers in spellings(number)]
    answers = [log_in(rig, alice.name, WRONG, line, **headers).status for headers in told]
    assert answers == [401] * 10 + [429] * (len(told) - 10)


def test_s_24_a_proxy_speaks_for_the_hop_before_it_alone(rig):
    alice, proxy = rig.person("alice"), Line(("127.250.0.1", 0))
    lies = [f"203.0.113.{number}, 192.0.2.1" for number in range(12)]
    answers = [log_in(rig, alice.name, WRONG, proxy, **{"x-forwarded-for": lie}).status for lie in lies]
    assert answers == [401] * 10 + [429] * 2
    assert log_in(rig, alice.name, WRONG, proxy, **{"x-forwarded-for": "203.0.113.1, 192.0.2.2"}).status == 401
    # What a caller says of a trusted proxy in the middle of its own words changes nothing.
    for lie in ("192.0.2.1, 127.250.0.1", "127.250.0.1, 192.0.2.1", "192.0.2.1,127.250.0.1,127.250.0.1"):
        assert log_in(rig, alice.name, WRONG, proxy, **{"x-forwarded-for": lie}).status == 429, lie
    seen = rig.sign_in(alice.name, alice.password, line=proxy, headers={"x-forwarded-for": "203.0.113.9, 192.0.2.7"})
    sessions = {session["id"]: session["address"] for session in seen.rest("GET", "/auth/sessions")["sessions"]}
    assert sessions[seen.session] == "192.0.2.7"
