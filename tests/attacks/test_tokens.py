"""B. Tokens: forged ones, used ones, and those of a session that ended."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import forge
import matrix
from chat import Refused
from ledger import SIGN_IN
from wire import Polling

GRACE = 2


def refused_everywhere(rig, told, about=""):
    """On every route that asks for a sign-in, in the header and in the cookie, and at the socket."""
    for headers in ({"authorization": f"Bearer {told}"}, {"cookie": f"accessToken={told}"}):
        answer = rig.ask("GET", "/api/auth/me", headers=headers)
        assert answer.status == 401, f"{about}: {answer.status} {answer.text[:200]}"
        assert answer.code in ("UNAUTHENTICATED", "TOKEN_EXPIRED"), f"{about}: {answer.code}"
    with pytest.raises(Refused, match="UNAUTHENTICATED|TOKEN_EXPIRED"):
        rig.chat({"token": told})


def forged(rig, person, how):
    header, claims = forge.read(person.token)
    told = forge.token(header, claims, rig.key)
    # What is forged right is taken, so that the attacks are about what they say.
    assert rig.ask("GET", "/api/auth/me", person, told).status == 200
    return how(header, claims, rig.key)


def test_s_11_tokens_with_another_algorithm_or_key(rig, town):
    for about, told in forged(rig, town.alice, forge.algorithms).items():
        refused_everywhere(rig, told, about)


def test_s_11_and_on_every_route(rig, town):
    told = forged(rig, town.root, forge.algorithms)["none, without a signature"]
    for row in matrix.rows():
        if not row.event and row.action != "open":
            path = row.path.replace("{", "").replace("}", "")
            assert rig.ask(row.method, path, token=told).status == 401, row.what


def test_s_12_tokens_without_a_claim(rig, town):
    for about, told in forged(rig, town.alice, forge.claims_left_out).items():
        refused_everywhere(rig, told, about)


def test_s_13_claims_of_another_type(rig, town):
    for about, told in forged(rig, town.alice, forge.claims_of_other_types).items():
        refused_everywhere(rig, told, about)


def test_s_14_tokens_of_another_purpose(rig, town):
    alice = town.alice
    for told in (alice.refresh, alice.session, alice.id, alice.name, "null", "undefined", "", " ", "Bearer", alice.token + "\u00e9"):
        answer = rig.ask("GET", "/api/auth/me", headers={"authorization": f"Bearer {told}".encode()})
        assert answer.status == 401, told
        with pytest.raises(Refused):
            rig.chat({"token": told})
    for scheme in ("Basic", "Digest", "Token", "bearer:", "", "Bearer Bearer"):
        assert rig.ask("GET", "/api/auth/me", headers={"authorization": f"{scheme} {alice.token}".strip()}).status == 401, scheme
    for told in (alice.token, alice.session, alice.id):
        assert rig.ask("POST", "/api/auth/refresh", json={"refreshToken": told}).status in (400, 401)
    for told in (alice.token, alice.refresh):
        claim = {"token": told, "username": "claimer", "email": "claimer@canary-mail.example", "password": rig.password()}
        assert rig.ask("POST", "/api/auth/claim", json=claim).status in (400, 404)


def ended(person, chat, since):
    """Socket, access token and refresh token are worth nothing, within two seconds."""
    assert chat.gone(max(0, since + GRACE - time.monotonic())), "the socket lives"
    assert person.ask("GET", "/auth/me").status == 401
    assert person.rig.ask("POST", "/api/auth/refresh", json={"refreshToken": person.refresh}).status == 401
    with pytest.raises(Refused):
        person.connect()
    assert time.monotonic() - since < GRACE + 1


def test_s_15_a_refresh_token_used_twice(rig):
    person = rig.person("alice")
    chat = person.connect()
    first = person.refresh
    answer = rig.ask("POST", "/api/auth/refresh", json={"refreshToken": first})
    second, person.token = answer.data["refreshToken"], answer.data["accessToken"]
    person.refresh = second
    # Two tabs at once are no thief, and have one heir between them.
    assert rig.ask("POST", "/api/auth/refresh", json={"refreshToken": first}).data["refreshToken"] == second
    late = time.monotonic() + 5.5
    while time.monotonic() < late:
        assert not chat.gone(0.5)
    assert rig.ask("POST", "/api/auth/refresh", json={"refreshToken": first}).status == 401
    ended(person, chat, time.monotonic())


WAYS = {
    "logout": lambda rig, person: person.rest("POST", "/auth/logout"),
    "logout with the refresh token": lambda rig, person: rig.ask("POST", "/api/auth/logout", json={"refreshToken": person.refresh}),
    "logout everywhere": lambda rig, person: person.rest("POST", "/auth/logout-all"),
    "logout everywhere, elsewhere": lambda rig, person: person.again().rest("POST", "/auth/logout-all"),
    "a new password, elsewhere": lambda rig, person: person.again().rest(
        "PUT", "/auth/change-password", {"currentPassword": person.password, "newPassword": rig.password()}
    ),
    "ended elsewhere": lambda rig, person: person.again().rest("DELETE", f"/auth/sessions/{person.session}"),
    "ended by an administrator": lambda rig, person: rig.root.rest("DELETE", f"/auth/sessions/{person.session}"),
    "a new role": lambda rig, person: rig.root.rest("PUT", f"/users/{person.id}", {"role": "super_admin"}),
    "switched off": lambda rig, person: rig.root.rest("PUT", f"/admin/users/{person.id}", {"status": "inactive"}),
    "switched off with others": lambda rig, person: rig.root.rest("POST", "/admin/users/bulk-delete", {"userIds": [person.id]}),
}


@pytest.mark.parametrize("way", WAYS)
def test_s_17_revocation_reaches_sockets(rig, way):
    person = rig.person("alice")
    chat = person.connect()
    chat.hear("welcome")
    WAYS[way](rig, person)
    ended(person, chat, time.monotonic())


@pytest.mark.parametrize("way", ["DELETE /users", "DELETE /admin/users", "PUT /users", "bulk"])
def test_s_18_who_is_switched_off_is_out_everywhere(rig, new_town, way):
    bob = new_town.bob
    chat, poll = bob.join(new_town.pub), Polling(rig)
    poll.sign_in(bob.token)
    head = new_town.alice.say(new_town.pub)["seq"]
    epoch = chat.done("resume", {"channels": {new_town.pub: 0}})["channels"][new_town.pub]["epoch"]
    with ThreadPoolExecutor(1) as crew:
        waiting = crew.submit(poll.until_closed)
        since = time.monotonic()
        if way == "bulk":
            rig.root.rest("POST", "/admin/users/bulk-update", {"userIds": [bob.id], "updates": {"status": "inactive"}})
        elif way == "PUT /users":
            rig.root.rest("PUT", f"/users/{bob.id}", {"status": "inactive"})
        else:
            rig.root.rest(way.split()[0], f"{way.split()[1]}/{bob.id}")
        ended(bob, chat, since)
        assert waiting.result(10), "the poll was not ended"
    for name in ({"username": bob.name}, {"username": bob.name.upper()}, {"email": bob.mail}):
        answer = rig.ask("POST", "/api/auth/login", json={**name, "password": bob.password})
        assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
    with pytest.raises(Refused):
        bob.connect(resume={"channels": {new_town.pub: {"epoch": epoch, "seq": head}}})
    taken = {"username": bob.name, "email": "other-" + bob.mail, "password": rig.password()}
    assert rig.ask("POST", "/api/auth/register", json=taken).status == 409
    for row in matrix.rows():
        if not row.event and row.action != "open":
            path = row.path.replace("{", "").replace("}", "")
            assert rig.ask(row.method, path, token=bob.token).status == 401, row.what


def test_s_19_no_way_to_sign_in_is_weaker(rig, town):
    """The ways are those routes on which the ledger lets tokens out; it finds any other."""
    off, on = rig.person("alice"), rig.person("alice")
    known = {row.path.removeprefix("/api") for row in matrix.rows() if row.path.startswith("/api/auth")}
    assert set(SIGN_IN) <= known
    # Each way is one for whoever may come in, so that what is refused below is refused for what is wrong with it.
    for person in (off, on):
        names = [{"username": person.name}, {"username": person.name.upper()}, {"username": person.mail}, {"email": person.mail}]
        for name in names:
            came = rig.ask("POST", "/api/auth/login", json={**name, "password": person.password})
            assert came.data["user"]["id"] == person.id, name
        person.refresh = rig.ask("POST", "/api/auth/refresh", json={"refreshToken": person.refresh}).data["refreshToken"]
    rig.root.rest("DELETE", f"/users/{off.id}")
    wrong = [("the wrong one", on, on.password + "x"), ("none", on, ""), ("that of another", on, off.password), ("its own", off, off.password)]
    for about, person, password in wrong:
        for name in ({"username": person.name}, {"username": person.name.upper()}, {"username": person.mail}, {"email": person.mail}):
            answer = rig.ask("POST", "/api/auth/login", json={**name, "password": password})
            assert (answer.status, answer.code) == (401, "UNAUTHENTICATED"), f"{about}, {list(name)}: {answer.status}"
    assert rig.ask("POST", "/api/auth/refresh", json={"refreshToken": off.refresh}).status == 401
    tried = {
        "/auth/register": [
            {"username": person.name, "email": person.mail, "password": person.password} for person in (on, off)
        ],
        "/auth/login": [
            {"username": on.name, "password": on.password + "x"}, {"email": on.mail, "password": rig.password()},
            {"username": off.name, "password": off.password}, {"email": off.mail, "password": off.password},
            {"username": on.name, "email": on.mail, "password": on.password}, {"username": on.name, "password": ""},
            {"username": on.name}, {"password": on.password},
        ],
        "/auth/refresh": [{"refreshToken": off.refresh}, {"refreshToken": "A" * 43}, {"refreshToken": on.session}, {}],
        "/auth/claim": [{"token": "A" * 43, "username": "claimer", "email": "c@canary-mail.example", "password": rig.password()}],
    }  # fmt: skip
    for path, bodies in tried.items():
        for body in bodies:
            answer = rig.ask("POST", "/api" + path, json=body)
            assert answer.status in (400, 401, 404, 409) and "accessToken" not in answer.text, f"{path} {list(body)}: {answer.status}"
            assert "set-cookie" not in answer.headers
    change = {"currentPassword": on.password + "x", "newPassword": rig.password()}
    assert on.ask("PUT", "/auth/change-password", change).status == 400
    # Who has the address can have the account, so that is no way around the password either.
    for proof in ({}, {"currentPassword": on.password + "x"}, {"currentPassword": ""}):
        answer = on.ask("PUT", "/users/me", {"email": "other-" + on.mail, **proof})
        assert answer.code == "VALIDATION_FAILED" and "currentPassword" in answer.text, f"{list(proof)}: {answer.status} {answer.text[:200]}"
    assert on.rest("GET", "/users/me")["email"] == on.mail
    assert set(tried) | {"/auth/change-password"} == set(SIGN_IN)
