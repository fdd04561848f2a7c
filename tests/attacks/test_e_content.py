"""What people write: scripts, text that reads otherwise, one clientMsgId for two messages (S-71, S-73, S-75)."""

import re
import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

TAGS = ["script", "img", "svg", "iframe", "object", "embed", "math", "style", "base", "form", "video", "details", "marquee", "template"]
PAYLOADS = (
    [f"<{tag} src=x onerror=alert(1) onload=alert(1)>" for tag in TAGS]
    + [f"<{tag}>alert(1)</{tag}>" for tag in TAGS]
    + [f"</{tag}><script>alert(1)</script>" for tag in ("title", "textarea", "style", "noscript", "script", "xmp", "plaintext")]
    + [f"{quote}><img src=x onerror=alert(1)>" for quote in ("\"", "'", "`", "-->", "]]>", "*/", "\\", "\x7f", "%22", "&quot;")]
    + [f"[click]({link})" for link in ("javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x")]
    + [f"{{{{{inner}}}}}" for inner in ("7*7", "constructor.constructor('alert(1)')()", "$on.constructor('alert(1)')()")]
    + [f"<a href={link}>x</a>" for link in ("javascript:alert(1)", "java\tscript:alert(1)", "&#106;avascript:alert(1)", "//evil.example")]
    + ['<svg><set attributeName=href to="javascript:alert(1)"/></svg>', "<svg><animate onbegin=alert(1) attributeName=x dur=1s>"]
    + ["<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">"]
    + ["\u2028alert(1)", "\u2029alert(1)", "\ufeff<script>", "＜script＞alert(1)＜/script＞", "<scr\0ipt>alert(1)</scr\0ipt>".replace("\0", "\u200b")]
    + ["${alert(1)}", "#{7*7}", "<%= 7*7 %>", "{% import os %}", "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1+cmd|'/C calc'!A0", "-2+3"]
    + [f"<{tag} {event}=alert(1)>" for tag in ("body", "input autofocus", "a") for event in ("onload", "onfocus", "onclick", "onpointerover")]
    + ["<img src=`x`onerror=alert(1)>", "<img/src=x/onerror=alert(1)>", "<IMG SRC=x ONERROR=alert(1)>", "<<script>alert(1)//<</script>"]
    + ["<script>alert`1`</script>", "<script src=//evil.example></script>", "<link rel=import href=//evil.example>", "<meta http-equiv=refresh content=0;//evil>"]
    + [f"<input onfocus=alert({number}) autofocus>" for number in range(12)]
    + [f"<x on{name}=alert(1)>" for name in ("copy", "cut", "paste", "drag", "toggle", "wheel", "scroll", "select", "input", "submit", "error", "load", "begin", "end", "blur", "focus")]
)  # fmt: skip
LINKS = [
    "javascript:alert(1)", "JAVASCRIPT:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "data:image/svg+xml,<svg/>",
    "vbscript:x", "file:///etc/passwd", "//evil.example/x", "/\\evil.example", "\\\\evil.example", "ftp://evil.example", "blob:x", "about:blank",
    "https:evil.example", "http:/evil.example", "", " ", "x", "https://a b.example", "https://a.example/\n", "/" + "a" * 3_000,
]  # fmt: skip


ELEMENTS = "p br strong em del code pre blockquote ul ol li a table thead tbody tr th td span".split()
ATTRIBUTES = [
    r'href="(?:https?|mailto):[^"<>]*" rel="nofollow noopener noreferrer ugc" target="_blank"', r'class="language-[a-z0-9+-]{1,20}"',
    r'class="mention"(?: data-user="[0-9a-f]{24}")?', r'start="\d+"',
]  # fmt: skip
TAG = re.compile(rf"</?(?:{'|'.join(ELEMENTS)})(?: (?:{'|'.join(ATTRIBUTES)}))?>")


def holds_nothing_else(html):
    """Without the tags that there may be nothing is left that a browser would read as one."""
    return "<" not in TAG.sub("", html)


def is_harmless(answer):
    """A browser that is shown this shows text, whatever the text is."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert headers["content-type"].startswith("application/json"), headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    return True


def test_s_71_scripts_are_text_wherever_they_are_written(rig, town):
    assert len(set(PAYLOADS)) >= 120
    with town.alice.join(town.pub) as listener:
        for payload in PAYLOADS:
            answer = town.alice.ask("POST", "/messages", {"channelId": town.pub, "text": payload})
            assert answer.status == 201 and is_harmless(answer)
            assert answer.data["message"]["text"] == payload
        told = [news["message"]["text"] for news in (listener.hear("new_message", lambda told: told["message"]["text"] == payload),)]
        assert told == [PAYLOADS[-1]]
    group = town.group(town.ga)
    for payload in PAYLOADS[:60]:
        name = f"{payload[:60]} {secrets.token_hex(4)}"
        for answer in (
            town.ga.ask("PUT", f"/groups/{group}", {"name": name, "description": payload}),
            town.ga.ask("GET", f"/groups/{group}"),
            town.ga.ask("GET", f"/groups?search={name[:40]}"),
            town.bob.ask("PUT", "/users/me", {"displayName": payload[:60], "bio": payload}),
            town.bob.ask("GET", "/users/me"),
        ):
            assert is_harmless(answer) and answer.status < 500


def test_s_71_what_is_rendered_holds_no_tag_but_those_there_may_be(rig, town):
    said = {}
    inside = [f"```{payload}\n{payload}\n```\n`{payload}`\n\n> **{payload}**\n\n|{payload}|\n|-|\n" for payload in PAYLOADS]
    links = [f"[{payload}]({payload}) ![x](<{payload}>) <{payload}>" for payload in PAYLOADS + LINKS if len(payload) < 1_000]
    for text in PAYLOADS + inside + links + [f"https://a.example/{payload} @{payload}" for payload in PAYLOADS]:
        message = town.alice.rest("POST", "/messages", {"channelId": town.pub, "text": text})["message"]
        said[message["id"]] = text
    before, shown = "", {}
    while not said.keys() <= shown.keys():
        page = town.alice.rest("GET", f"/messages/channel/{town.pub}?render=html&limit=100{before}")
        shown |= {message["id"]: message["html"] for message in page["messages"] if "html" in message}
        before = f"&before={page['messages'][0]['seq']}"
    for id, text in said.items():
        assert holds_nothing_else(shown[id]), (text, shown[id])
        assert all(scheme in ("https", "http", "mailto") for scheme in re.findall(r'<a href="([^:"]*)', shown[id])), (text, shown[id])


def test_s_71_what_is_found_and_told_is_rendered_in_the_same_way(rig, town):
    said = town.alice.say(town.pub, f"@{town.bob.name} **alert** <script>alert(1)</script>")
    for path, list, found in (
        (f"/messages/channel/{town.pub}?", "messages", lambda one: one),
        (f"/messages/search?q=alert&channelId={town.pub}&", "messages", lambda one: one["message"]),
        ("/client/notifications?", "notifications", lambda one: one["message"] or {}),
    ):
        until, shown = time.monotonic() + 10, {}
        while said["id"] not in shown:
            assert time.monotonic() < until, f"what was said is not in {path}"
            time.sleep(0.3)
            answer = town.bob.ask("GET", f"{path}render=html")
            assert is_harmless(answer)
            shown = {found(one)["id"]: found(one)["html"] for one in answer.data[list] if found(one).get("html")}
        assert "<strong>alert</strong> &lt;script&gt;" in shown[said["id"]], path
        assert all(holds_nothing_else(html) for html in shown.values()), path


def test_s_71_links_lead_nowhere_but_to_the_web(rig, town):
    for link in LINKS:
        for field in ("imageUrl", "fileUrl"):
            answer = town.alice.ask("POST", "/messages", {"channelId": town.pub, "type": "image", field: link})
            assert (answer.status, answer.code) == (400, "VALIDATION_FAILED"), (field, link)
        answer = town.alice.ask("POST", "/messages", {"channelId": town.pub, "text": "see", "attachments": [link]})
        assert answer.code == "VALIDATION_FAILED", link
        assert town.alice.ask("PUT", "/users/me", {"avatarUrl": link}).code == "VALIDATION_FAILED", link


def test_s_71_what_is_refused_is_not_shown_as_a_page(rig, town):
    """Errors repeat what they refuse; pages that are not there are answered in JSON, too."""
    for payload in PAYLOADS[:40]:
        for answer in (
            rig.ask("GET", "/nothing/" + payload.replace("/", "%2F").replace("#", "%23").replace("?", "%3F")),
            rig.ask("GET", "/api/users", person=town.alice, params={payload: payload}),
            town.alice.ask("POST", "/messages", {"channelId": town.pub, payload: payload}),
            rig.ask("GET", "/api", headers={"x-request-id": payload.encode("utf-8", "replace")}),
        ):
            assert is_harmless(answer) and answer.status < 500, payload
            if answer.status < 400:
                assert payload not in answer.headers["x-request-id"]


def test_s_71_the_pages_we_serve_run_no_script_but_their_own(rig):
    for path in ("/", "/claim"):
        answer = rig.ask("GET", path)
        if answer.status == 404:
            continue
        policy = answer.headers["content-security-policy"]
        assert "'unsafe-inline'" not in policy and "'unsafe-eval'" not in policy and "*" not in policy, policy
        assert "frame-ancestors 'none'" in policy and answer.headers["x-content-type-options"] == "nosniff"
        for bad in ("<script>", "onclick", "onload", "onerror", "javascript:"):
            assert bad not in answer.text, (path, bad)


@pytest.mark.parametrize("text", ["exe.\u202egpj", "a\u200bb\u200d\u2060c", "\u2066x\u2069", "ﷺ" * 3_000, "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L" * 20, "👩‍👩‍👧‍👦" * 200])
def test_s_73_odd_text_is_kept_as_it_is(rig, town, text):
    said = town.alice.say(town.pub, text)
    assert said["text"] == text
    assert town.bob.rest("GET", f"/messages/{said['id']}")["message"]["text"] == text


def test_s_73_text_over_its_bounds_is_refused(rig, town):
    for text in ("a" * 4_001, "é" * 4_001, "🦀" * 4_001, "a\n" * 10_000, "\ufdfa" * 4_001, "x" * (16 * 1024 + 1), "", " \n\t ", "\u0000" * 4_001):
        answer = town.alice.ask("POST", "/messages", {"channelId": town.pub, "text": text})
        assert (answer.status, answer.code) == (400, "VALIDATION_FAILED"), text[:10]
        with town.alice.connect() as chat:
            assert chat.refused("send_message", {"channelId": town.pub, "text": text}) == "VALIDATION_FAILED"
    # The longest there may be, in characters and in bytes.
    assert town.alice.say(town.pub, "🦀" * 4_000)["text"] == "🦀" * 4_000


def test_s_73_names_cannot_look_like_other_names(rig, town):
    """What tells people apart has no letters that look alike, turn around or are not seen."""
    for name in ("аnn1", "annа1", "ann\u202e1", "ann\u200b1", "ann 1", "ann\n1", "ＡＮＮ1", "ann1\u0301", "-ann1", ".ann1", "a" * 31, "an"):
        draft = {"username": name, "email": f"{secrets.token_hex(4)}@canary-mail.example", "password": rig.password()}
        assert rig.ask("POST", "/api/auth/register", json=draft).code == "VALIDATION_FAILED", name
    for name in ("a\nb", "a\rb", "a\0b", "a\u0085b", "x" * 81, ""):
        assert town.ga.ask("POST", "/groups", {"name": name}).code == "VALIDATION_FAILED", name


def test_s_75_one_id_is_one_message(rig, town):
    nonce = secrets.token_hex(16)
    said = town.alice.say(town.pub, "first", clientMsgId=nonce)
    again = town.alice.ask("POST", "/messages", {"channelId": town.pub, "text": "first", "clientMsgId": nonce})
    assert (again.status, again.data["duplicate"], again.data["message"]["id"]) == (200, True, said["id"])
    for other in ({"text": "second"}, {"text": "first", "replyTo": said["id"]}, {"text": "first", "mentions": [town.bob.id]}):
        answer = town.alice.ask("POST", "/messages", {"channelId": town.pub, "clientMsgId": nonce, **other})
        assert (answer.status, answer.code) == (409, "CONFLICT"), other
    with town.alice.connect() as chat:
        assert chat.refused("send_message", {"channelId": town.pub, "text": "second", "clientMsgId": nonce}) == "CONFLICT"
        assert chat.done("send_message", {"channelId": town.pub, "text": "first", "clientMsgId": nonce})["duplicate"]


def test_s_75_the_id_of_somebody_else_is_another(rig, town):
    nonce = secrets.token_hex(16)
    mine = town.alice.say(town.pub, "mine", clientMsgId=nonce)
    yours = town.bob.say(town.pub, "yours", clientMsgId=nonce)
    elsewhere = town.alice.say(town.priv, "mine", clientMsgId=nonce)
    assert len({mine["id"], yours["id"], elsewhere["id"]}) == 3
    assert (mine["text"], yours["text"]) == ("mine", "yours")


def test_s_75_ids_that_are_none(rig, town):
    for nonce in ("a" * 10_000, "a" * 65, "a" * 15, "", "a b c d e f g h i j", "ä" * 20, "../../../../../../etc", {"$ne": 1}, 12345678901234567, ["a" * 20]):
        for body in ({"channelId": town.pub, "text": "x", "clientMsgId": nonce},):
            assert town.alice.ask("POST", "/messages", body).code == "VALIDATION_FAILED", nonce
        if isinstance(nonce, str) and nonce.isascii():
            answer = town.alice.ask("POST", "/messages", {"channelId": town.pub, "text": "x"}, headers={"idempotency-key": nonce})
            assert answer.code in ("VALIDATION_FAILED", "431"), nonce
    both = {"channelId": town.pub, "text": "x", "clientMsgId": "a" * 20}
    assert town.alice.ask("POST", "/messages", both, headers={"idempotency-key": "b" * 20}).code == "VALIDATION_FAILED"


def test_s_75_an_id_outlives_its_message(rig, town):
    nonce = secrets.token_hex(16)
    said = town.alice.say(town.pub, "as it was", clientMsgId=nonce)
    town.alice.rest("PUT", f"/messages/{said['id']}", {"text": "as it is"})
    again = {"channelId": town.pub, "text": "as it was", "clientMsgId": nonce}
    assert town.alice.ask("POST", "/messages", again).data["duplicate"]
    town.alice.rest("DELETE", f"/messages/{said['id']}")
    repeated = town.alice.ask("POST", "/messages", again)
    assert repeated.data["duplicate"] and repeated.data["message"].get("text") is None
    assert town.alice.ask("POST", "/messages", {**again, "text": "as it is"}).code == "CONFLICT"


def test_s_75_fifty_at_once_are_one(rig, town):
    nonce = secrets.token_hex(16)
    words = rig.words()
    body = {"channelId": town.pub, "text": words, "clientMsgId": nonce}
    sessions = [town.alice.again() for _ in range(5)]
    with town.bob.join(town.pub) as listener, ThreadPoolExecutor(10) as pool:
        chats = [session.connect() for session in sessions]
        asked = [pool.submit(town.alice.ask, "POST", "/messages", body) for _ in range(25)]
        sent = [(chat, chat.begin("send_message", body)) for _ in range(5) for chat in chats]
        over_rest = [one.result() for one in asked]
        over_sockets = [chat.answer(number) for chat, number in sent]
        ids = {answer.data["message"]["id"] for answer in over_rest} | {answer["data"]["message"]["id"] for answer in over_sockets}
        new = [answer for answer in over_rest if answer.status == 201] + [answer for answer in over_sockets if not answer["data"]["duplicate"]]
        assert (len(ids), len(new)) == (1, 1)
        last = town.alice.say(town.pub, rig.words())
        listener.hear("new_message", lambda told: told["message"]["id"] == last["id"])
        assert sum(told["message"].get("text") == words for told in listener.all("new_message")) == 1
        for chat in chats:
            chat.leave()
