"""C. Who hears what: of groups they are not in, of channels they were removed from, of people who hide."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

ROUNDS = 20


def test_s_37_who_hears_what_of_a_group_they_are_not_in(rig, new_town):
    """Two hundred actions in a group, and three strangers who write everything down."""
    town = new_town
    strangers = {"mallory": town.mallory.connect(), "carol": town.carol.join(town.other), "gb": town.gb.join(town.other)}
    alice, ga = town.alice, town.ga
    actions = 0
    guests = [rig.person("guest") for _ in range(2)]
    with alice.join(town.priv) as hers, ga.join(town.priv) as his:
        for number in range(10):
            for channel in (town.pub, town.priv):
                message = alice.say(channel, mentions=[town.carol.id, town.mallory.id])
                ga.rest("POST", f"/messages/{message['id']}/replies", {"text": rig.words()})
                alice.rest("PUT", f"/messages/{message['id']}", {"text": rig.words()})
                ga.rest("POST", f"/messages/{message['id']}/reactions", {"reaction": "🎉"})
                ga.rest("DELETE", f"/messages/{message['id']}/reactions", {"reaction": "🎉"})
                ga.rest("POST", f"/messages/{message['id']}/pin")
                alice.rest("DELETE", f"/messages/{message['id']}")
            hers.done("typing", {"channelId": town.priv})
            his.done("update_presence", {"status": ["away", "busy", "online", "offline"][number % 4], "text": rig.words()})
            ga.rest("PUT", f"/groups/{town.g1}", {"description": rig.words()})
            ga.rest("PUT", f"/channels/{town.priv}", {"description": rig.words()})
            ga.rest("POST", f"/groups/{town.g1}/members", {"userId": guests[0].id})
            ga.rest("DELETE", f"/groups/{town.g1}/members/{guests[0].id}")
            fresh = town.channel(ga, town.g1, "fresh")
            ga.rest("DELETE", f"/channels/{fresh}")
            actions += 22
        rig.root.rest("POST", f"/groups/{town.g1}/admins", {"userId": alice.id})
        rig.root.rest("DELETE", f"/groups/{town.g1}/admins/{alice.id}")
        guests[1].rest("POST", "/group-requests", {"groupId": town.g1, "requestType": "request_invite"})
    assert actions >= 200
    fence = town.carol.say(town.other)
    for name in ("carol", "gb"):
        strangers[name].hear("new_message", lambda told: told["message"]["id"] == fence["id"])
    strangers["mallory"].done("get_online_users")
    own = {town.mallory.id, town.carol.id, town.gb.id, town.other}
    foreign = {town.g1, town.pub, town.priv, alice.id, ga.id, town.bob.id, *(guest.id for guest in guests)}
    for name, chat in strangers.items():
        for event, data, _ in chat.heard:
            told = json.dumps(data)
            assert not [thing for thing in foreign if thing in told], f"{name} heard {event}: {told}"
            about = set(data) if event == "heads" else {data.get("channelId") or data.get("userId")}
            assert about <= own, f"{name} heard {event}: {told}"
        chat.leave()


class Chorus:
    """Five people who together say a hundred things a second in a channel, as fast as each may."""

    def __init__(self, rig, singers, channel):
        self.rig, self.channel, self.done = rig, channel, threading.Event()
        self.chats = [singer.join(channel) for singer in singers]
        self.crew = ThreadPoolExecutor(len(singers))
        self.singing = [self.crew.submit(self.sing, chat) for chat in self.chats]

    def sing(self, chat):
        while not self.done.wait(0.05):
            chat.begin("send_message", {"channelId": self.channel, "text": "la"})

    def end(self):
        self.done.set()
        for singer in self.singing:
            singer.result()
        self.crew.shutdown()
        for chat in self.chats:
            chat.leave()


def beyond(chat, channel, seq):
    """What a socket heard of a channel after a place in it."""
    told = [data for _, data, _ in list(chat.heard) if isinstance(data, dict) and data.get("channelId") == channel]
    return [data["seq"] for data in told if data.get("seq", 0) > seq]


def test_s_39_who_was_removed_hears_nothing_more(rig, new_town):
    """Twenty times, in the middle of a hundred messages a second, by every way of being removed."""
    town, eve, channel = new_town, new_town.eve, new_town.priv
    singers = [rig.person("singer") for _ in range(5)]
    for singer in singers:
        town.ga.rest("POST", f"/groups/{town.g1}/members", {"userId": singer.id})
        town.ga.rest("POST", f"/channels/{channel}/members", {"userId": singer.id})
    ways = {
        "out of the channel": ("DELETE", f"/channels/{channel}/members/{eve.id}", None),
        "banned": ("POST", f"/channels/{channel}/bans", {"userId": eve.id, "reason": "too loud"}),
        "out of the group": ("DELETE", f"/groups/{town.g1}/members/{eve.id}", None),
    }
    backs = {
        "out of the channel": lambda: None,
        "banned": lambda: town.ga.rest("DELETE", f"/channels/{channel}/bans/{eve.id}"),
        "out of the group": lambda: town.ga.rest("POST", f"/groups/{town.g1}/members", {"userId": eve.id}),
    }
    witness = town.alice.join(channel)
    chorus = Chorus(rig, singers, channel)
    try:
        for number in range(ROUNDS):
            name = list(ways)[number % len(ways)]
            removed_once(rig, town, channel, witness, ways[name])
            backs[name]()
            if name != "banned":
                town.ga.rest("POST", f"/channels/{channel}/members", {"userId": eve.id})
    finally:
        chorus.end()
        witness.leave()


def removed_once(rig, town, channel, witness, way):
    eve = town.eve
    with eve.connect() as one, eve.connect() as two:
        for tab in (one, two):
            tab.done("join_channel", {"channelId": channel})
            tab.hear("new_message")
        known = len(witness.all("user_left"))
        town.ga.rest(*way)
        with witness.news:
            assert witness.news.wait_for(lambda: len([name for name, *_ in witness.heard if name == "user_left"]) > known, 10)
        left = witness.all("user_left")[-1]
        assert left["userId"] == eve.id
        witness.hear("new_message", lambda told: told["seq"] >= left["seq"] + 50)
        witness.done("typing", {"channelId": channel})
        for tab in (one, two):
            assert tab.hear("channel_removed", lambda told: told["channel"] == channel)
            assert tab.refused("send_message", {"channelId": channel, "text": "still here"}) == "NOT_FOUND"
            assert tab.refused("typing", {"channelId": channel}) == "NOT_FOUND"
            assert not beyond(tab, channel, left["seq"]), "heard after the departure"
            typed = [data for data in tab.all("user_typing") if data["channelId"] == channel]
            assert not typed, "typing is heard after the departure"


def test_s_49_who_hides_looks_gone(rig, new_town):
    town = new_town
    alice, bob = town.alice.connect(), town.bob.connect()
    alice.done("update_presence", {"status": "online", "text": "here"})
    [shown] = bob.done("subscribe_presence", {"userIds": [town.alice.id]})["presences"]
    assert shown["status"] == "online"
    alice.done("update_presence", {"status": "offline", "text": rig.words()})
    gone = rig.person("gone")
    town.ga.rest("POST", f"/groups/{town.g1}/members", {"userId": gone.id})
    assert bob.done("subscribe_presence", {"userIds": [town.alice.id, gone.id]})["presences"] == []
    assert town.alice.id not in json.dumps(bob.done("get_online_users"))
    told = bob.hear("user_presence_update", lambda told: told["userId"] == town.alice.id and told["status"] == "offline")
    assert set(told) == {"userId", "username", "text", "emoji", "status", "version"} and told["text"] is None
    alice.done("join_channel", {"channelId": town.pub})
    bob.done("join_channel", {"channelId": town.pub})
    shown = {user["userId"]: user for user in bob.done("get_channel_users", {"channelId": town.pub})["users"]}
    assert town.alice.id not in shown or not shown[town.alice.id]["isOnline"]
    alice.leave()
    bob.leave()


def test_s_49_who_is_invisible_does_nothing_that_who_is_gone_would_not(rig, new_town):
    town = new_town
    town.alice.rest("PUT", "/client/status", {"status": "invisible", "text": rig.words(), "emoji": "🎭"})
    message = town.ga.say(town.priv)
    bob, alice = town.bob.join(town.priv), town.alice.join(town.priv)
    before = alice.person.rest("GET", "/client/status")["status"]
    assert before == "invisible"
    assert alice.done("typing", {"channelId": town.priv}) == {"told": False}
    assert alice.done("stop_typing", {"channelId": town.priv}) == {"told": False}
    alice.done("mark_read", {"channelId": town.priv, "seq": message["seq"]})
    alice.done("update_presence", {"idle": True})
    alice.done("update_presence", {"text": rig.words()})
    gone = rig.person("gone")
    town.ga.rest("POST", f"/groups/{town.g1}/members", {"userId": gone.id})
    looks = [town.bob.rest("GET", f"/users/{person.id}/status") for person in (town.alice, gone)]
    assert [{**look, "userId": None, "lastSeenAt": None} for look in looks] == [
        {"userId": None, "status": "offline", "text": None, "emoji": None, "lastSeenAt": None}
    ] * 2
    assert town.ga.rest("GET", f"/messages/{message['id']}/receipts")["receipts"] == []
    seated = bob.done("get_channel_users", {"channelId": town.priv})["users"]
    assert {user["userId"] for user in seated} == {town.bob.id}
    assert bob.done("get_online_users")["count"] == 1
    fence = town.ga.say(town.priv)
    bob.hear("new_message", lambda told: told["message"]["id"] == fence["id"])
    heard = json.dumps([(name, data) for name, data, _ in bob.heard if name not in ("new_message", "heads")])
    assert town.alice.id not in heard
    alice.leave()
    bob.leave()


def test_s_49_neither_of_two_sees_the_other_while_one_blocks(rig, new_town):
    town = new_town
    alice, bob, eve = (person.join(town.priv) for person in (town.alice, town.bob, town.eve))
    town.bob.rest("POST", f"/users/{town.alice.id}/block")
    for one, other in ((alice, bob), (bob, alice)):
        one.hear("user_presence_update", lambda told: told["userId"] == other.person.id and told["status"] == "offline")
        assert one.done("subscribe_presence", {"userIds": [other.person.id]})["presences"] == []
        assert other.person.id not in json.dumps(one.done("get_online_users"))
        assert other.person.id not in json.dumps(one.done("get_channel_users", {"channelId": town.priv}))
        assert one.person.rest("GET", f"/users/{other.person.id}/status")["status"] == "offline"
        other.done("update_presence", {"status": "busy", "text": rig.words()})
        other.done("typing", {"channelId": town.priv})
        eve.hear("user_typing", lambda told: told["userId"] == other.person.id)
        fence = town.eve.say(town.priv)
        one.hear("new_message", lambda told: told["message"]["id"] == fence["id"])
        assert not [told for told in one.all("user_typing") if told["userId"] == other.person.id]
        assert "busy" not in [told["status"] for told in one.all("user_presence_update") if told["userId"] == other.person.id]
    for chat in (alice, bob, eve):
        chat.leave()


def test_s_48_s_49_who_shows_themselves_to_nobody_is_seen_by_nobody(rig, new_town):
    town = new_town
    alice = town.alice.connect()
    watchers = [person.connect() for person in (town.bob, town.ga)]
    town.alice.rest("PUT", "/client/settings", {"presence": "nobody", "lastSeen": "everyone"})
    for watcher in watchers:
        watcher.hear("user_presence_update", lambda told: told["userId"] == town.alice.id and told["status"] == "offline")
    alice.done("update_presence", {"status": "busy", "text": rig.words()})
    for watcher in watchers:
        assert town.alice.id not in json.dumps(watcher.done("get_online_users"))
        assert watcher.done("subscribe_presence", {"userIds": [town.alice.id]})["presences"] == []
        watcher.leave()
    for person in (town.bob, town.ga, town.root, town.mallory):
        assert person.rest("GET", f"/users/{town.alice.id}/status") == {
            "userId": town.alice.id, "status": "offline", "text": None, "emoji": None, "lastSeenAt": None,
        }  # fmt: skip
    alice.leave()


def test_s_49_presence_and_typing_are_for_the_same_group(rig, new_town):
    town = new_town
    strangers = [town.mallory.connect(), town.carol.connect()]
    alice, bob = town.alice.join(town.priv), town.bob.join(town.priv)
    for stranger in strangers:
        assert stranger.done("subscribe_presence", {"userIds": [town.alice.id, town.bob.id]})["presences"] == []
        assert {user["userId"] for user in stranger.done("get_online_users")["users"]} == {stranger.person.id}
        for event in ("typing", "get_channel_users", "join_channel"):
            assert stranger.refused(event, {"channelId": town.priv}) == "NOT_FOUND"
        # Stopping what one never began is harmless, and tells nobody.
        assert stranger.done("stop_typing", {"channelId": town.priv}) == {"told": False}
    alice.done("update_presence", {"status": "busy", "text": "do not disturb"})
    alice.done("typing", {"channelId": town.priv})
    bob.hear("user_typing")
    bob.hear("user_presence_update", lambda told: told["userId"] == town.alice.id and told["status"] == "busy")
    for stranger in strangers:
        stranger.done("get_online_users")
        heard = json.dumps([(name, data) for name, data, _ in stranger.heard])
        assert town.alice.id not in heard and town.priv not in heard
        stranger.leave()
    alice.leave()
    bob.leave()
