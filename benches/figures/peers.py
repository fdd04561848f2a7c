"""Whether the peers do what is measured: a figure of one that does not would be worth nothing."""

import subprocess

from asking import peer
from machine import say
from rows import NAMES
from servers import NODE, Failure, environment

PEERS = ("floor", "node", "node-mongo")


def check():
    """Has the real socket.io-client ask each of them; whoever answers wrongly ends the run."""
    for key in PEERS:
        with peer(key) as server:
            keeps = "1" if key == "node-mongo" else "0"
            done = subprocess.run(["node", "--test", "--test-timeout=30000", "peers.test.mjs"], cwd=NODE, text=True,
                                  env=environment(PEER=server.url, PEER_KEEPS=keeps), capture_output=True)
            if done.returncode:
                raise Failure(f"{NAMES[key]} does not do its work:\n{done.stdout[-3000:]}\n{server.said()}")
    say(f"the peers do their work: {', '.join(NAMES[key] for key in PEERS)}")
