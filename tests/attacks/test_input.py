"""A. What is sent where a value belongs: operators, patterns, foreign fields, depth, numbers."""

import itertools
import json
import time
from urllib.parse import quote

import pytest

import matrix
import requests_of
import spoilt
from asking import ask
from chat import Refused
from measure import Beside
from places import Place

LOOKS = [row for row in matrix.rows() if not row.event and row.method == "GET"]
WRITES = [row for row in matrix.rows() if not row.event and requests_of.ROUTES[row.what]["body"]]


@pytest.fixture(scope="module")
def place(village):
    """Somebody's own, where everything can be asked for."""
    return Place(village, "bob", "own")


def body_of(place, row):
    place.wanted, place.actor = matrix.expected(row, place), place.caller
    return requests_of.ROUTES[row.what]["body"](place)


@pytest.mark.parametrize("route", ["login", "refresh", "register", "claim"])
def test_s_01_operators_at_every_way_to_sign_in(rig, place, route):
    row = next(row for row in WRITES if row.path == f"/api/auth/{route}")
    attacks = list(spoilt.with_operators(body_of(place, row)))
    asked, took = rig.counted("hubbub_store_seconds_count", collection="users"), Beside(rig)
    for body in attacks:
        answer = took.time(lambda: rig.ask("POST", row.path, json=body))  # noqa: B023
        assert (answer.status, answer.code) == (400, "VALIDATION_FAILED"), body
    more = rig.counted("hubbub_store_seconds_count", collection="users") - asked
    assert more < len(attacks), f"{more} questions to the store for {len(attacks)} attacks"
    took.within(0.05)


def test_s_01_operators_in_every_body(rig, place):
    for row in WRITES:
        for body in spoilt.with_operators(body_of(place, row)):
            answer = ask(place, row, fresh=False, json=body)
            assert answer.status in (400, 403, 404), f"{row.what} {body}: {answer.status} {answer.text[:200]}"
        # What is right and goes on is as wrong as what is wrong from the start.
        more = [json.dumps(body_of(place, row)) + rest for rest in ("x", "{}", ' {"$ne":1}')]
        for text in ("null", "[]", "1", '"x"', "true", "{", '{"a":1}x', "\xff", "", *more):
            answer = ask(place, row, fresh=False, json=None, data=text.encode("latin-1"), headers={"content-type": "application/json"})
            # Where everything may be left out there is nothing wrong with nothing.
            assert answer.status in (400, 403, 404) or text in ("", "null"), f"{row.what} {text}: {answer.status}"


@pytest.mark.parametrize("auth", [{"token": operator} for operator in spoilt.OPERATORS])
def test_s_02_operators_for_a_token(rig, auth):
    with pytest.raises(Refused, match='^44.*Authentication error: (VALIDATION_FAILED|UNAUTHENTICATED)'):
        rig.chat(auth)


def test_s_02_operators_in_what_is_resumed(rig, place):
    places = [{"channels": {place.channel: operator}} for operator in spoilt.OPERATORS]
    for resume in [*places, {"c": {"x": {"s": {"$gt": 0}}}}, {"channels": {"$ne": 1}}, {"channels": [place.channel]}, "x"]:
        with pytest.raises(Refused, match="VALIDATION_FAILED"):
            rig.chat({"token": place.caller.token, "resume": resume})


@pytest.mark.parametrize("event", [row.path for row in matrix.rows() if row.event])
def test_s_02_operators_in_every_event(rig, place, event):
    place.wanted = "ok"
    payload = requests_of.EVENTS[event](place)
    shapes = [{**payload, "before": {"$where": "sleep(5000)"}}, [payload], list(payload.values()), "x", 1]
    attacks = [*shapes, *spoilt.with_operators(payload)][:38]
    with place.caller.visit() as chat:
        for attack in attacks:
            began = time.monotonic()
            assert chat.refused(event, attack) in ("VALIDATION_FAILED", "BAD_REQUEST"), attack
            assert time.monotonic() - began < 1


SEARCHES = [
    "/users?search={}", "/users/search?q={}", "/groups?search={}", "/groups/search?q={}", "/channels?search={}",
    "/admin/users?search={}",
]  # fmt: skip
PATTERNS = ["^(a+)+$", ".*", "(", "\\", "$where", "[a-z]*", "%", "_%", "a|b", "(?i)a", "\u202e", "'", '"', "--", "*", "/.*/"]


@pytest.mark.parametrize("search", SEARCHES)
def test_s_03_a_pattern_is_only_text(rig, town, search):
    for pattern in PATTERNS:
        took = Beside(rig)
        answers = [took.time(lambda: town.root.ask("GET", search.format(requote(pattern)))) for _ in range(3)]  # noqa: B023
        took.quickest_within(0.2)
        answer = answers[0]
        [found] = [value for value in answer.data.values() if isinstance(value, list)]
        named = [thing.get("username") or thing["name"] for thing in found]
        assert all(name.lower().startswith(pattern.lower()) for name in named), f"{pattern} found {named[:3]}"
    for long in ("a" * 257, ".*" * 5_000):
        assert town.root.ask("GET", search.format(requote(long))).status in (400, 431)


def test_s_03_and_finds_what_is_called_so(rig, town):
    for number, pattern in enumerate(PATTERNS[:4]):
        name = f"{pattern}{number} {town.bob.name}"
        group = town.bob.rest("POST", "/groups", {"name": name})["id"]
        found = town.mallory.rest("GET", f"/groups/search?q={requote(name)}")["groups"]
        assert [group] == [thing["id"] for thing in found]


def test_s_03_and_in_messages(rig, town):
    """Whatever is typed is looked for as it stands, and never run."""
    message = town.alice.say(town.pub, "plain words of plain people")
    until = time.monotonic() + 10
    while message["id"] not in town.ga.ask("GET", "/messages/search?q=plain").text:
        assert time.monotonic() < until, "what was said is not found"
        time.sleep(0.3)
    people = [town.alice, town.bob, town.ga]
    for number, pattern in enumerate([*PATTERNS, ".*" * 100, "\0", "NEAR(a b)", "a AND b", 'tokens:x', "^plain", "plai?"]):
        answer = people[number % 3].ask("GET", f"/messages/search?q={requote(pattern)}")
        assert answer.status in (200, 400), f"{pattern}: {answer.text[:200]}"
        assert "a plain message" not in answer.text or any(letter in "pln" for letter in pattern), pattern
    assert town.alice.ask("GET", "/messages/search?q=" + "a" * 257).status == 400


def requote(text):
    return quote(text, safe="")


NOBODYS = [
    "sort=passwordHash", "fields=passwordHash,refresh", 'query={"passwordHash":{"$regex":"^\\\\$2"}}', "filter[role]=super_admin",
    "$where=sleep(5000)", "select=%2BpasswordHash", "projection[passwordHash]=1", "populate=sessions", "sortBy=passwordHash",
    "include=email", "expand=user.email", "where[passwordHash][$ne]=1", "__proto__[x]=1", "status[$ne]=active",
]  # fmt: skip


def test_s_04_parameters_that_nobody_offered(rig, place):
    for row in LOOKS:
        if row.action in ("open", "Administer"):
            continue
        before, lists = ask(place, row, fresh=False), parameters(rig, place, row)
        for parameter in NOBODYS if lists else NOBODYS[:3]:
            asked = ask_with(place, row, parameter)
            same = asked.status == before.status and asked.headers.get("etag") == before.headers.get("etag")
            # One thing is one thing however it is asked for; a list says that it does not know.
            assert asked.status == 400 or (same and not lists), f"{row.what}?{parameter}"


def parameters(rig, place, row):
    """What a list takes, as its refusal of `limit` tells; nothing where it is none."""
    return "limit" if ask_with(place, row, "limit=-1").status == 400 else ""


def ask_with(place, row, parameter):
    request = requests_of.ROUTES[row.what]
    requests_of.ROUTES[row.what] = {**request, "query": f"{request['query'] or '?'}&{parameter}".replace("?&", "?")}
    try:
        return ask(place, row, fresh=False)
    finally:
        requests_of.ROUTES[row.what] = request


def test_s_05_fields_that_are_the_servers(rig, place):
    before = place.caller.rest("GET", "/users/me")
    message = place.caller.say(place.channel)
    for row in WRITES:
        good = body_of(place, row)
        for name, value in spoilt.SERVERS.items():
            if name in good or (name == "userId" and "userId" in str(good)):
                continue
            answer = ask(place, row, fresh=False, json={**good, name: value})
            assert answer.status in (400, 403, 404), f"{row.what} took {name}: {answer.status} {answer.text[:200]}"
    after = place.caller.rest("GET", "/users/me")
    changes = {"lastLoginAt", "updatedAt", "bio"}
    assert {**before, **dict.fromkeys(changes)} == {**after, **dict.fromkeys(changes)}
    assert place.caller.rest("GET", f"/messages/{message['id']}")["message"] == message


def test_s_05_fields_that_are_the_servers_in_events(rig, place):
    for row in matrix.rows():
        if not row.event:
            continue
        good = requests_of.EVENTS[row.path](place)
        with place.caller.visit() as chat:
            for name, value in spoilt.SERVERS.items():
                # Where somebody stands in a log is theirs to say.
                if name not in good and (row.path, name) != ("join_channel", "epoch"):
                    assert chat.refused(row.path, {**good, name: value}) == "VALIDATION_FAILED", f"{row.path} took {name}"


DEEP = ["[" * 60_000, '{"a":' * 10_000, '{"text":' + "[" * 60_000, "[" * 30_000 + "]" * 30_000, '{"a":' * 9_000 + "1" + "}" * 9_000]


def test_s_07_depth_ends_no_process(rig, place):
    for row in WRITES:
        for text in [*DEEP, "[" * 100_000, "<div>" * 20_000, "(" * 100_000]:
            answer = ask(place, row, fresh=False, json=None, data=text, headers={"content-type": "application/json"})
            assert answer.status in (400, 403, 404, 413), f"{row.what}: {answer.status}"


def test_s_07_depth_in_events(rig, place):
    for text in DEEP:
        with place.caller.visit() as chat:
            for number, row in enumerate(row for row in matrix.rows() if row.event):
                chat.raw.send(f'42{number}["{row.path}",{text}]')
                answer = chat.answer(number)
                assert answer, f"{row.path} with {text[:12]}: the connection ended: {chat.end}"
                assert answer["error"]["code"] in ("BAD_REQUEST", "VALIDATION_FAILED")
    for text in DEEP:
        with pytest.raises(Refused):
            rig.chat(None, f'40{{"token":{text}')


NUMBERS = ["-1", "0", "1000000000", "1.5", "NaN", "Infinity", "1e308", "9007199254740992", "18446744073709551616", "", "%00"]
NAMES = ["limit", "page", "offset", "before", "after", "around", "cursor", "skip"]


def test_s_09_numbers_out_of_bounds(rig, place):
    took = Beside(rig)
    for row in LOOKS:
        if row.action in ("open", "Administer"):
            continue
        lists = parameters(rig, place, row)
        for name, number in itertools.product(NAMES, NUMBERS) if lists else [(name, "-1") for name in NAMES]:
            answer = took.time(lambda: ask_with(place, row, f"{name}={number}"))  # noqa: B023
            # The archive is another's, and so there is none.
            known = (404,) if row.what == "GET /api/client/export/{id}" else (200, 302, 400)
            assert answer.status in known, f"{row.what}?{name}={number}: {answer.status} {answer.text[:200]}"
            found = answer.json["data"].values() if answer.status == 200 and isinstance(answer.json.get("data"), dict) else []
            assert all(len(value) <= 100 for value in found if isinstance(value, list)), f"{row.what}?{name}={number}"
    took.within(0.1)


# What there is more of than a page may hold, once somebody has made it.
LONG = {
    "GET /api/groups": "groups", "GET /api/groups/my-groups": "groups", "GET /api/users/{id}/groups": "groups",
    "GET /api/channels": "channels", "GET /api/channels/paginated": "channels", "GET /api/channels/my-channels": "channels",
    "GET /api/messages/channel/{channelId}": "messages", "GET /api/messages/{id}/replies": "replies",
}  # fmt: skip


def test_s_09_no_page_holds_more_than_a_hundred(rig, village):
    """However many are asked for; of each of these there are more."""
    place = Place(village, "bob", "own")
    for number in range(101):
        place.caller.rest("POST", "/groups", {"name": f"one of many {number} {place.caller.name}"})
        place.caller.rest("POST", f"/messages/{place.message['id']}/replies", {"text": rig.words()})
    for row in (row for row in LOOKS if row.what in LONG):
        for number in ("101", "1000", "1000000000", str(2**31), str(2**63)):
            answer = ask_with(place, row, f"limit={number}")
            assert answer.status == 200 and len(answer.json["data"][LONG[row.what]]) == 100, f"{row.what}?limit={number}: {answer.text[:200]}"


NO_TIME_TO_PLAN = ["1970-01-01T00:00:00Z", "2030-02-30T00:00:00Z", "9999-12-31T23:59:59Z", "soon", "", -1, 2**53, 1e308, True, None, []]


@pytest.mark.parametrize("kind, made", [("scheduled-messages", requests_of.later), ("reminders", requests_of.reminder)])
def test_s_09_nothing_is_planned_too_early_too_late_or_too_often(rig, village, kind, made):
    place = Place(village, "bob", "own")
    body = made(place)
    for moment in NO_TIME_TO_PLAN:
        answer = place.caller.ask("POST", f"/{kind}", {**body, "dueAt": moment})
        assert answer.status == 400 and answer.json["error"]["code"] == "VALIDATION_FAILED", f"{moment}: {answer.text[:200]}"
    answers = [place.caller.ask("POST", f"/{kind}", body) for _ in range(101)]
    assert answers[-1].status == 409 and answers[-1].json["error"]["code"] == "CONFLICT", answers[-1].text[:200]
    listed = place.caller.rest("GET", f"/{kind}?limit=100")
    (kept,) = [things for things in listed.values() if isinstance(things, list)]
    assert len(kept) == 100
    for thing in kept:
        place.caller.rest("DELETE", f"/{kind}/{thing['id']}")


def test_s_09_numbers_in_events(rig, place):
    with place.caller.visit() as chat:
        for number in [-1, 2**53, 1e308, 1.5, "10", True]:
            for payload in ({"channelId": place.channel, "after": number}, {"channels": {place.channel: number}}):
                event = "resume" if "channels" in payload else "join_channel"
                answer = chat.ask(event, payload)
                fresh = answer["ok"] and "reset" in str(answer["data"])
                assert fresh or answer["error"]["code"] == "VALIDATION_FAILED", payload
