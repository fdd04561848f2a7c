"""A request of the matrix, made in a place."""

import re

import matrix
import requests_of

BEGINNINGS = {"groups": "group", "channels": "channel", "messages": "message", "users": "user", "sessions": "session",
              "notifications": "notification", "scheduled-messages": "planned", "reminders": "reminder",
              "export": "export"}


def value(place, row, name, request):
    """What stands in the path for `{name}`."""
    if name in request["path"] and place.wanted == "ok":
        return request["path"][name](place)
    if name == "id":
        name = BEGINNINGS[re.sub(r"^/api/(admin/|auth/|client/)?", "", row.path).split("/")[0]]
    return {
        "group": lambda: place.group, "groupId": lambda: place.group, "channel": lambda: place.channel,
        "channelId": lambda: place.channel, "message": lambda: place.message["id"],
        "messageId": lambda: place.message["id"], "user": lambda: place.user.id,
        "session": lambda: place.town.sleeper.session, "userId": lambda: place.member.id,
        "requestId": lambda: place.fresh_request(), "rootId": lambda: place.message["id"], "name": lambda: "nothing",
        "export": lambda: place.town.archive, "page": lambda: "members",
        "notification": lambda: f"m-{place.message['id']}", "planned": lambda: place.anothers("scheduled-messages", requests_of.later),
        "reminder": lambda: place.anothers("reminders", requests_of.reminder),
    }[name]()  # fmt: skip


def ask(place, row, fresh=True, **more):
    """The row's request, or with another body; what an attack cannot use up need not be `fresh`."""
    request = requests_of.ROUTES[row.what]
    place.wanted = matrix.expected(row, place) if fresh else "a refusal"
    if row.action in matrix.USES_UP:
        place.fresh_message()
    place.actor = place.town.double(place.role) if fresh and matrix.ends_the_caller(row, place) else place.caller
    path = re.sub(r"\{(\w+)\}", lambda found: str(value(place, row, found[1], request)), row.path)
    if request["body"] and "json" not in more:
        more["json"] = request["body"](place)
    return place.rig.ask(row.method, path + request["query"], person=place.actor, **more)
