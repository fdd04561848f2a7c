"""A server of our own, in a folder of its own, on a free port; and a folder in which examples run."""

import os
import pathlib
import re
import subprocess

from markdown import ROOT


def binary():
    named = os.environ.get("HUBBUB_TEST_BINARY") or os.environ.get("HUBBUB_BIN")
    path = pathlib.Path(named) if named else ROOT / "target/debug/hubbub"
    assert path.exists(), f"there is no {path}: run `cargo build`, or name the program in HUBBUB_BIN"
    return path.resolve()


def environment(folder):
    """What examples and servers run in: nothing of the caller's settings, and `hubbub` on the path."""
    tools = folder / "bin"
    if not tools.exists():
        tools.mkdir(parents=True)
        (tools / "hubbub").symlink_to(binary())
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUBBUB_", "MONGODB_", "RUST_LOG"))}
    # The work put into a hash is not what is tested, and takes seconds without optimisation.
    return {**kept, "PATH": f"{tools}:{kept['PATH']}", "HUBBUB_BCRYPT_COST": "4"}


def modules(folder):
    """Lets Node find the client library beside an example, as after `npm install`."""
    installed = os.environ.get("HUBBUB_NODE_MODULES") or ROOT / "tests/socketio/node_modules"
    installed = pathlib.Path(installed).resolve()
    assert (installed / "socket.io-client").exists(), f"there is no {installed}/socket.io-client: run npm ci in tests/socketio"
    link = folder / "node_modules"
    if not link.is_symlink():
        link.symlink_to(installed)


class Server:
    def __init__(self, folder, *arguments, **settings):
        self.folder, self.url, self.claim = folder, None, None
        folder.mkdir(parents=True, exist_ok=True)
        self.errors = (folder / "stderr").open("w+")
        self.process = subprocess.Popen(
            [binary(), "serve", "--bind", "127.0.0.1:0", *arguments],
            cwd=folder, env={**environment(folder), **settings}, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        last = r"^  hana " if "--demo" in arguments else r"/claim#(\S+)"
        for line in self.process.stdout:
            if listens := re.search(r"listens on (\S+)", line):
                self.url = listens[1]
            if done := re.search(last, line):
                self.claim = done[1] if done.groups() else None
                return
        self.errors.seek(0)
        raise AssertionError(f"the server did not start:\n{self.errors.read()}")

    def stop(self):
        """Asks it to end; anything but a clean end is a failure."""
        self.process.terminate()
        status = self.process.wait(timeout=30)
        self.process.stdout.close()
        self.errors.close()
        assert status == 0, f"the server ended with {status}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
