"""What must hold after every attack: nobody else noticed.

The same process, a canary that sends and hears within 500 ms, less than 64 MiB more memory, no panic
and no secret in the log or anywhere else, and no answer of 500 and up unless the attack is about one.
"""

import time
from pathlib import Path

MEMORY = 64 << 20
PATIENCE = 0.5
SONGS = 5
# An access token lasts 15 minutes.
FRESH_FOR = 10 * 60


class Watch:
    def __init__(self, rig):
        self.rig, self.pid = rig, rig.server.pid
        self.bird = rig.person("canary")
        group = self.bird.rest("POST", "/groups", {"name": "canaries"})
        self.channel = self.bird.rest("POST", "/channels", {"groupId": group["id"], "name": "cage"})["id"]
        self.read_to = 0
        self.perch()

    def perch(self):
        self.bird, self.since = self.bird.again(), time.monotonic()
        self.canary = self.bird.join(self.channel)

    def begin(self):
        if time.monotonic() - self.since > FRESH_FOR:
            self.canary.leave()
            self.perch()
        self.memory, self.faults, self.leaks = self.resident(), len(self.rig.ledger.faults), len(self.rig.ledger.leaks)

    def check(self, may_fault=False):
        self.same_process()
        self.sings()
        self.little_memory()
        self.rig.ledger.log(self.new_log())
        self.rig.ledger.metric(self.rig.metrics())
        leaks = self.rig.ledger.leaks[self.leaks :]
        assert not leaks, "\n".join(leaks[:20])
        faults = self.rig.ledger.faults[self.faults :]
        assert may_fault or not faults, "\n".join(faults[:20])

    def same_process(self):
        ended = self.rig.server.poll()
        assert ended is None, f"the server ended with {ended}: {self.rig.complaints.read_text()[-2_000:]}"
        assert self.rig.server.pid == self.pid

    def sings(self):
        """The canary is heard in time; of several songs the quickest counts, because a machine that is
        busy with other things delays one or the other, and an attack that hurts delays them all."""
        took = []
        while not took or min(took) >= PATIENCE:
            assert len(took) < SONGS, f"the canary needed {min(took):.3f} s"
            took.append(self.song())
        return min(took)

    def song(self):
        """How long it took until what the canary said was answered and heard."""
        words, began = self.rig.words(), time.monotonic()
        message = self.canary.done("send_message", {"channelId": self.channel, "text": words})["message"]
        self.canary.hear("new_message", lambda told: told["message"]["id"] == message["id"])
        return time.monotonic() - began

    def little_memory(self):
        grew = self.resident() - self.memory
        assert grew < MEMORY, f"memory grew by {grew >> 20} MiB"

    def resident(self):
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) << 10
        raise AssertionError("the process has no memory")

    def new_log(self):
        with self.rig.complaints.open() as log:
            log.seek(self.read_to)
            text = log.read()
            self.read_to = log.tell()
        return text
