"""Two people chat with python-socketio, blocking and asyncio, over both transports."""

import asyncio

import pytest
import socketio

TRANSPORTS = [["websocket"], ["polling"], ["polling", "websocket"]]
over = pytest.mark.parametrize("transports", TRANSPORTS, ids=" then ".join)
DEADLINE = 10


class Blocking:
    """socketio.SimpleClient, whose received events stay in order until asked for."""

    def __init__(self, person, transports):
        self.client = socketio.SimpleClient()
        self.client.connect(person.world.url, auth={"token": person.token}, transports=transports)

    def ask(self, event, payload=None):
        answer = self.client.call(event, payload or {}, timeout=DEADLINE)
        assert answer["ok"], answer
        return answer["data"]

    def refusal(self, event, payload=None):
        answer = self.client.call(event, payload or {}, timeout=DEADLINE)
        assert not answer["ok"], answer
        return answer["error"]["code"]

    def hear(self, name):
        while True:
            heard, *data = self.client.receive(timeout=DEADLINE)
            if heard == name:
                return data[0]


@over
def test_two_people_chat(world, transports):
    ann, bob = world.person("ann"), world.person("bob")
    channel = world.group(ann, bob)
    hers, his = Blocking(ann, transports), Blocking(bob, transports)
    for client in (hers, his):
        client.hear("welcome")
        assert client.ask("join_channel", {"channelId": channel})["messages"] == []

    said = [hers.ask("send_message", {"channelId": channel, "text": text})["message"] for text in ("hello", "cake? 🍰")]
    for client in (hers, his):
        assert [client.hear("new_message")["message"] for _ in said] == said

    first, second = said
    hers.ask("edit_message", {"messageId": second["id"], "text": "cake!"})
    edited = his.hear("message_edited")
    assert (edited["messageId"], edited["text"], edited["seq"]) == (second["id"], "cake!", second["seq"] + 1)
    his.ask("react_message", {"messageId": second["id"], "reaction": "🎉"})
    assert hers.hear("reaction_updated")["userId"] == bob.id
    hers.ask("delete_message", {"messageId": first["id"]})
    assert his.hear("message_deleted")["messageId"] == first["id"]
    assert his.refusal("delete_message", {"messageId": second["id"]}) == "FORBIDDEN"
    assert his.refusal("nonsense") == "BAD_REQUEST"

    history = ann.rest("GET", f"/messages/channel/{channel}")["messages"]
    assert [(message["text"], message["revision"]) for message in history] == [(None, 0), ("cake!", 1)]
    assert his.ask("join_channel", {"channelId": channel})["messages"] == history
    for client in (hers, his):
        client.client.disconnect()


@over
def test_who_is_refused_hears_why(world, transports):
    client, reasons = socketio.Client(reconnection=False), []
    client.on("connect_error", reasons.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(world.url, auth={"token": "garbage"}, transports=transports, wait_timeout=DEADLINE)
    [reason] = reasons
    assert reason["message"].startswith("Authentication error: UNAUTHENTICATED: ")


@over
def test_two_people_chat_asynchronously(world, transports):
    asyncio.run(chat_asynchronously(world, transports))


async def chat_asynchronously(world, transports):
    ann, bob = world.person("ann"), world.person("bob")
    channel = world.group(ann, bob)
    async with socketio.AsyncSimpleClient() as hers, socketio.AsyncSimpleClient() as his:
        for person, client in ((ann, hers), (bob, his)):
            await client.connect(world.url, auth={"token": person.token}, transports=transports)
            answer = await client.call("join_channel", {"channelId": channel}, timeout=DEADLINE)
            assert answer["ok"], answer
        texts = [f"message {number}" for number in range(20)]
        for text in texts:
            answer = await hers.call("send_message", {"channelId": channel, "text": text}, timeout=DEADLINE)
            assert answer["ok"], answer
        heard = []
        while len(heard) < len(texts):
            name, *data = await his.receive(timeout=DEADLINE)
            if name == "new_message":
                heard.append(data[0])
        assert [told["message"]["text"] for told in heard] == texts
        seqs = [told["seq"] for told in heard]
        assert seqs == list(range(seqs[0], seqs[0] + len(texts)))
