"""C. Rights: things of others, groups of others, and rights that have just changed."""

import copy
import json
import time
from urllib.parse import quote

import pytest

import matrix
import requests_of
from asking import ask
from places import Place
from wire import EVENTS, Polling, Raw

NOWHERE = "f" * 24


@pytest.mark.parametrize("prelude", [None, {"token": "garbage"}, {"token": ""}, {}])
def test_s_33_events_of_who_has_not_signed_in(rig, village, prelude):
    place = Place(village, "bob", "club")
    place.wanted = "a refusal"
    before = place.caller.rest("GET", f"/channels/{place.channel}/changes?after=0")
    for number, event in enumerate(EVENTS):
        frame = f'42{number}["{event}",{json.dumps(requests_of.EVENTS[event](place))}]'
        with Raw(rig) as raw:
            if prelude is not None:
                assert raw.sign_in_with(prelude).startswith("44")
            raw.send(frame)
            assert raw.until(lambda text: text.startswith(("42", "43"))) is None, event
        session = Polling(rig)
        if prelude is not None:
            session.post("40" + json.dumps(prelude))
        session.post(frame)
    assert place.caller.rest("GET", f"/channels/{place.channel}/changes?after=0") == before


def elsewhere(place):
    """The same place with ids of nothing."""
    nothing = copy.copy(place)
    nothing.group = nothing.channel = nothing.request = NOWHERE
    nothing.message = {**place.message, "id": NOWHERE}
    nothing.anothers = lambda *_: NOWHERE
    return nothing


def told(answer):
    """What an answer says, but for the number of the request."""
    if '"results"' in answer.text:
        return answer.status, [(line["success"], line.get("error")) for line in answer.json["data"]["results"]]
    return answer.status, answer.json.get("error")


@pytest.mark.parametrize("name", ["secret", "g2"])
def test_s_34_things_of_another_channel_are_not_there(rig, village, name):
    place = Place(village, "bob", name)
    place.fresh_request()
    hidden = [row for row in matrix.rows() if matrix.expected(row, place) == "NOT_FOUND" or row.what in matrix.LEAVES_OUT]
    assert len(hidden) > 30
    for row in hidden:
        if not row.event:
            there, nowhere = (told(ask(somewhere, row, fresh=False)) for somewhere in (place, elsewhere(place)))
            if row.what not in matrix.LEAVES_OUT:
                assert there == nowhere and "NOT_FOUND" in str(there), f"{row.what}: {there}"
    with place.caller.visit() as chat:
        for row in hidden:
            if row.event:
                place.wanted = "a refusal"
                answers = [chat.ask(row.path, requests_of.EVENTS[row.path](somewhere)) for somewhere in (place, elsewhere(place))]
                assert json.dumps(answers[0]).replace(place.channel, NOWHERE) == json.dumps(answers[1]), row.what


def test_s_48_an_administrator_and_private_talk(rig, village):
    """Root asks for all there is to be asked for, and listens; nothing of it is of a direct channel."""
    place = Place(village, "root", "dm")
    chat = village.root.connect()
    place.message = village.alice.say(place.channel)
    private = (place.channel, place.message["id"], place.words())
    for row in matrix.rows():
        if row.method == "GET":
            answer = ask(place, row, fresh=False)
            assert not [thing for thing in private if thing in answer.text], row.what
    assert chat.done("resume", {"channels": {place.channel: 0}})["channels"] == {place.channel: {"gone": True}}
    assert chat.refused("join_channel", {"channelId": place.channel}) == "NOT_FOUND"
    village.bob.say(place.channel)
    chat.done("get_online_users")
    heard = json.dumps([data for name, data, _ in chat.heard])
    assert place.channel not in heard
    chat.leave()


def test_s_34_nor_can_they_be_named_in_ones_own(rig, village):
    place = Place(village, "bob", "club")
    with place.caller.visit() as chat:
        for other in ("secret", "g2"):
            foreign = Place(village, "bob", other)
            for field in ("replyTo", "threadId"):
                for target in (foreign.message["id"], NOWHERE):
                    body = {"channelId": place.channel, "text": rig.words(), field: target}
                    answer = place.caller.ask("POST", "/messages", body)
                    assert (answer.status, answer.json["message"]) == (404, "no such message")
                    assert chat.refused("send_message", body) == "NOT_FOUND"
            reply = {"text": rig.words()}
            assert place.caller.ask("POST", f"/messages/{foreign.message['id']}/replies", reply).status == 404
            for message, channel in ((foreign.message, place.channel), (place.message, foreign.channel)):
                assert place.caller.ask("POST", f"/messages/{message['id']}/forward", {"channelId": channel}).status == 404
            batch = {"messageIds": [foreign.message["id"], place.message["id"], NOWHERE]}
            for what in ("reactions", "replies"):
                found = place.caller.rest("POST", f"/messages/{what}/batch", batch)[what]
                assert foreign.message["id"] not in json.dumps(found)
            said = place.caller.rest("GET", f"/messages/user/{foreign.author.id}")["messages"]
            assert not [message for message in said if message["channelId"] == foreign.channel]
            resumed = chat.done("resume", {"channels": {foreign.channel: 0, place.channel: 0}})["channels"]
            assert resumed[foreign.channel] == {"gone": True} and "changes" in resumed[place.channel]


def test_s_35_an_admin_of_one_group_in_another(rig, village):
    """Whatever `ga` asks of the other group is refused, and nothing there changes."""
    place = Place(village, "ga", "g2")
    place.fresh_request()
    root = rig.root

    def snapshot():
        pages = [f"/groups/{place.group}", f"/groups/{place.group}/members", f"/groups/{place.group}/admins"]
        pages += [f"/channels/{place.channel}", f"/channels/{place.channel}/members", f"/channels/{place.channel}/bans"]
        pages += [f"/channels/{place.channel}/changes?after=0", f"/channels/group/{place.group}", f"/group-requests?groupId={place.group}"]
        return [root.rest("GET", page) for page in pages]

    before = snapshot()
    for row in matrix.rows():
        wanted = matrix.expected(row, place)
        if not row.event and wanted in ("FORBIDDEN", "NOT_FOUND"):
            assert ask(place, row, fresh=False).status in (200, 403, 404), row.what
    stolen = {"userIds": [place.member.id], "updates": {"status": "inactive"}}
    for path, body in {
        f"/groups/{place.group}/members": {"userId": village.ga.id}, f"/groups/{place.group}/admins": {"userId": village.ga.id},
        "/channels": {"groupId": place.group, "name": "mine"}, "/admin/users/bulk-update": stolen,
    }.items():  # fmt: skip
        assert village.ga.ask("POST", path, body).status == 403
    # A channel cannot be carried off into one's own group.
    assert village.ga.ask("PUT", f"/channels/{village.pub}", {"groupId": place.group}).status == 400
    assert snapshot() == before


def patiently(asking):
    """Asks again when the server says so, where it is asked to wait."""
    while (answer := asking()).status == 429:
        time.sleep(answer.json["error"]["retryAfterMs"] / 1_000)
    return answer


def test_s_41_history_after_a_removal(rig, new_town):
    """Every page that eve could read, asked for again with the tag it had, and her old position."""
    town, eve = new_town, new_town.eve
    place = Place.__new__(Place)
    place.__dict__.update(town=town, rig=rig, role="eve", name="g1", caller=eve, wanted="ok", left=False, request=None)
    place.__dict__.update(group=town.g1, channel=town.pub, message=town.said[town.pub], user=town.alice, member=town.alice, author=eve)
    words = [town.said[channel]["text"] for channel in (town.pub, town.priv)]
    looks = [row for row in matrix.rows() if row.method == "GET" and not row.event and row.action in ("ReadChannel", "SeeEdits", "SeeMembers")]
    tags = {}
    for channel in (town.pub, town.priv):
        place.channel, place.message = channel, town.said[channel]
        for row in looks:
            answer = ask(place, row, fresh=False)
            assert answer.status == 200, f"{row.what}: {answer.text[:200]}"
            tags[row.what, channel] = answer.headers.get("etag")
    head = eve.rest("GET", f"/channels/{town.pub}/changes?after=0")
    chat = eve.join(town.pub)
    town.ga.rest("DELETE", f"/groups/{town.g1}/members/{eve.id}")
    chat.hear("channel_removed")
    for channel in (town.pub, town.priv):
        place.channel, place.message = channel, town.said[channel]
        for row in looks:
            for tag in {tags[row.what, channel], "*", 'W/"x"', None}:
                answer = patiently(lambda: ask(place, row, fresh=False, headers={"if-none-match": tag} if tag else {}))  # noqa: B023
                hidden = row.what in matrix.LEAVES_OUT and answer.status == 200
                assert hidden or answer.status == (403 if row.action == "SeeMembers" else 404), f"{row.what} with {tag}: {answer.status}"
                assert not any(word in answer.text for word in words), row.what
    lists = ["/channels", "/channels/my-channels", "/channels/paginated", "/groups/my-groups"]
    lists += [f"/client/{mine}" for mine in ("channels", "groups", "messages", "recent-messages", "activity")]
    for list_of in lists:
        assert town.pub not in eve.ask("GET", list_of).text and town.priv not in eve.ask("GET", list_of).text
    position = {"epoch": head["epoch"], "seq": 0}
    for channel in (town.pub, town.priv):
        assert chat.done("resume", {"channels": {channel: position}})["channels"][channel] == {"gone": True}
        assert chat.refused("join_channel", {"channelId": channel, "after": 0, "epoch": head["epoch"]}) == "NOT_FOUND"
    with eve.connect(resume={"channels": {town.pub: position}}) as again:
        assert again.hear("resumed")["channels"][town.pub] == {"gone": True}


def test_s_43_what_was_deleted_is_gone(rig, new_town):
    town, secret, link = new_town, rig.words(), f"https://files.example/{rig.words()[-16:]}"
    bob = town.bob.join(town.pub)
    more = {"attachments": [link], "imageUrl": link, "fileUrl": link, "mentions": [town.bob.id]}
    message = town.alice.say(town.pub, "first words", **more)
    town.alice.rest("PUT", f"/messages/{message['id']}", {"text": secret})
    town.bob.rest("POST", f"/messages/{message['id']}/replies", {"text": "I see"})
    town.ga.rest("POST", f"/messages/{message['id']}/pin")
    bob.hear("message_edited")
    position = message["seq"] - 1
    heard = len(bob.heard)
    answer = town.alice.ask("DELETE", f"/messages/{message['id']}").text
    bob.hear("message_deleted")
    pages = [
        f"/messages/{message['id']}", f"/messages/channel/{town.pub}", f"/channels/{town.pub}/changes?after=0",
        f"/messages/user/{town.alice.id}", f"/messages/{message['id']}/replies", f"/messages/channel/{town.pub}?around={message['seq']}",
        f"/channels/{town.pub}/changes?after={position}", f"/messages/{message['id']}/reactions",
        f"/channels/{town.pub}/pins", f"/messages/{message['id']}/edits",
        f"/messages/threads/{message['id']}", "/client/messages", "/client/recent-messages", "/client/channels?with=last",
        f"/messages/search?q={quote(secret)}", "/client/search?q=first", f"/messages/search?userId={town.alice.id}&has=link",
    ]  # fmt: skip
    texts = [person.ask("GET", page).text for page in pages for person in (town.bob, town.alice, town.ga, rig.root)]
    with town.bob.visit() as late:
        texts += [json.dumps(late.ask("resume", {"channels": {town.pub: seq}})) for seq in (0, position, position + 1)]
        texts += [json.dumps(late.ask("join_channel", {"channelId": town.pub, **more})) for more in ({}, {"after": 0}, {"after": position})]
    texts += [answer, json.dumps(bob.heard[heard:])]
    leaks = [text[:300] for text in texts for word in (secret, link, "first words") if word in text]
    assert not leaks, leaks
    for path, body in {"/reactions": {"reaction": "🎉"}, "/replies": {"text": "late"}}.items():
        assert town.bob.ask("POST", f"/messages/{message['id']}{path}", body).status in (404, 410)
    assert town.alice.ask("PUT", f"/messages/{message['id']}", {"text": "back"}).status == 410


def test_s_44_a_role_that_was_taken_away_ends_at_once(rig, new_town):
    town = new_town
    second = rig.person("admin")
    rig.root.rest("POST", f"/groups/{town.g1}/members", {"userId": second.id})
    rig.root.rest("POST", f"/groups/{town.g1}/admins", {"userId": second.id})
    said = [town.alice.say(town.pub)["id"] for _ in range(38)]
    with town.ga.connect() as chat:
        chat.done("delete_message", {"messageId": said.pop()})
        rig.root.rest("DELETE", f"/groups/{town.g1}/admins/{town.ga.id}")
        asked = [chat.begin("delete_message", {"messageId": message}) for message in said]
        codes = [chat.answer(number)["error"]["code"] for number in asked]
        assert codes == ["FORBIDDEN"] * len(said)
    for method, path, body in (
        ("PUT", f"/groups/{town.g1}", {"description": "still mine"}), ("DELETE", f"/groups/{town.g1}", None),
        ("POST", "/channels", {"groupId": town.g1, "name": "mine"}), ("DELETE", f"/messages/{said[0]}", None),
        ("POST", f"/channels/{town.pub}/bans", {"userId": town.bob.id, "reason": "revenge"}),
    ):  # fmt: skip
        assert town.ga.ask(method, path, body).status == 403, path


def test_s_44_and_that_of_a_super_admin(rig, village):
    second = village.double("root")
    chat = second.connect()
    assert second.rest("GET", "/admin/dashboard")
    rig.root.rest("PUT", f"/users/{second.id}", {"role": "user"})
    assert second.ask("GET", "/admin/dashboard").status == 401 and chat.gone(2)
    assert second.again().ask("GET", "/admin/dashboard").status == 403


def test_s_38_of_others_one_sees_what_a_profile_has(rig, town):
    known = {"id", "username", "displayName", "bio", "avatarUrl", "role", "status", "createdAt"}
    for person in (town.bob, town.ga, town.mallory):
        assert set(person.rest("GET", f"/users/{town.alice.id}")) == known
        for path in (f"/users?search={town.alice.name}", f"/users/search?q={town.alice.name}"):
            [found] = [user for user in person.rest("GET", path)["users"] if user["id"] == town.alice.id]
            assert set(found) == known
    [member] = [member for member in town.bob.rest("GET", f"/groups/{town.g1}/members")["members"] if member["userId"] == town.alice.id]
    assert set(member) <= {"userId", "username", "displayName", "avatarUrl", "role", "joinedAt"}, member
