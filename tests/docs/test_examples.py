"""Every example in the documentation is run as it is printed, and none escapes."""

import json
import re
import subprocess
import sys

import pytest

from hubbub import Server, environment, modules
from markdown import ROOT, blocks, documents, read
from shapes import differences

PROGRAMS = {"js", "sh", "python", "toml"}
# Other spellings would not be looked at.
MISSPELT = {"javascript", "mjs", "ts", "bash", "shell", "console", "py"}

# What stands behind the examples of a file: a server as each of these starts it, or none.
SERVERS = {
    "README.md": [[], ["--demo"]],
    "docs/rest.md": [["--demo"]],
    "docs/sockets.md": [["--demo"]],
    "docs/delivery.md": [[]],
    "docs/operations.md": [None],
}


@pytest.mark.parametrize("file", documents())
def test_every_example_runs_or_says_why_not(file):
    for block in blocks(file):
        assert block.language not in MISSPELT, f"{block}: write one of {sorted(PROGRAMS)}"
        if block.language in PROGRAMS:
            reason = block.first == "norun" and len(block.words) > 1
            assert block.first == "run" or reason, f"{block}: needs `run`, or `norun` and a reason"
            assert block.first != "run" or file in SERVERS, f"{block}: nobody runs the examples of this file"


@pytest.mark.parametrize("file", documents())
def test_every_json_block_is_json(file):
    for block in blocks(file):
        if block.language == "json":
            try:
                json.loads(block.text)
            except ValueError as error:
                pytest.fail(f"{block}: {error}")


@pytest.mark.parametrize("file", documents())
def test_every_link_leads_somewhere(file):
    text = re.sub(r"```.*?```|`[^`\n]*`", "", read(file), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not target.startswith(("http://", "https://", "#", "mailto:")):
            assert ((ROOT / file).parent / target.split("#")[0]).exists(), f"{file} links to {target}"


CASES = [(file, arguments) for file, servers in SERVERS.items() for arguments in servers]


@pytest.mark.parametrize(("file", "arguments"), CASES, ids=lambda value: " ".join(value or []) if not isinstance(value, str) else value)
def test_the_examples_work_as_printed(file, arguments, tmp_path):
    if arguments is None:
        return run_all(file, tmp_path, "")
    with Server(tmp_path / "server", *arguments) as server:
        run_all(file, tmp_path, server.url)


def run_all(file, folder, url):
    all_blocks = [block for block in blocks(file) if block.first in ("run", "answer")]
    session(all_blocks, folder, url)
    modules(folder)
    for number, block in enumerate(block for block in all_blocks if block.first == "run"):
        match block.language:
            case "js":
                program(block, folder / name(block, f"example{number}.mjs"), ["node"], url)
            case "python":
                program(block, folder / f"example{number}.py", [sys.executable], url)
            case "toml":
                program(block, folder / f"example{number}.toml", ["hubbub", "config", "--config"], None)


def name(block, otherwise):
    """Under what name an example is saved: `as:name`, where another one imports it."""
    return next((word[3:] for word in block.words if word.startswith("as:")), otherwise)


def program(block, path, command, url):
    path.write_text(block.text, encoding="utf-8")
    arguments = [*command, path.name, *([url] if url else [])]
    environ = environment(path.parent)
    if block.language == "toml":
        # What a file says is judged without the settings that make tests quick.
        del environ["HUBBUB_BCRYPT_COST"]
    done = subprocess.run(arguments, cwd=path.parent, env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{block} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"


def session(all_blocks, folder, url):
    """The shell examples of a file are one session: what one sets, the next can use."""
    steps = [block for block in all_blocks if block.language == "sh"]
    script = ["set -euo pipefail"]
    for number, block in enumerate(steps):
        script += [f"echo {number} >step", "{", block.text, f"}} >out{number}"]
    path = folder / "session.sh"
    path.write_text("\n".join(script), encoding="utf-8")
    done = subprocess.run(["bash", path.name, url], cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    if done.returncode:
        number = int((folder / "step").read_text())
        said = (folder / f"out{number}").read_text()
        pytest.fail(f"{steps[number]} ended with {done.returncode}\n{said}\n{done.stderr}")
    for number, block in enumerate(steps):
        following = all_blocks[all_blocks.index(block) + 1:][:1]
        if following and following[0].first == "answer":
            compare(following[0], (folder / f"out{number}").read_text())


def compare(shown, said):
    found = differences(json.loads(shown.text), json.loads(said))
    assert not found, f"{shown} shows what is not answered: {found}\n{said}"
