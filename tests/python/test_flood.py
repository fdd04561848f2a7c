"""Somebody opens more than they use."""

import requests
import socketio


def test_sessions_that_nobody_signs_into_are_few_s56(world):
    ann = world.person("ann")
    address = f"{world.url}/socket.io/?EIO=4&transport=polling"
    with requests.Session() as browser:
        answers = [browser.get(address, timeout=5) for _ in range(80)]
    assert [answer.status_code for answer in answers] == [200] * 50 + [429] * 30
    assert int(answers[-1].headers["retry-after"]) > 0
    assert answers[-1].json()["error"]["code"] == "RATE_LIMITED"
    client = socketio.SimpleClient()
    client.connect(world.url, auth={"token": ann.token}, transports=["websocket"])
    assert client.call("get_online_users", {}, timeout=10)["ok"]
    client.disconnect()
    world.lives()
