"""Everything the server ever said to anybody, and what must never be in it (rows S-25 and S-38).

Secrets of these tests carry a mark, so that a leak is found wherever it comes out: in an answer, an
event, a log line or a metric.
"""

import json
import re

PASSWORD = "canary-password"
MAIL = "canary-mail.example"
WORDS = "canary-words"

# Where tokens are handed out, to whoever signed in.
SIGN_IN = ("/auth/register", "/auth/login", "/auth/refresh", "/auth/claim", "/auth/change-password")
# Where one is told the addresses of one's own sessions.
SESSIONS = ("/auth/sessions", "/auth/verify")
# Where one is told what one wants to be notified of oneself.
SETTINGS = ("/client/settings",)

HASH = re.compile(r"\$2[abxy]?\$\d\d\$")
TOKEN = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}")
ADDRESS = re.compile(r"\b127\.\d+\.\d+\.\d+\b")
MAILS = re.compile(r"[\w.+-]+@" + re.escape(MAIL))

# Names of fields that are nobody's business, in camelCase and as the stores know them.
FORBIDDEN = {
    "password", "passwordHash", "password_hash", "hash", "digest", "pepper", "secret", "authzEpoch", "authz_epoch", "_id",
    "__v", "nameKey", "name_key", "usernameKey", "emailKey", "ip", "ipAddress", "notify", "notifyList", "invisible",
    "isInvisible", "mver", "folded", "spentAt", "revokedAt", "stack", "cause",
}


class Ledger:
    def __init__(self, secrets):
        # What the server must never tell anybody, word for word.
        self.secrets = set(secrets)
        # What it told once, to its owner, and may tell nobody again.
        self.tokens = set()
        self.leaks = []
        self.faults = []
        self.seen = {"answer": 0, "event": 0, "log": 0, "metric": 0}

    def answer(self, method, path, status, headers, text, mine="", all_mails=False):
        """An answer over HTTP to somebody who has or has just named the addresses in `mine`; a super
        admin may read everybody's."""
        self.seen["answer"] += 1
        where = f"{method} {path.split('?')[0]} → {status}"
        if status >= 500:
            self.faults.append(f"{where}: {text[:200]}")
        handed_out = status < 300 and path.split("?")[0].endswith(SIGN_IN)
        own = set() if handed_out else self.tokens
        told = headers + "\n" + text
        self.scan(where, told, own, allow_token=handed_out)
        if handed_out:
            mine += self.signed_in(text)
        if not path.split("?")[0].endswith(SESSIONS) and ADDRESS.search(text):
            self.leak(where, f"an address: {ADDRESS.search(text).group()}")
        allowed = {"notify"} if path.split("?")[0].endswith(SETTINGS) else set()
        self.fields(where, text, mine, all_mails, allowed)

    def event(self, text, mine=""):
        """A frame of a socket, to somebody with this address."""
        self.seen["event"] += 1
        where = f"a frame {text[:60]}"
        self.scan(where, text, self.tokens)
        if ADDRESS.search(text):
            self.leak(where, "an address")
        start = text.find("[")
        self.fields(where, text[start:] if start >= 0 else "", mine, False)

    def log(self, text):
        self.seen["log"] += text.count("\n")
        self.line("the log", text)

    def metric(self, text):
        self.seen["metric"] += text.count("\n")
        self.line("a metric", text)

    def line(self, where, text):
        self.scan(where, text, self.tokens)
        for mark in (WORDS, "panicked"):
            if mark in text:
                at = text.index(mark)
                self.leak(where, f"{mark}: …{text[max(0, at - 200) : at + 200]}…")

    def scan(self, where, text, tokens, allow_token=False):
        if PASSWORD in text:
            self.leak(where, "a password")
        if HASH.search(text):
            self.leak(where, "a hash of a password")
        if not allow_token and (found := TOKEN.search(text)):
            self.leak(where, f"a token: {found.group()[:24]}…")
        for secret in self.secrets:
            if secret in text:
                self.leak(where, "a secret of the server")
        # Cheap for many tokens: each has 43 characters of one alphabet.
        for word in re.findall(r"[\w-]{43}", text):
            if word in tokens:
                self.leak(where, "a refresh token")

    def signed_in(self, text):
        """Notes the refresh token; the address of whoever has it now."""
        data = json.loads(text)["data"]
        self.tokens.add(data["refreshToken"])
        return data["user"]["email"]

    def fields(self, where, text, mine, all_mails, allowed=frozenset()):
        for found in MAILS.findall(text):
            if not all_mails and found not in mine:
                self.leak(where, f"an address of somebody else: {found}")
        for name in names(parsed(text)):
            if name in FORBIDDEN - allowed:
                self.leak(where, f"the field {name}")

    def leak(self, where, what):
        self.leaks.append(f"{where}: {what}")


def parsed(text):
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def names(value):
    """Every name of a field; what an error says of the fields that were sent is the sender's own."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            for name, inner in value.items():
                if name == "details":
                    continue
                yield name
                waiting.append(inner)
        elif isinstance(value, list):
            waiting.extend(value)
