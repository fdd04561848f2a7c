"""Requests that are no requests, HTTP/2 and bodies without an end (rows S-65, S-67 and S-68)."""

import time

from wire import PERMISSIONS
from wires import MIB, all_of, at_once, head, peak, status

# As the registry of routes has them; where a part of the path stands for an id, any id does.
ROUTES = [line.split()[:2] for line in PERMISSIONS.read_text().splitlines() if line and line[0] not in "#" and not line.startswith("event")]
WRITES = [(method, path) for method, path in ROUTES if method != "GET"]
SOME_ID = "0123456789abcdef01234567"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
JSON = "Content-Type: application/json\r\n"


def filled(path):
    return "/".join(SOME_ID if part.startswith("{") else part for part in path.split("/"))


def post(rig, method, path, person, headers, body=b""):
    """The head of the answer to a request whose headers about the body are made by hand."""
    token = f"Authorization: Bearer {person.token}\r\n" if person else ""
    return head(rig, f"{method} {path} HTTP/1.1\r\nHost: hubbub\r\n{token}{JSON}{headers}\r\n".encode() + body)


def is_refused(told, *codes):
    """With one of these, or by the end of a connection on which too much was sent."""
    return told == b"" or status(told) in codes


def test_s_68_every_route_refuses_a_body_that_is_too_large(rig):
    """As root, whom nothing else keeps out."""
    large = b'{"a":"' + b"x" * (MIB + 1) + b'"}'
    assert len(WRITES) > 30
    with peak(rig, 2 * MIB):
        for method, path in WRITES:
            if path.endswith(("logout", "logout-all")):
                continue
            told = post(rig, method, filled(path), rig.root, f"Content-Length: {len(large)}\r\n", large)
            assert is_refused(told, 413), (method, path, told[:80])
            chunked = f"{len(large):x}\r\n".encode() + large + b"\r\n0\r\n\r\n"
            told = post(rig, method, filled(path), rig.root, "Transfer-Encoding: chunked\r\n", chunked)
            assert is_refused(told, 413), (method, path, told[:80])


def test_s_68_the_body_of_a_stranger_is_not_read(rig):
    """The answer comes before the body does."""
    for method, path in WRITES:
        if path.startswith("/api/auth"):
            continue
        told = post(rig, method, filled(path), None, "Content-Length: 60000\r\n")
        assert status(told) == 401, (method, path, told[:80])


def test_s_68_lengths_that_lie(rig, town):
    path, alice = "/api/messages", town.alice
    large = b"x" * (MIB + 1)
    with peak(rig, 2 * MIB):
        # Said to be short: the rest is no request.
        told = post(rig, "POST", path, alice, "Content-Length: 2\r\n", b"{}" + large)
        assert status(told) == 400
        for length in ("70000", str(2**63), str(2**64), str(2**64 + 2), "9" * 100, "-1", "+2", "0x2", "2 2", "2,2", "2.0", ""):
            told = post(rig, "POST", path, alice, f"Content-Length: {length}\r\n", b"{}")
            assert is_refused(told, 400, 413), (length, told[:80])
        for lines in (
            "Content-Length: 2\r\nContent-Length: 3\r\n", "Transfer-Encoding: chunked, identity\r\n",
            "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: gzip\r\n", "Transfer-Encoding : chunked\r\n",
        ):  # fmt: skip
            told = post(rig, "POST", path, alice, lines, b"2\r\n{}\r\n0\r\n\r\n")
            assert is_refused(told, 400, 411, 413, 501), (lines, told[:80])


def test_s_68_a_request_is_not_smuggled_in_another(rig, town):
    """Two lengths: whatever stands behind the shorter is never a second request on this connection."""
    inner = "GET /health HTTP/1.1\r\nHost: hubbub\r\n\r\n"
    body = f"0\r\n\r\n{inner}".encode()
    for lines in (
        f"Content-Length: {len(body)}\r\nTransfer-Encoding: chunked\r\n", f"Transfer-Encoding: chunked\r\nContent-Length: {len(body)}\r\n",
        f"Content-Length: 0\r\nContent-Length: {len(body)}\r\n", f"Content-Length: {len(body)}\r\n Content-Length: 0\r\n",
    ):  # fmt: skip
        sent = f"POST /api/auth/login HTTP/1.1\r\nHost: hubbub\r\n{JSON}{lines}\r\n".encode() + body
        told = rig.raw(sent, deadline=1)
        assert told.count(b"HTTP/1.1 ") <= 1 and b"200 OK" not in told, (lines, told[:200])


def test_s_68_a_chunk_without_an_end(rig, town):
    with peak(rig, 2 * MIB), rig.dial() as stream:
        stream.settimeout(5)
        head = f"POST /api/messages HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {town.alice.token}\r\n{JSON}Transfer-Encoding: chunked\r\n\r\n"
        stream.sendall(head.encode())
        sent = 0
        try:
            while sent < 15 * MIB:
                stream.sendall(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
                sent += 0x8000
            told = stream.recv(4_096)
        except OSError:
            told = b""
        assert is_refused(told, 413), told[:100]
        assert sent < 15 * MIB, "it was all taken"


def test_s_67_http_2_is_not_spoken(rig):
    began = rig.counted("hubbub_http_requests_total")
    settings = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
    with peak(rig, 32 * MIB):
        for more in (
            b"", settings,
            # CONTINUATION without an end, resets in a row, empty DATA.
            settings + bytes([0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82]) + bytes([0, 0, 1, 9, 0, 0, 0, 0, 1, 0x82]) * 100_000,
            settings + (bytes([0, 0, 1, 1, 5, 0, 0, 0, 1, 0x82]) + bytes([0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8])) * 50_000,
            settings + bytes([0, 0, 0, 0, 0, 0, 0, 0, 1]) * 1_000_000,
        ):  # fmt: skip
            told = all_of(rig, PREFACE + more)
            assert is_refused(told, 400, 505) and not told.startswith(b"\0\0"), told[:80]
    upgrade = b"GET /api HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
    assert status(head(rig, upgrade)) == 200, "an offer that may be ignored"
    assert rig.counted("hubbub_http_requests_total") <= began + 10


def test_s_65_headers_without_an_end(rig):
    """Too many, too long, or spoilt: an answer at once, and nothing is kept of them."""
    many = "".join(f"X-{number}: a\r\n" for number in range(65))
    with peak(rig, 2 * MIB):
        for sent in (
            f"GET /api HTTP/1.1\r\n{many}\r\n", "GET /api HTTP/1.1\r\nX: " + "a" * 17_000, "GET /" + "a" * 9_000 + " HTTP/1.1\r\n\r\n",
            "GET /api?" + "a=b&" * 3_000 + " HTTP/1.1\r\n\r\n", "GET /api HTTP/1.1\r\nA\0: b\r\n\r\n",
            "GET /api HTTP/9.9\r\n\r\n", "GET\r\n\r\n", "GET /api\r\n\r\n", "\0" * 20_000, "G" * 20_000,
            "GET /\x80 HTTP/1.1\r\n\r\n", "GET /api HTTP/1.1\r\n: b\r\n\r\n", "GET /api HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
        ):  # fmt: skip
            began = time.monotonic()
            told = head(rig, sent.encode("latin-1"), 3)
            assert is_refused(told, 400, 404, 414, 431, 505), (sent[:40], told[:80])
            at_once(rig, began, 2)


def test_s_54_a_target_without_a_path_is_refused(rig):
    for target in ("PO", "a:1", "evil.example:443"):
        for method in ("GET", "CONNECT", "POST"):
            told = head(rig, f"{method} {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            assert status(told) == 400, (method, target, told[:60])
