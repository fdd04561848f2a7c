"""Pages of other sites in somebody's browser (rows S-50 and S-51)."""

import json

import pytest

from rig import Rig
from wire import Polling, Raw
from wires import status, upgraded

LISTED = "https://app.example"
POLLING = "/socket.io/?EIO=4&transport=polling"


@pytest.fixture(scope="module")
def listing(store):
    """A server that lets one other page in."""
    rig = Rig(store, HUBBUB_ALLOWED_ORIGINS=LISTED)
    yield rig
    rig.close()


def foreign(rig):
    """Origins that are not ours, though some look so."""
    host = rig.url.removeprefix("http://")
    name, port = host.split(":")
    return [
        "https://evil.example", "null", "https://GOOD.example", "", "*", "file://", f"http://{host}.evil.example",
        f"http://{name}", f"http://{name}:{int(port) % 60_000 + 1}", f"http://{host}/", f"http://{host}@evil.example",
        f"http://evil.example#{host}", f"http://{host}, https://evil.example", f"//{host}", f"ftp://{host}", host,
        f"http://evil.example http://{host}", f"{LISTED}.evil.example", LISTED.upper(), LISTED + ":443", "http://app.example",
    ]  # fmt: skip


def test_s_50_no_page_of_another_site_opens_a_socket(listing, town):
    rig, alice = listing, listing.person("alice")
    cookie = f"accessToken={alice.token}"
    host = rig.url.removeprefix("http://")
    for origin in foreign(rig):
        for headers in ({}, {"cookie": cookie}, {"authorization": f"Bearer {alice.token}"}):
            told = {"origin": origin, **headers}
            assert rig.ask("GET", POLLING, headers=told).status == 403, told
            lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
            assert status(upgraded(rig, headers=lines, host=host)) == 403, told
    two = f"Origin: http://{host}\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\n"
    assert status(upgraded(rig, headers=two, host=host)) == 403
    for origin in (LISTED, f"http://{host}", f"https://{host}"):
        assert rig.ask("GET", POLLING, headers={"origin": origin}).status == 200, origin
        assert status(upgraded(rig, headers=f"Origin: {origin}\r\n", host=host)) == 101, origin


def test_s_50_a_session_that_is_open_is_not_used_by_another_page(rig, town):
    session = Polling(rig)
    session.sign_in(town.alice.token)
    path = session.address.removeprefix(rig.url)
    for origin in foreign(rig):
        said = rig.ask("POST", path, headers={"origin": origin}, data="41")
        heard = rig.ask("GET", path, headers={"origin": origin})
        assert (said.status, heard.status) == (403, 403), origin
        taken = upgraded(rig, path.replace("polling", "websocket"), f"Origin: {origin}\r\n", rig.url.removeprefix("http://"))
        assert status(taken) == 403, origin
    assert session.post('421["get_online_users"]') == 200
    told = ""
    while "431[" not in told:
        told = session.poll().text
    assert '"ok":true' in told


def test_s_50_a_cookie_alone_signs_nobody_in(rig, town):
    """A browser sends it for any page; who is no browser names a token, and needs no origin."""
    cookie, host = f"Cookie: accessToken={town.alice.token}\r\n", rig.url.removeprefix("http://")
    for headers, answer in [
        (cookie, "44"), (cookie + f"Origin: http://{host}\r\n", "40"), (cookie + "Sec-Fetch-Site: same-origin\r\n", "40"),
        (cookie + "Sec-Fetch-Site: cross-site\r\n", "44"), (cookie + "Sec-Fetch-Site: same-site\r\n", "44"),
        (cookie + "Sec-Fetch-Site: none\r\n", "44"), (f"Authorization: Bearer {town.alice.token}\r\n", "40"),
        (f"Cookie: accessToken={town.alice.token}; accessToken=x\r\nOrigin: http://{host}\r\n", "44"),
    ]:  # fmt: skip
        lines = dict(line.split(": ", 1) for line in headers.split("\r\n") if line)
        session = rig.ask("GET", POLLING, headers=lines)
        sid = json.loads(session.text[1:])["sid"]
        assert rig.ask("POST", f"{POLLING}&sid={sid}", data="40").status == 200
        told = "2"
        while told == "2":
            told = rig.ask("GET", f"{POLLING}&sid={sid}").text
        assert any(packet.startswith(answer) for packet in told.split("\x1e")), (headers, told)
    with Raw(rig) as raw:
        assert raw.sign_in(town.alice.token).startswith("40{")


PATHS = ["/api", "/api/auth/me", "/api/users/me", "/api/messages", "/health", "/socket.io/", POLLING, "/nothing", "/"]
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "content-type,authorization"}


def test_s_51_other_sites_read_nothing(rig, listing, town):
    for server, origins in ((rig, foreign(rig)[:3]), (listing, foreign(listing)[::2] + [LISTED.upper()])):
        for origin in origins:
            for path in PATHS:
                for method, more in (("OPTIONS", PREFLIGHT), ("GET", {}), ("POST", {"content-type": "text/plain"})):
                    answer = server.ask(method, path, headers={"origin": origin, **more})
                    told = {name.lower() for name in answer.headers}
                    assert "access-control-allow-origin" not in told, (method, path, origin, told)
                    assert answer.status < 500


def test_s_51_a_page_that_is_listed_reads_what_it_asks_for(listing):
    preflight = {"origin": LISTED, "access-control-request-method": "PUT", "access-control-request-headers": "authorization"}
    for path in ("/api/users/me", POLLING):
        for method, headers in (("OPTIONS", preflight), ("GET", {"origin": LISTED})):
            told = listing.ask(method, path, headers=headers).headers
            assert told["access-control-allow-origin"] == LISTED
            assert told["access-control-allow-credentials"] == "true"


def test_s_51_what_depends_on_the_origin_says_so(rig, listing):
    for server in (rig, listing):
        for path in PATHS:
            if not path.startswith("/socket.io"):
                told = server.ask("GET", path, headers={"origin": LISTED}).headers["vary"]
                assert "origin" in told.lower(), (path, told)


def test_s_51_preflights_and_polls_say_so_as_well(listing):
    for method, path in (("OPTIONS", "/api/users/me"), ("GET", POLLING)):
        told = listing.ask(method, path, headers={"origin": LISTED, **PREFLIGHT}).headers
        assert "origin" in told["vary"].lower()
