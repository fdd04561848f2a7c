"""The reference names everything there is and nothing else, in the shape in which it is really sent."""

import json
import re
import shutil
import subprocess
import urllib.request

import pytest

from hubbub import Server, binary, environment, modules
from markdown import ROOT, blocks, read
from shapes import differences

HERE = ROOT / "tests/docs"


@pytest.fixture(scope="module")
def overheard(tmp_path_factory):
    """What `events.mjs` overheard, and what the server then counted."""
    folder = tmp_path_factory.mktemp("events")
    modules(folder)
    shutil.copy(HERE / "events.mjs", folder)
    # No host is asked: that an edit took the links away is told as well.
    previews = {"HUBBUB_PREVIEWS": "true", "HUBBUB_PREVIEWS_ALLOW": "nobody.invalid"}
    with Server(folder / "server", **previews) as server:
        command = ["node", "events.mjs", server.url, server.claim]
        with (folder / "out").open("w") as out, subprocess.Popen(
                command, cwd=folder, env=environment(folder), stdout=out, stderr=subprocess.PIPE, text=True) as events:
            said, routes, metrics = "", None, None
            for line in events.stderr:
                said += line
                if line == "drain\n":
                    routes = fetch(server, "/api")
                    metrics = fetch(server, "/metrics")
                    server.process.terminate()
        assert events.returncode == 0, said
    heard = json.loads((folder / "out").read_text())
    return heard, json.loads(routes)["data"]["routes"], metrics


def fetch(server, path):
    with urllib.request.urlopen(server.url + path, timeout=10) as answer:
        return answer.read().decode()


def shown():
    tied = re.compile(r"(event|ack|answer|refusal):\w+")
    for block in blocks("docs/sockets.md"):
        if block.language == "json" and block.first and tied.fullmatch(block.first):
            yield block.first, block


def test_every_event_and_acknowledgement_is_shown_as_it_is(overheard):
    heard, _, _ = overheard
    for name, block in shown():
        assert name in heard, f"{block}: {name} did not come about"
        found = differences(json.loads(block.text), heard[name])
        assert not found, f"{block}: {name}: {found}\n{json.dumps(heard[name], indent=1)}"


def test_every_event_that_is_sent_is_shown(overheard):
    heard, _, _ = overheard
    names = {name for name, _ in shown()}
    assert {name for name in heard if name.startswith(("event:", "ack:"))} <= names


def test_every_event_of_the_code_is_shown():
    names = {name for name, _ in shown()}
    accepted = re.findall(r'spec\("(\w+)"|^\s+spec\(\s*"(\w+)"', source("socket/events.rs"))
    events = "".join(path.read_text(encoding="utf-8") for path in [*(ROOT / "src").glob("event.rs"), *(ROOT / "src/event").rglob("*.rs")])
    sent = []
    for enum in ("Durable", "Ephemeral"):
        body = re.search(rf"pub enum {enum} \{{\n(.*?)\n\}}", events, re.DOTALL)[1]
        sent += [snake(variant) for variant in re.findall(r"^    (\w+)", body, re.MULTILINE)]
    sent += re.findall(r'\.emit\(\s*"(\w+)"', "".join(source(f"socket/{name}.rs") for name in ("connect", "talk", "answer")))
    assert accepted and sent
    assert {f"ack:{first or second}" for first, second in accepted} | {f"event:{name}" for name in sent} <= names


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def source(name):
    return (ROOT / "src" / name).read_text(encoding="utf-8")


def test_every_route_is_in_the_reference_and_no_other(overheard):
    _, routes, _ = overheard
    there = {f"{route['method']} {route['path']}" for route in routes}
    named = set(re.findall(r"^\| `((?:GET|POST|PUT|DELETE) /[^` ]*)`", read("docs/rest.md"), re.MULTILINE))
    assert named == there


@pytest.mark.parametrize("file", ["docs/rest.md", "docs/sockets.md"])
def test_every_code_of_an_error_is_explained(file):
    codes = set(re.findall(r'Code::\w+ => "([A-Z_]+)"', source("error/mod.rs")))
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", read(file), re.MULTILINE))
    assert codes and named == codes


def test_every_number_that_is_counted_is_explained(overheard):
    _, _, metrics = overheard
    given = set(re.findall(r"^# TYPE (\w+)", metrics, re.MULTILINE))
    counted = {name for path in (ROOT / "src").rglob("*.rs") for name in
               re.findall(r'"((?:hubbub|process)_\w+)"', path.read_text(encoding="utf-8"))}
    named = set(re.findall(r"^\| `((?:hubbub|process)_\w+)`", read("docs/operations.md"), re.MULTILINE))
    assert given <= counted
    assert named == counted


def test_every_rule_that_the_code_names_stands_in_the_contract():
    cited = {rule for path in (ROOT / "src").rglob("*.rs") for rule in re.findall(r"\bD-\d\d\b", path.read_text(encoding="utf-8"))}
    written = set(re.findall(r"^- \*\*(D-\d\d)\*\*", read("docs/delivery.md"), re.MULTILINE))
    assert cited and cited <= written


def test_every_command_is_in_the_readme():
    done = subprocess.run([binary(), "--help"], capture_output=True, text=True, check=True)
    names = re.findall(r"^  ([a-z-]+)  ", done.stdout.split("Commands:")[1].split("Options:")[0], re.MULTILINE)
    for name in set(names) - {"help"}:
        assert f"`hubbub {name}" in read("README.md"), name

