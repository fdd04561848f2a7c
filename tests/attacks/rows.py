"""Every row of the list of attacks, and where the tests of each are.

The list is complete: a row has a test or names the feature that is not there yet. The tests are found
by their names (`test_s_01_…` here; `…_s01` or `(S-01)` in the other suites), so nothing is listed by
hand but what is missing.
"""

import re
from collections import defaultdict

from world import PROJECT

ROWS = {
    1: "operators in place of values at every way to sign in",
    2: "operators in place of values over the socket",
    3: "patterns in searches",
    4: "sorting, fields and filters that nobody offered",
    5: "fields that are not the sender's to set",
    7: "deep nesting",
    9: "numbers out of bounds",
    11: "tokens with another algorithm or key",
    12: "tokens without a claim",
    13: "claims of another type",
    14: "tokens of another purpose",
    15: "a refresh token used twice",
    17: "revocation reaches sockets that live",
    18: "who is deactivated is out everywhere",
    19: "no way to sign in is weaker than the others",
    20: "every byte of a password counts",
    21: "long passwords, and many at once",
    22: "who exists is told neither by words nor by time",
    23: "guessing passwords",
    24: "headers that claim another address",
    25: "secrets in addresses and logs",
    26: "invitations",
    27: "OAuth and OpenID Connect",
    29: "weak secrets, and the first administrator",
    30: "the last administrator",
    31: "how many sessions and sockets",
    32: "who may do what, route by route and event by event",
    33: "events of who has not signed in",
    34: "things of another channel by their ids",
    35: "an admin of one group in another",
    37: "who hears what of a group they are not in",
    38: "fields that are nobody's business",
    39: "who was removed hears nothing more",
    40: "the same where the message between nodes is lost",
    41: "history after a removal",
    43: "what was deleted is gone",
    44: "a role that was taken away ends at once",
    46: "tokens of webhooks and bots",
    48: "an administrator and private talk",
    49: "presence and typing are for the same group",
    50: "sockets opened by pages of other sites",
    51: "CORS",
    52: "messages that are too large",
    54: "malformed packets",
    55: "sessions of Engine.IO",
    56: "a flood of polling sessions",
    57: "sockets that never sign in",
    59: "readers that stand still",
    60: "a flood of events",
    62: "a flood of typing",
    65: "slow requests",
    67: "HTTP/2",
    68: "bodies that are too large",
    70: "one bad handler",
    71: "scripts in what people write",
    73: "text that reads otherwise than it is",
    75: "one clientMsgId for two messages",
    76: "active content in files",
    77: "files that are two things at once",
    78: "names of files",
    79: "pictures that explode",
    81: "viruses",
    82: "a scanner that does not answer",
    84: "quotas",
    85: "rights at each download",
    86: "which script a bridge runs",
    88: "a bridge in trouble",
    89: "static files",
    91: "parse routes",
    92: "requests of the server to addresses of others",
    93: "archives to restore from",
    94: "backups, cross-site writes, headers, errors, the audit",
    95: "calls",
    96: "plugins and the supply chain",
}

# What of a row, or all of it, waits for a feature. A row goes from here when its feature comes.
NOT_THERE = {
    1: "forgotten passwords, verified addresses, invitations, OAuth",
    7: "parse routes, e-mail dates",
    11: "uploads, calls",
    14: "invitations, uploads, OpenID Connect",
    15: "the audit",
    17: "a second node",
    18: "uploads, calls",
    19: "a second factor, locked accounts",
    22: "forgotten passwords",
    23: "a second node",
    24: "the audit",
    26: "invitations",
    27: "OAuth and OpenID Connect",
    34: "files, calls, webhooks",
    35: "webhooks, exports of groups, the audit",
    37: "calls",
    39: "a second node, calls",
    40: "a second node",
    41: "files",
    43: "files",
    44: "a second node",
    46: "webhooks, bots",
    48: "the compliance mode",
    76: "files", 77: "files", 78: "files", 79: "files", 81: "files", 82: "files", 84: "files", 85: "files",
    86: "bridges", 88: "bridges", 89: "static folders", 91: "parse routes", 92: "webhooks, avatars by address",
    93: "backups", 94: "backups, the audit", 95: "calls", 96: "plugins",
}  # fmt: skip

# Of what is listed above, what a route or an event of it would be called: one that appears brings its rows.
WORDS = {
    "files": ("file", "upload", "download", "attachment", "thumbnail"),
    "calls": ("call", "peerjs", "signal"),
    "webhooks": ("webhook", "bot", "integration"),
    "invitations": ("invite", "invitation"),
    "OAuth": ("oauth", "oidc", "callback"),
    "plugins": ("plugin",),
    "forgotten passwords": ("forgot", "reset"),
    "a second factor": ("totp", "2fa", "factor"),
    "backups": ("backup", "restore"),
    "the audit": ("audit",),
    "parse routes and bridges": ("/parse", "/php"),
}

PLACES = [
    ("tests/attacks", "*.py", re.compile(r"def test((?:_s_\d\d)+)_\w+")),
    ("tests/python", "*.py", re.compile(r"def test_\w+((?:_s\d\d)+)\b")),
    ("tests/house", "**/*.rs", re.compile(r"fn \w+?((?:_s\d\d)+)\(")),
    ("src", "**/*.rs", re.compile(r"fn \w+?((?:_s\d\d)+)\(")),
    ("tests/socketio", "*.mjs", re.compile(r"test\(\"[^\"]*\((S-\d\d)\)")),
]


def tests():
    """Row → where it is tested, ours with their names and the others' by their files."""
    found = defaultdict(list)
    for folder, files, name in PLACES:
        for file in sorted((PROJECT / folder).glob(files)):
            place = str(file.relative_to(PROJECT))
            for match in name.finditer(file.read_text()):
                for row in re.findall(r"\d\d", match[1]):
                    told = match[0].removeprefix("def ") if folder == "tests/attacks" else place
                    if told not in found[int(row)]:
                        found[int(row)].append(told)
    return found


def page():
    """The table as `README.md` shows it."""
    found, lines = tests(), []
    for row, about in ROWS.items():
        named = "<br>".join(f"`{test}`" for test in found[row])
        lines.append(f"| S-{row:02} | {about} | {named or '–'} | {NOT_THERE.get(row, '')} |")
    return HEAD + "\n".join(lines) + "\n"


HEAD = """\
# Attacks

Every attack that hubbub must withstand is a test, run by `scripts/test attacks` against a server in production mode, on
the embedded store and on MongoDB. After every test the process is the same, a canary still sends and hears within 500 ms,
memory grew by less than 64 MiB, and neither a secret nor a panic is in any answer, event, log line or metric
(`watch.py`, `ledger.py`; `test_rig.py` breaks each of these once).

Who may do what is in `matrix.py`: it knows a request for every route and event, and a new one without a request, or
without a row below, fails. This table is written by `UPDATE=1`, which `test_table.py` explains.

| row | what | tests | not there yet |
|---|---|---|---|
"""
