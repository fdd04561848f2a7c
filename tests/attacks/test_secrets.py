"""B. Secrets in addresses and logs, weak ones, and the first and last administrators."""

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import matrix
import world
from chat import Refused
from rig import PRODUCTION, Person, Rig

NAMES = ["token", "access_token"]


@pytest.mark.parametrize("name", NAMES)
def test_s_25_a_token_in_the_address_is_refused_on_every_route(rig, town, name):
    for row in matrix.rows():
        if not row.event:
            path = row.path.replace("{", "").replace("}", "")
            for query in (f"?{name}={town.alice.token}", f"?limit=1&{name}={town.alice.token}"):
                # Also where a good one stands in the header.
                for person in (None, town.alice):
                    assert rig.ask(row.method, path + query, person).status == 401, row.what
    for path in ("/nowhere", "/api/nowhere", "/socket.io/", "/socket.io/?EIO=4&transport=polling"):
        assert rig.ask("GET", f"{path}{'&' if '?' in path else '?'}{name}={town.alice.token}").status == 401, path


OTHER_NAMES = [
    "Token", "TOKEN", "%74oken", "jwt", "auth", "auth[token]", "query.token", "authorization", "accessToken", "bearer", "sessionId",
    "refreshToken",
]  # fmt: skip


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_s_25_nor_is_any_other_spelling_a_way_in(rig, town, name):
    told = f"{name}={town.alice.token}"
    assert rig.ask("GET", f"/api/auth/me?{told}").status == 401
    answer = rig.raw(f"GET /socket.io/?EIO=4&transport=websocket&{told} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode(), 2)
    assert b" 101 " not in answer
    polled = rig.ask("GET", f"/socket.io/?EIO=4&transport=polling&{told}")
    if polled.status == 200:
        sid = polled.text.split('"sid":"')[1].split('"')[0]
        rig.ask("POST", f"/socket.io/?EIO=4&transport=polling&sid={sid}&{told}", data="40")
        # A refused connection is told so in the next poll, or is gone.
        assert "40{" not in rig.ask("GET", f"/socket.io/?EIO=4&transport=polling&sid={sid}").text


def test_s_25_no_log_line_holds_a_secret(rig, town):
    """After each test the ledger looks at what is new; here is everything, word for word."""
    with town.bob.visit() as chat:
        chat.done("send_message", {"channelId": town.pub, "text": rig.words()})
    log, told = rig.complaints.read_text(), rig.ledger
    people = [value for value in vars(town).values() if isinstance(value, Person)]
    secrets = {*told.secrets, *told.tokens, *(person.password for person in people), *(person.token for person in people)}
    assert len(secrets) > 20 and log.count("\n") > 20 and told.seen["answer"] and told.seen["event"], told.seen
    assert not [secret for secret in secrets if secret in log]
    assert not told.leaks, told.leaks[:20]


SECRETS = {
    "none": (None, "no secret to sign tokens with"),
    "a word": ("changeme", "too short"),
    "31 bytes": ("0aB3$kfj29vnSKdi38vnAIwe74jcnE1", "too short"),
    "repeated": ("changeme" * 8, "sample|repeats|variety"),
    "one letter": ("a" * 64, "repeats|variety"),
    "a sample": ("your-super-secret-jwt-key-change-this-in-production", "sample"),
    "digits": ("12345678901234567890123456789012", "sample|repeats|variety"),
}


def start(store, tmp_path, **settings):
    environment = {"PATH": os.environ["PATH"], **PRODUCTION, "HUBBUB_DATA_DIR": str(tmp_path), **settings}
    if store == "mongodb":
        environment["MONGODB_URI"] = world.on_database(world.MONGODB, "hubbub_refused")
        environment["HUBBUB_PASSWORD_PEPPER"] = "Ea" + os.urandom(24).hex()
    began = time.monotonic()
    ended = subprocess.run([world.PROGRAM, "serve", "--bind", "127.0.0.1:0"], env=environment, capture_output=True, text=True, timeout=20)
    return ended, time.monotonic() - began


@pytest.mark.parametrize("secret", SECRETS)
def test_s_29_a_weak_secret_starts_nothing(store, tmp_path, secret):
    told, why = SECRETS[secret]
    ended, took = start(store, tmp_path, **({"HUBBUB_JWT_SECRET": told} if told else {}))
    assert ended.returncode != 0 and took < 2 + idle()
    assert any(word in ended.stderr for word in why.split("|")), ended.stderr
    assert told is None or told not in ended.stderr + ended.stdout
    assert not list(tmp_path.iterdir())


def idle():
    """How long it takes the program to do nothing."""
    began = time.monotonic()
    subprocess.run([world.PROGRAM, "--version"], capture_output=True, check=True, timeout=20)
    return time.monotonic() - began


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_s_29_nor_does_one_that_others_can_read(store, tmp_path, mode):
    data = tmp_path / "data"
    data.mkdir()
    file = tmp_path / "secret"
    file.write_text("Zq" + os.urandom(32).hex())
    file.chmod(mode)
    ended, _ = start(store, data, HUBBUB_JWT_SECRET_FILE=str(file))
    assert ended.returncode != 0 and "can be read by others" in ended.stderr


@pytest.fixture(scope="module")
def fresh(store):
    """A server that nobody administers yet."""
    fresh = Rig(store, administered=False)
    yield fresh
    fresh.close()


def claim(fresh, token, name):
    draft = {"username": name, "email": f"{name}@canary-mail.example", "password": fresh.password()}
    return fresh.ask("POST", "/api/auth/claim", json={"token": token, **draft}), draft["password"]


def test_s_29_and_s_30_the_first_and_the_last_administrator(fresh):
    """One story, because there is one first administrator: claimed by two at once, and never left alone."""
    [link] = [line for line in fresh.said if "/claim#" in line]
    token = link.strip().rsplit("#", 1)[1]
    for wrong in ("A" * 43, token[:-1], token + "A", ""):
        assert claim(fresh, wrong, "early")[0].status in (400, 404)
    with ThreadPoolExecutor(8) as crew:
        tries = list(crew.map(lambda number: claim(fresh, token, f"first{number}"), range(8)))
    assert sorted(answer.status for answer, _ in tries) == [201] + [404] * 7, "one claim succeeds"
    assert claim(fresh, token, "late")[0].status == 404
    [(answer, password)] = [(answer, password) for answer, password in tries if answer.status == 201]
    first = Person(fresh, answer.data, password)
    assert first.ask("DELETE", f"/users/{first.id}").status == 409, "the last one cannot go"
    assert first.ask("PUT", f"/users/{first.id}", {"role": "user"}).status == 409
    assert first.ask("PUT", f"/admin/users/{first.id}", {"status": "inactive"}).status == 409
    bulk = first.rest("POST", "/admin/users/bulk-delete", {"userIds": [first.id]})
    assert bulk["results"][0]["error"]["code"] == "CONFLICT"
    for round in range(5):
        second = fresh.person(f"second{round}x")
        first.rest("PUT", f"/users/{second.id}", {"role": "super_admin"})
        second = second.again()
        pairs = [(first, second), (second, first)]
        with ThreadPoolExecutor(2) as crew:
            list(crew.map(lambda pair: pair[0].ask("PUT", f"/users/{pair[1].id}", {"role": "user"}), pairs))
        left = [person for person in (first.again(), second.again()) if person.ask("GET", "/admin/dashboard").status == 200]
        assert left, "nobody administers any more"
        first = left[0]
        if len(left) == 2:
            first.rest("PUT", f"/users/{second.id}", {"role": "user"})


def test_s_30_nobody_promotes_themselves(rig, new_town):
    town = new_town
    for person in (town.ga, town.bob, town.mallory):
        for path in (f"/users/{person.id}", "/users/me", f"/admin/users/{person.id}"):
            for body in ({"role": "super_admin"}, {"status": "active"}, {"role": "super_admin", "bio": "x"}):
                assert person.ask("PUT", path, body).status in (400, 403), f"{path} {body}"
        assert person.ask("POST", f"/groups/{town.g1}/admins", {"userId": person.id}).status == 403
        bulk = {"userIds": [person.id], "updates": {"role": "super_admin"}}
        assert person.ask("POST", "/admin/users/bulk-update", bulk).status == 403
        assert person.rest("GET", "/users/me")["role"] == "user"


def test_s_31_how_many_sessions(rig):
    bob = rig.person("bob")
    chat = bob.connect()
    later = [bob.again() for _ in range(30)]
    assert len(later[-1].rest("GET", "/auth/sessions")["sessions"]) == 20
    alive = [person.ask("GET", "/auth/me").status == 200 for person in later]
    assert alive == [False] * 10 + [True] * 20
    assert bob.ask("GET", "/auth/me").status == 401 and chat.gone(2)


def test_s_31_how_many_sockets(rig):
    bob = rig.person("bob")
    twin, opened, refused = bob.again(), [], 0
    for number in range(100):
        try:
            opened.append((twin if number % 2 else bob).connect())
        except Refused as reason:
            assert "RATE_LIMITED" in str(reason)
            refused += 1
    assert (len(opened), refused) == (20, 80)
    assert all(chat.done("get_online_users") for chat in opened)
    opened[0].leave()
    deadline, another = time.monotonic() + 5, None
    while another is None and time.monotonic() < deadline:
        try:
            another = bob.connect()
        except Refused:
            pass
    assert another, "a socket that left makes room for another"
    for chat in [*opened, another]:
        chat.leave()
