"""Who may do what, tried: every route and event, by everybody, in every place (S-32)."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

import matrix
import requests_of
from chat import Chat, Refused
from places import PLACES, ROLES, Place, Village

BEGINNINGS = {"groups": "group", "channels": "channel", "messages": "message", "users": "user", "sessions": "session"}


# What one deleted, the next cannot change.
USES_UP = {"DeleteOwnMessage", "EditOwnMessage", "React"}


@pytest.fixture(scope="module")
def village(rig):
    return Village(rig)


def test_s_32_every_route_and_event_has_a_request(rig):
    listed = {f"{route['method']} {route['path']}" for route in rig.ask("GET", "/api").data["routes"]}
    known = {row.what for row in matrix.rows()}
    assert listed == {what for what in known if not what.startswith("event ")}, "fixtures/permissions.txt is not of this server"
    made = set(requests_of.ROUTES) | {f"event {name}" for name in requests_of.EVENTS}
    assert known == made, f"give requests_of.py a request, and rows.py the rows: {known ^ made}"


def value(place, row, name, request):
    """What stands in the path for `{name}`."""
    if name in request["path"] and place.wanted == "ok":
        return request["path"][name](place)
    if name == "id":
        name = BEGINNINGS[row.path.removeprefix("/api/").removeprefix("admin/").removeprefix("auth/").split("/")[0]]
    return {
        "group": lambda: place.group, "groupId": lambda: place.group, "channel": lambda: place.channel,
        "channelId": lambda: place.channel, "message": lambda: place.message["id"], "user": lambda: place.user.id,
        "session": lambda: place.town.sleeper.session, "userId": lambda: place.member.id,
        "requestId": lambda: place.fresh_request(),
    }[name]()  # fmt: skip


def ask(place, row):
    request = requests_of.ROUTES[row.what]
    place.wanted = matrix.expected(row, place)
    if row.action in USES_UP:
        place.fresh_message()
    place.actor = place.town.double(place.role) if matrix.ends_the_caller(row, place) else place.caller
    path = re.sub(r"\{(\w+)\}", lambda found: str(value(place, row, found[1], request)), row.path)
    body = request["body"](place) if request["body"] else None
    return place.rig.ask(row.method, path + request["query"], person=place.actor, **({"json": body} if body is not None else {}))


def outcome(answer):
    """The code; of many at once, of the first one."""
    if answer.status < 300 and '"results"' in answer.text:
        refused = answer.json["data"]["results"][0].get("error")
        return refused["code"] if refused else "ok"
    return answer.code


def judge(row, place, code, text):
    """What is wrong with an answer, if anything."""
    wanted = matrix.expected(row, place)
    who = f"{row.what} by {place.role} in {place.name}"
    if code != wanted and not (wanted == "ok" and code == "CONFLICT" and row.what in matrix.MAY_CONFLICT):
        return f"{who}: {code}, where {wanted} was expected: {text[:160]}"
    if matrix.hidden(row, place) and place.words() in text:
        return f"{who}: tells what was said there"
    return None


def routes_in(village, role, name):
    place = Place(village, role, name)
    wrong = []
    for row in matrix.rows():
        if row.event or (name != "own" and not named(row)):
            continue
        answer = ask(place, row)
        wrong.append(judge(row, place, outcome(answer), answer.text))
    return wrong


def named(row):
    """Whether a request of it says where; else one place is as good as another."""
    return "{" in row.path or (requests_of.ROUTES[row.what]["body"] and row.action not in ("open", "own"))


@pytest.mark.parametrize("name", PLACES)
def test_s_32_every_route(rig, village, name):
    with ThreadPoolExecutor(4) as crew:
        wrong = [found for column in crew.map(lambda role: routes_in(village, role, name), ROLES) for found in column if found]
    assert not wrong, "\n" + "\n".join(wrong)


def events_in(village, role, name):
    place = Place(village, role, name)
    if place.caller is None:
        with pytest.raises(Refused):
            Chat(place.rig, None, {})
        return []
    place.caller = place.caller.again() if role != "root" else place.caller
    if name == "own":
        place.user = place.caller
    if place.mine is False and place.author.id == place.caller.id:
        place.author = place.caller
    wrong = []
    with place.caller.connect() as chat:
        for row in matrix.rows():
            if row.event:
                place.wanted = matrix.expected(row, place)
                if row.action in USES_UP:
                    place.fresh_message()
                answer = chat.ask(row.path, requests_of.EVENTS[row.path](place))
                code = "ok" if answer["ok"] else answer["error"]["code"]
                wrong.append(judge(row, place, code, str(answer)))
    return wrong


@pytest.mark.parametrize("name", PLACES)
def test_s_32_every_event(rig, village, name):
    with ThreadPoolExecutor(4) as crew:
        wrong = [found for column in crew.map(lambda role: events_in(village, role, name), ROLES) for found in column if found]
    assert not wrong, "\n" + "\n".join(wrong)
