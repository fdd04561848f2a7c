"""What the table of who may do what expects of every route and event in every place."""

from dataclasses import dataclass

from places import STRANGER
from wire import PERMISSIONS

# Who may read a message may not write another's, whoever they are; deleting is for admins as well.
OTHERS = {
    "EditOwnMessage": ["NOT_FOUND", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN"],
    "DeleteOwnMessage": ["NOT_FOUND", "FORBIDDEN", "FORBIDDEN", "ok", "ok"],
    "CloseOwnPoll": ["NOT_FOUND", "FORBIDDEN", "FORBIDDEN", "ok", "ok"],
}
OF_A_CHANNEL = {
    "ReadChannel", "Post", "EditChannel", "ManageChannelMembers", "Ban", "EditOwnMessage", "DeleteOwnMessage", "React",
    "Pin", "SeeEdits", "Vote", "CloseOwnPoll",
    "Report",
    "SeeReceipts",
}  # fmt: skip

# Who may not decide about a request learns nothing of it, and only who asked takes it back.
REQUEST_OF_ANOTHER = {
    "GET /api/group-requests/{requestId}": ["NOT_FOUND", "NOT_FOUND", "NOT_FOUND", "ok", "ok"],
    "DELETE /api/group-requests/{requestId}": ["NOT_FOUND", "NOT_FOUND", "NOT_FOUND", "FORBIDDEN", "FORBIDDEN"],
    **dict.fromkeys(
        (f"POST /api/group-requests/{which}" for which in ("{requestId}/approve", "{requestId}/reject", "bulk/approve", "bulk/reject")),
        ["NOT_FOUND", "NOT_FOUND", "NOT_FOUND", "ok", "ok"],
    ),
}

# One's own, of something that one has to be able to read.
OF_WHAT_ONE_READS = {
    "GET /api/drafts/{channelId}", "PUT /api/drafts/{channelId}", "PUT /api/client/bookmarks/{messageId}",
    "POST /api/reminders", "DELETE /api/reminders/{id}",
    "POST /api/scheduled-messages", "PUT /api/scheduled-messages/{id}", "DELETE /api/scheduled-messages/{id}",
}  # fmt: skip

# They answer with what the caller may see and leave the rest out.
LEAVES_OUT = {
    "GET /api/client/search", "GET /api/messages/search", "GET /api/messages/user/{userId}",
    "POST /api/messages/reactions/batch", "POST /api/messages/replies/batch",
    "event resume",
}  # fmt: skip
# What one deleted, the next cannot change.
USES_UP = {"DeleteOwnMessage", "EditOwnMessage", "React", "Pin", "SeeEdits"}
# Allowed, and there may be nothing to do: already a member, the last admin, a public channel.
MAY_CONFLICT = {
    "POST /api/groups/{id}/join", "POST /api/groups/{id}/leave", "POST /api/group-requests", "POST /api/groups/{id}/admins",
    "DELETE /api/groups/{id}/admins/{userId}", "POST /api/channels/{id}/leave", "DELETE /api/users/{id}",
}  # fmt: skip
ENDS_THE_CALLER = {"DELETE /api/client/account", "POST /api/auth/logout", "POST /api/auth/logout-all", "PUT /api/auth/change-password"}


def ends_the_caller(row, place):
    """Whether somebody else of the same role has to ask, because the caller would not survive it."""
    own = row.what == "DELETE /api/users/{id}" and place.user is place.caller
    return place.caller is not None and (own or row.what in ENDS_THE_CALLER)


@dataclass
class Row:
    what: str
    action: str
    codes: list

    @property
    def event(self):
        return self.what.startswith("event ")

    @property
    def method(self):
        return self.what.split()[0]

    @property
    def path(self):
        return self.what.split()[1]


def rows():
    found = []
    for line in PERMISSIONS.read_text().splitlines():
        if line and not line.startswith("#"):
            method, path, action, *codes = line.split()
            found.append(Row(f"{method} {path}", action, codes))
    return found


def expected(row, place):
    """The code that the caller must get: `ok`, or that of the refusal."""
    if row.action == "open":
        return opened(row, place)
    if place.caller is None:
        return "UNAUTHENTICATED"
    if row.action == "own":
        return owned(row, place)
    stands = place.stands(row.action in OF_A_CHANNEL)
    if row.what in LEAVES_OUT:
        return "ok"
    if row.what in REQUEST_OF_ANOTHER:
        return REQUEST_OF_ANOTHER[row.what][stands]
    if row.action == "Pin" and place.name == "dm" and stands != STRANGER:
        # There is no admin: it is everybody's.
        return "ok"
    if row.action in OTHERS and not place.mine:
        return OTHERS[row.action][stands]
    return row.codes[stands]


def opened(row, place):
    if row.path in ("/api/auth/claim", "/assets/{name}"):
        return "NOT_FOUND"
    if row.path == "/api/auth/refresh" and place.caller is None:
        return "UNAUTHENTICATED"
    return "ok"


def owned(row, place):
    # What is in nobody's list but another's.
    if row.path.startswith("/api/client/notifications/{id}"):
        return "NOT_FOUND"
    if row.path == "/api/client/export/{id}" and place.user is not place.caller:
        return "NOT_FOUND"
    if row.path in ("/api/users/{id}", "/api/auth/sessions/{id}", "/api/client/sessions/{id}") and place.role != "root" and place.user is not place.caller:
        return "FORBIDDEN" if row.path == "/api/users/{id}" else "NOT_FOUND"
    if row.what in OF_WHAT_ONE_READS and place.stands(True) == STRANGER:
        return "NOT_FOUND"
    return "ok"


def hidden(row, place):
    """Whether the answer may hold nothing of what is said in the place."""
    return place.caller is None or place.stands(True) == STRANGER
