"""What somebody takes with them, and that they are gone (S-18, S-41, S-43, S-48, S-49)."""

import io
import json
import tarfile

import requests

import world


def archive(rig, person, identity=None):
    """The files in somebody's archive: their lines, read."""
    identity = identity or person.exported()
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", world.From(rig.source()))
        told = session.get(f"{rig.url}/api/client/export/{identity}", headers={"authorization": f"Bearer {person.token}"}, timeout=35)
    assert told.status_code == 200 and told.headers["content-type"] == "application/x-tar"
    assert "attachment" in told.headers["content-disposition"] and "no-store" in told.headers["cache-control"]
    with tarfile.open(fileobj=io.BytesIO(told.content)) as files:
        texts = {member.name: files.extractfile(member).read().decode() for member in files.getmembers()}
    return {name: text if name == "README.txt" else [json.loads(line) for line in text.splitlines()] for name, text in texts.items()}


def test_s_18_who_deletes_their_account_is_out_everywhere(rig, town):
    person = rig.person("leaver")
    chat, elsewhere = person.connect(), person.again()
    assert person.ask("DELETE", "/client/account", {"password": rig.password()}).status == 400
    assert person.ask("DELETE", "/client/account", {"password": person.password, "messages": "others"}).status == 400
    person.rest("DELETE", "/client/account", {"password": person.password, "messages": "delete"})
    assert chat.gone(2)
    for session in (person, elsewhere):
        assert session.ask("GET", "/auth/me").status == 401
        assert rig.ask("POST", "/api/auth/refresh", json={"refreshToken": session.refresh}).status == 401
    sign_in = {"username": person.name, "password": person.password}
    assert rig.ask("POST", "/api/auth/login", json=sign_in).code == "LOCKED"
    # Whoever does not know the password learns nothing of it.
    wrong = rig.ask("POST", "/api/auth/login", json={**sign_in, "password": rig.password(), "restore": True})
    assert wrong.code == "UNAUTHENTICATED"
    rig.root.rest("PUT", f"/users/{person.id}", {"status": "inactive"})
    assert rig.ask("POST", "/api/auth/login", json={**sign_in, "restore": True}).code == "UNAUTHENTICATED"


def test_s_18_and_back_again(rig, town):
    person = rig.person("leaver")
    person.rest("DELETE", "/client/account", {"password": person.password})
    sign_in = {"username": person.name, "password": person.password, "restore": True}
    back = rig.ask("POST", "/api/auth/login", json=sign_in)
    assert back.status == 200 and person.again().rest("GET", "/auth/me")["status"] == "active"


def test_s_48_an_archive_holds_nothing_of_what_others_said(rig, new_town):
    town = new_town
    dm = town.alice.rest("POST", "/dms", {"userIds": [town.bob.id]})["channel"]["id"]
    hers, his = town.alice.say(dm)["text"], town.bob.say(dm)["text"]
    passed_on = town.bob.say(town.pub)
    town.alice.rest("POST", f"/messages/{passed_on['id']}/forward", {"channelId": dm})
    for person, own, others in ((town.alice, hers, his), (town.bob, his, hers)):
        files = archive(rig, person)
        assert own in {message.get("text") for message in files["messages.jsonl"]}
        text = json.dumps(files)
        assert others not in text
        # What one passed on was said by somebody else, whose name and words it holds.
        if person is town.alice:
            assert passed_on["text"] not in text and town.bob.mail not in text
        else:
            assert town.said[town.pub]["text"] not in text
    # Who runs the server exports what is theirs, and of this they have nothing.
    text = json.dumps(archive(rig, rig.root))
    assert hers not in text and his not in text and dm not in text


def test_s_48_nor_is_it_anybody_elses(rig, new_town):
    identity = new_town.alice.exported()
    assert len(identity) >= 22
    for other in (new_town.bob, new_town.mallory, rig.root):
        assert other.ask("GET", f"/client/export/{identity}").code == "NOT_FOUND"
        assert identity not in other.ask("GET", "/client/export").text
    for odd in ("..%2Fsecrets", "%2e%2e", identity[:-1], identity + ".part", "x" * 5_000):
        assert new_town.alice.ask("GET", f"/client/export/{odd}").status in (400, 404, 414)
    assert archive(rig, new_town.alice, identity)["account.jsonl"][0]["id"] == new_town.alice.id


def test_s_43_what_was_deleted_is_in_no_archive(rig, new_town):
    town, secret = new_town, rig.words()
    message = town.alice.say(town.pub, secret)["id"]
    town.alice.rest("PUT", f"/messages/{message}", {"text": f"{secret} indeed"})
    town.bob.rest("POST", f"/messages/{message}/forward", {"channelId": town.pub})
    town.alice.rest("DELETE", f"/messages/{message}")
    for person in (town.alice, town.bob):
        assert secret not in json.dumps(archive(rig, person))


def test_s_49_an_archive_tells_nothing_of_others_presence(rig, new_town):
    with new_town.bob.connect() as chat:
        chat.done("update_presence", {"status": "busy", "text": rig.words()})
        files = archive(rig, new_town.alice)
    assert not any(word in json.dumps(files) for word in ("busy", "isOnline", new_town.bob.mail))


def test_s_41_what_one_left_is_in_no_list_but_what_one_said_is_taken_along(rig, new_town):
    town = new_town
    said = town.eve.say(town.pub)["text"]
    town.ga.rest("DELETE", f"/groups/{town.g1}/members/{town.eve.id}")
    for mine in ("messages", "recent-messages", "activity", "channels", "groups", "stats"):
        answer = town.eve.ask("GET", f"/client/{mine}").text
        assert said not in answer and town.pub not in answer and town.g1 not in answer, mine
    files = archive(rig, town.eve)
    assert said in {message.get("text") for message in files["messages.jsonl"]}
    assert town.said[town.pub]["text"] not in json.dumps(files)
