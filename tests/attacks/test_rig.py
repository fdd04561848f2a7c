"""The rig itself: each of its conditions is broken once, and notices."""

import os
import signal

import pytest
import requests

import ledger
from town import Town
from watch import MEMORY, PATIENCE


@pytest.fixture(scope="module")
def broken(store):
    """A server of its own, because it is mistreated."""
    from rig import Rig

    rig = Rig(store)
    yield rig
    rig.close()


@pytest.fixture
def watch(broken):
    broken.watch.begin()
    broken.watch.check()
    broken.watch.begin()
    yield broken.watch
    broken.watch.read_to = broken.complaints.stat().st_size


def complains(watch, about):
    with pytest.raises(AssertionError, match=about):
        watch.check()


def test_who_lives_where(town: Town):
    assert town.bob.ask("GET", f"/channels/{town.priv}").status == 200
    assert town.carol.ask("GET", f"/channels/{town.priv}").status == 404
    assert town.mallory.ask("GET", f"/channels/{town.other}").status == 404
    assert town.ga.ask("GET", f"/channels/{town.other}").status == 404
    assert town.root.ask("GET", f"/channels/{town.other}").status == 200


def test_a_server_that_stands_still_is_noticed(watch):
    os.kill(watch.pid, signal.SIGSTOP)
    try:
        with pytest.raises(AssertionError, match="neither an answer|was not heard|the canary needed"):
            watch.canary.answer(watch.canary.begin("get_online_users"), 1)
            watch.song()
    finally:
        os.kill(watch.pid, signal.SIGCONT)
    watch.canary.hear("welcome")


def test_a_canary_that_always_sings_late_is_noticed(watch, monkeypatch):
    monkeypatch.setattr(watch, "song", lambda: PATIENCE)
    complains(watch, "the canary needed")
    songs = iter([PATIENCE * 2, PATIENCE / 2])
    monkeypatch.setattr(watch, "song", lambda: next(songs))
    watch.check()


def test_memory_that_is_not_given_back_is_noticed(watch):
    watch.memory -= MEMORY
    complains(watch, "memory grew")


def test_a_panic_in_the_log_is_noticed(broken, watch):
    with broken.complaints.open("a") as log:
        log.write("thread 'main' panicked at src/main.rs\n")
    complains(watch, "panicked")


@pytest.mark.parametrize("what", ["password", "token", "refresh", "hash", "key", "words"])
def test_a_secret_in_the_log_is_noticed(broken, watch, what):
    bird = watch.bird
    secret = {
        "password": bird.password, "token": bird.token, "refresh": bird.refresh, "hash": "$2b$12$abcdefghijk",
        "key": broken.key.decode(), "words": broken.words(),
    }[what]  # fmt: skip
    with broken.complaints.open("a") as log:
        log.write(f'{{"message":"a request","said":"{secret}"}}\n')
    complains(watch, "the log")


def test_an_answer_that_leaks_is_noticed(broken, watch):
    bird, said = watch.bird, broken.ledger.answer
    leaks = {
        '{"data":{"passwordHash":"x"}}': "passwordHash",
        f'{{"email":"somebody@{ledger.MAIL}"}}': "somebody else",
        f'{{"text":"{bird.refresh}"}}': "refresh token",
        f'{{"text":"{bird.token}"}}': "a token",
        '{"session":{"from":"127.3.2.1"}}': "an address",
    }
    for text, about in leaks.items():
        watch.begin()
        said("GET", "/api/users/me", 200, "", text, bird.mail)
        complains(watch, about)
        watch.begin()
        broken.ledger.event("42" + f'["new_message",{text}]', bird.mail)
        complains(watch, about)
    watch.begin()
    said("GET", "/api/users/me", 200, "", f'{{"email":"{bird.mail}"}}', bird.mail)
    watch.check()


def test_a_fault_is_noticed_unless_it_is_meant(broken, watch):
    broken.ledger.answer("GET", "/api/users", 503, "", "{}")
    complains(watch, "503")
    watch.check(may_fault=True)


def test_a_server_that_ended_is_noticed(store):
    from rig import Rig

    rig = Rig(store)
    rig.watch.begin()
    rig.server.kill()
    rig.server.wait()
    complains(rig.watch, "the server ended")
    with pytest.raises(requests.ConnectionError):
        rig.ask("GET", "/health")
    with pytest.raises(AssertionError):
        rig.close()
