"""Who may do what, tried: every route and event, by everybody, in every place (S-32)."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import matrix
import requests_of
from asking import ask
from chat import Chat, Refused
from places import PLACES, ROLES, Place

def test_s_32_every_route_and_event_has_a_request(rig):
    listed = {f"{route['method']} {route['path']}" for route in rig.ask("GET", "/api").data["routes"]}
    known = {row.what for row in matrix.rows()}
    assert listed == {what for what in known if not what.startswith("event ")}, "fixtures/permissions.txt is not of this server"
    made = set(requests_of.ROUTES) | {f"event {name}" for name in requests_of.EVENTS}
    assert known == made, f"give requests_of.py a request, and rows.py the rows: {known ^ made}"


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


def in_time(ask):
    """The answer of a server that may ask for patience: root is one sign-in in all places."""
    for _ in range(50):
        answer = ask()
        if answer["ok"] or answer["error"]["code"] != "RATE_LIMITED":
            break
        time.sleep(answer["error"]["retryAfterMs"] / 1_000)
    return answer


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
                if row.action in matrix.USES_UP:
                    place.fresh_message()
                answer = in_time(lambda: chat.ask(row.path, requests_of.EVENTS[row.path](place)))
                code = "ok" if answer["ok"] else answer["error"]["code"]
                wrong.append(judge(row, place, code, str(answer)))
    if role != "root":
        place.caller.rest("POST", "/auth/logout")
    return wrong


@pytest.mark.parametrize("name", PLACES)
def test_s_32_every_event(rig, village, name):
    with ThreadPoolExecutor(4) as crew:
        wrong = [found for column in crew.map(lambda role: events_in(village, role, name), ROLES) for found in column if found]
    assert not wrong, "\n" + "\n".join(wrong)
