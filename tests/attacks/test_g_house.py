"""Paths, headers, cross-site writes, errors and the supply chain, as far as they exist (S-89, S-94, S-96)."""

import re
import subprocess
import tomllib


from wire import PERMISSIONS
from wires import head, status
from world import PROJECT

ROUTES = [line.split()[:2] for line in PERMISSIONS.read_text().splitlines() if line and line[0] not in "#" and not line.startswith("event")]
WRITES = [(method, path) for method, path in ROUTES if method != "GET"]
SOME_ID = "0123456789abcdef01234567"

CLIMBS = ["../", "..\\", "%2e%2e/", "%2e%2e%2f", "..%2f", "..%5c", "%252e%252e%252f", "..%c0%af", "..%ef%bc%8f", ".%2e/", "....//", "..;/"]
TARGETS = ["etc/passwd", "hubbub.db", "Cargo.toml", ".git/config", ".env", "data/secrets"]
ODD = [
    "/.git/HEAD", "/.env", "/.htaccess", "/.well-known/", "/claim.html", "/claim.js.map", "/page.css/", "/page.css/..", "/index.html",
    "/index.html%00.png", "/%00", "/page.css%00", "/%ff", "/%", "/%2", "/%zz", "//", "///etc/passwd", "/./", "/.", "/..", "/~root", "/C:/",
    "/page.css?x=../../etc/passwd", "/api/..", "/api/../../etc/passwd", "/api/%2e%2e/", "/api//users", "/api/users/..%2f..%2fx", "/static/",
    "/uploads/", "/assets/../", "/data/", "/a.php", "/a.php/%0a", "/server-status", "/actuator/env", "/debug/pprof", "/;/api", "/api;x=1",
    "/api/users;/me", "/%2fapi", "/api%2fusers", "/api\\users", "/api/users/me%20", "/api/users/me%0d%0aX:y",
]  # fmt: skip

ALWAYS = {
    "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}  # fmt: skip


def test_s_89_no_path_leads_out_of_the_house(rig):
    paths = [f"/{climb * depth}{target}" for climb in CLIMBS for depth in (1, 6) for target in TARGETS] + ODD
    assert len(paths) >= 60
    for path in paths:
        told = head(rig, f"GET {path} HTTP/1.1\r\nHost: hubbub\r\nConnection: close\r\n\r\n".encode("latin-1"))
        assert status(told) in (400, 401, 404, 200), (path, told[:60])
        if status(told) == 200:
            # One of our own, whatever was written around it; never a file or a list of files.
            assert path.rstrip("/") in ("", "/.", "/page.css?x=../../etc/passwd") or path in ("//", "/./"), (path, told[:60])
        assert b"root:" not in told and b"[package]" not in told, path


def protected(headers, path):
    told = {name.lower(): value for name, value in headers.items()}
    for name, value in ALWAYS.items():
        assert told.get(name) == value, (path, name, told)
    assert "frame-ancestors 'none'" in told["content-security-policy"], path
    assert "camera=()" in told["permissions-policy"], path
    assert told["cache-control"] in ("no-store", "private, no-cache"), (path, told["cache-control"])
    assert "origin" in told["vary"].lower(), path
    assert re.fullmatch(r"[\w-]{8,64}", told["x-request-id"]), path
    assert "server" not in told and "x-powered-by" not in told, told


def test_s_94_every_answer_is_protected(rig, town):
    seen = set()
    for method, path in ROUTES:
        path = re.sub(r"\{\w+\}", SOME_ID, path)
        for person in (None, town.mallory):
            if "logout" in path:
                continue
            answer = rig.ask(method, path, person=person, json={} if method != "GET" else None)
            protected(answer.headers, f"{method} {path} → {answer.status}")
            seen.add(answer.status)
    for method, path in (("GET", "/nothing"), ("DELETE", "/api"), ("PATCH", "/api/users/me"), ("GET", "/api?token=x"), ("GET", "/" + "a" * 9_000)):
        answer = rig.ask(method, path)
        protected(answer.headers, path)
        seen.add(answer.status)
    large = rig.ask("POST", "/api/messages", person=town.mallory, data="x" * 70_000, headers={"content-type": "application/json"})
    form = rig.ask("POST", "/api/messages", person=town.mallory, data="a=b", headers={"content-type": "application/x-www-form-urlencoded"})
    for answer in (large, form):
        protected(answer.headers, answer.status)
        seen.add(answer.status)
    for gate in ("/socket.io/?EIO=9", "/socket.io/?token=x"):
        protected(rig.ask("GET", gate).headers, gate)
    assert {200, 400, 401, 403, 404, 405, 413, 415} <= seen, seen


def test_s_94_what_is_polled_is_protected_as_well(rig):
    told = rig.ask("GET", "/socket.io/?EIO=4&transport=polling").headers
    assert told["x-content-type-options"] == "nosniff" and told["cache-control"] == "no-store"


def test_s_94_no_page_of_another_site_writes_with_a_cookie(rig, town):
    """Every route that writes, from an evil page, from none, and as a form that no preflight asks about."""
    own = rig.url
    cookie = {"cookie": f"accessToken={town.mallory.token}; refreshToken={town.mallory.refresh}"}
    for method, path in WRITES:
        path = re.sub(r"\{\w+\}", SOME_ID, path)
        for headers in (
            {"origin": "https://evil.example", "content-type": "application/json"}, {"content-type": "application/json"},
            {"origin": "null", "content-type": "application/json"}, {"origin": own, "content-type": "text/plain"},
            {"origin": own, "content-type": "application/x-www-form-urlencoded"}, {"origin": own, "content-type": "multipart/form-data; boundary=x"},
            {"origin": "https://evil.example"}, {"origin": "https://evil.example", "content-type": "text/plain; application/json"},
        ):  # fmt: skip
            data = b'{"displayName":"owned"}' if path.endswith("/me") else b"{}"
            answer = rig.ask(method, path, headers={**headers, **cookie}, data=data)
            known = path.endswith(("/register", "/login", "/claim"))
            assert answer.status in (401, 403, 415) or (known and answer.status == 400), (method, path, headers, answer.status, answer.text[:100])
    assert town.mallory.rest("GET", "/users/me").get("displayName") != "owned"
    body = b'{"displayName":"own page"}'
    lines = f"Host: hubbub\r\nOrigin: http://hubbub\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    told = head(rig, f"PUT /api/users/me HTTP/1.1\r\n{lines}Cookie: {cookie['cookie']}\r\n\r\n".encode() + body)
    assert status(told) == 200, told


def test_s_94_errors_tell_nothing_of_us(rig, town):
    """A code, a sentence and the request's id; no path, type, query or trace."""
    told = []
    for method, path in ROUTES:
        for data in (b"{", b"[]", b"null", b'{"a":1}', b"\xff", b'{"text":' + b"9" * 400 + b"}"):
            if "logout" in path:
                continue
            path = re.sub(r"\{\w+\}", "%24ne", path)
            answer = rig.ask(method, path, person=town.mallory, data=data, headers={"content-type": "application/json"})
            if answer.status >= 400:
                told.append(answer)
    assert len(told) > 100
    for answer in told:
        error = answer.json
        assert error["success"] is False and error["requestId"] == answer.headers["x-request-id"], answer.text
        assert set(error["error"]) <= {"code", "message", "details", "retryable", "retryAfterMs"}, answer.text
        for word in ("src/", ".rs", "panicked", "sqlite", "SQL", "mongo", "bson", "hubbub::", "serde", "struct ", "enum ", "thread", "backtrace"):
            # The request's id is drawn by lot and may spell any of them.
            assert word not in answer.text.replace(error["requestId"], ""), (word, answer.text)


def test_s_94_a_log_line_cannot_be_forged(rig):
    """Names with line breaks are refused, and what is noted of them stays in its line."""
    forged = 'eve\n{"level":"INFO","message":"forged line","target":"hubbub"}'
    at = rig.complaints.stat().st_size
    for body in ({"username": forged, "password": "x" * 10}, {"email": forged, "password": "x" * 10}):
        assert rig.ask("POST", "/api/auth/login", json=body).status in (400, 401)
    draft = {"username": forged, "email": "a@canary-mail.example", "password": rig.password()}
    assert rig.ask("POST", "/api/auth/register", json=draft).status == 400
    rig.ask("GET", "/api/users?search=%0a%7b%22message%22%3a%22forged line%22%7d")
    rig.ask("GET", "/api", headers={"x-request-id": "forged line", "user-agent": "forged line\x7f"})
    with rig.complaints.open() as log:
        log.seek(at)
        for line in log:
            assert not line.startswith('{"level":"INFO","message":"forged'), line
            assert line.startswith("{") and line.rstrip().endswith("}"), line


MANIFEST = tomllib.loads((PROJECT / "Cargo.toml").read_text())
LOCK = tomllib.loads((PROJECT / "Cargo.lock").read_text())
# The first version of each that is not open to an attack of this list.
AT_LEAST = {
    "jsonwebtoken": (10, 3), "hyper": (1, 0), "socketioxide": (0, 18), "engineioxide": (0, 17), "rustls": (0, 23),
    "tokio": (1, 44), "bytes": (1, 11), "time": (0, 3, 47),
}  # fmt: skip


def test_s_96_the_build_keeps_its_promises():
    assert MANIFEST["lints"]["rust"]["unsafe_code"] == "forbid"
    assert MANIFEST["lints"]["clippy"].keys() >= {"unwrap_used", "expect_used", "panic", "indexing_slicing"}
    release = MANIFEST["profile"]["release"]
    assert release["overflow-checks"] is True and release.get("panic", "unwind") == "unwind"
    tracked = subprocess.run(["git", "ls-files", "Cargo.lock", "fuzz/Cargo.lock"], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert tracked.stdout.split() == ["Cargo.lock", "fuzz/Cargo.lock"]
    for source in (PROJECT / "src").rglob("*.rs"):
        assert not re.search(r"\bunsafe\s*(\{|fn|impl)|allow\(unsafe_code", source.read_text()), source


def test_s_96_nothing_comes_from_elsewhere_or_is_too_old():
    for package in LOCK["package"]:
        assert package["name"].startswith("hubbub") or package["source"].startswith("registry+"), package
        assert package["name"].startswith("hubbub") or len(package["checksum"]) == 64, package
        least = AT_LEAST.get(package["name"])
        if least:
            version = tuple(int(part) for part in package["version"].split("+")[0].split("-")[0].split("."))
            assert version >= least, package
    manifest = MANIFEST["dependencies"] | MANIFEST["dev-dependencies"]
    for name, wanted in manifest.items():
        wanted = wanted if isinstance(wanted, dict) else {"version": wanted}
        assert "version" in wanted and not {"git", "path", "registry"} & wanted.keys(), name


def test_s_96_whatever_parses_bytes_is_fuzzed():
    """The targets are there, each with a corpus; `scripts/test --fuzz` runs them and `tests/house` replays them."""
    wanted = {"callers", "cursors", "events", "fold", "frames", "requests", "tokens"}
    targets = {file.stem for file in (PROJECT / "fuzz/fuzz_targets").glob("*.rs")}
    assert targets >= wanted
    for target in targets:
        assert any((PROJECT / "fuzz/corpus" / target).iterdir()), target
    assert "--fuzz" in (PROJECT / "scripts/test").read_text()
