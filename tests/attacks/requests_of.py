"""A request for every route and a payload for every event; what is not here, the matrix does not let in.

Each entry makes the request in a place: what stands in the path, and the body. `{id}` and its relatives
that an entry does not name are what the path's beginning says they are.
"""

from datetime import UTC, datetime, timedelta


def asks(body=None, query="", **path):
    """A request: values of the path and the body are made when it is sent."""
    return {"body": body, "query": query, "path": path}


def name(place):
    return f"thing {place.number()}"


def account(place):
    username = f"made{place.number()}"
    return {"username": username, "email": f"{username}@canary-mail.example", "password": place.rig.password()}


def somebody(place):
    """For whoever may really do it, an account of its own to do it to."""
    if place.caller and place.actor is not place.caller:
        return place.actor.id
    return place.rig.person("victim").id if place.role == "root" else place.user.id


def seated(place):
    channel = place.fresh_channel(private=True)
    place.admin.rest("POST", f"/channels/{channel}/members", {"userId": place.member.id})
    return channel


def banned(place):
    channel = place.fresh_channel()
    place.admin.rest("POST", f"/channels/{channel}/bans", {"userId": place.member.id, "reason": "shouting"})
    return channel


def with_two_admins(place):
    group = place.fresh_group()
    place.town.root.rest("POST", f"/groups/{group}/admins", {"userId": place.member.id})
    return group


def archived(place):
    channel = place.fresh_channel()
    place.admin.rest("POST", f"/channels/{channel}/archive")
    return channel


def reply(place):
    if place.left:
        return place.message["id"]
    body = {"text": place.rig.words()}
    return place.author.rest("POST", f"/messages/{place.message['id']}/replies", body)["message"]["id"]


def drafted(place):
    place.caller.rest("PUT", f"/drafts/{place.channel}", {"text": place.rig.words()})
    return place.channel


def in_an_hour():
    return (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def later(place):
    return {"channelId": place.channel, "dueAt": in_an_hour(), "text": place.rig.words()}


def planned(place):
    return place.caller.rest("POST", "/scheduled-messages", later(place))["id"]


def reminder(place):
    return {"messageId": place.message["id"], "dueAt": in_an_hour(), "text": place.rig.words()}


def reminded(place):
    return place.caller.rest("POST", "/reminders", reminder(place))["id"]


def own_reaction(place):
    return {"reaction": "🎉"}


def emoji(place):
    return {"name": f"made-{place.number()}", "url": "https://pictures.example/wave.png"}


def own_emoji(place):
    return place.admin.rest("POST", f"/groups/{place.group}/emoji", emoji(place))["name"]


def poll(place):
    question = {"channelId": place.channel, "text": place.rig.words(), "poll": {"options": ["yes", "no"]}}
    return place.author.rest("POST", "/messages", question)["message"]["id"]


OPEN = asks()
LOOK = asks()
MEMBER = asks(body=lambda place: {"userId": place.town.passer.id}, id=lambda place: place.fresh_group())
MESSAGES = asks(body=lambda place: {"messageIds": [place.message["id"]]})

ROUTES = {
    "DELETE /api/admin/users/{id}": asks(id=somebody),
    "DELETE /api/auth/sessions/{id}": asks(id=lambda place: place.session()),
    "DELETE /api/channels/{id}": asks(id=lambda place: place.fresh_channel()),
    "DELETE /api/channels/{id}/bans/{userId}": asks(id=banned),
    "DELETE /api/channels/{id}/members/{userId}": asks(id=seated),
    "DELETE /api/client/bookmarks/{messageId}": LOOK,
    "DELETE /api/drafts/{channelId}": LOOK,
    "DELETE /api/client/notifications/{id}": LOOK,
    "DELETE /api/group-requests/{requestId}": asks(),
    "DELETE /api/groups/{id}": asks(id=lambda place: place.fresh_group()),
    "DELETE /api/groups/{id}/admins/{userId}": asks(id=with_two_admins),
    "DELETE /api/groups/{id}/emoji/{name}": asks(name=own_emoji),
    "DELETE /api/groups/{id}/members/{userId}": asks(id=lambda place: place.fresh_group()),
    "DELETE /api/messages/replies/{id}": asks(id=reply),
    "DELETE /api/messages/threads/{rootId}/follow": asks(),
    "DELETE /api/messages/{id}": asks(),
    "DELETE /api/messages/{id}/pin": asks(),
    "DELETE /api/messages/{id}/reactions": asks(body=own_reaction),
    "DELETE /api/reminders/{id}": asks(id=reminded),
    "DELETE /api/scheduled-messages/{id}": asks(id=planned),
    "DELETE /api/users/{id}": asks(id=somebody),
    "DELETE /api/users/{id}/block": LOOK,
    "GET /": OPEN,
    "GET /api": OPEN,
    "GET /api/admin/channels": LOOK,
    "GET /api/admin/channels/stats": LOOK,
    "GET /api/admin/dashboard": LOOK,
    "GET /api/admin/groups": LOOK,
    "GET /api/admin/groups/stats": LOOK,
    "GET /api/admin/stats": LOOK,
    "GET /api/admin/users": LOOK,
    "GET /api/admin/users/stats": LOOK,
    "GET /api/admin/users/{id}": LOOK,
    "GET /api/admin/users/{id}/activity": LOOK,
    "GET /api/admin/users/{id}/groups": LOOK,
    "GET /api/auth/me": LOOK,
    "GET /api/auth/sessions": LOOK,
    "GET /api/auth/verify": LOOK,
    "GET /api/channels": LOOK,
    "GET /api/channels/group/{groupId}": LOOK,
    "GET /api/channels/my-channels": LOOK,
    "GET /api/channels/paginated": LOOK,
    "GET /api/channels/{id}": LOOK,
    "GET /api/channels/{id}/bans": LOOK,
    "GET /api/channels/{id}/changes": asks(query="?after=0"),
    "GET /api/channels/{id}/members": LOOK,
    "GET /api/channels/{id}/pins": LOOK,
    "GET /api/client/search": asks(query="?q=from:@alice"),
    "GET /api/client/notifications": LOOK,
    "GET /api/client/notifications/unread-count": LOOK,
    "GET /api/client/settings/channels/{channelId}": LOOK,
    "GET /api/example": OPEN,
    "GET /api/group-requests": LOOK,
    "GET /api/group-requests/stats": LOOK,
    "GET /api/group-requests/{requestId}": LOOK,
    "GET /api/groups": LOOK,
    "GET /api/groups/my-groups": LOOK,
    "GET /api/groups/search": asks(query="?q=group"),
    "GET /api/groups/{id}": LOOK,
    "GET /api/groups/{id}/admins": LOOK,
    "GET /api/groups/{id}/emoji": LOOK,
    "GET /api/groups/{id}/members": LOOK,
    "GET /api/messages/channel/{channelId}": LOOK,
    "GET /api/messages/threads/{rootId}": LOOK,
    "GET /api/messages/search": asks(query="?q=from:@alice"),
    "GET /api/messages/unread-counts": LOOK,
    "GET /api/messages/user/{userId}": LOOK,
    "GET /api/messages/{id}": LOOK,
    "GET /api/messages/{id}/edits": LOOK,
    "GET /api/messages/{id}/reactions": LOOK,
    "GET /api/messages/{id}/reactions/check": asks(query="?reaction=%F0%9F%8E%89"),
    "GET /api/messages/{id}/receipts": LOOK,
    "GET /api/messages/{id}/replies": LOOK,
    "GET /api/messages/{id}/replies/count": LOOK,
    "GET /api/reminders": LOOK,
    "GET /api/scheduled-messages": LOOK,
    "GET /api/users": LOOK,
    "GET /api/users/me": LOOK,
    "GET /api/users/search": asks(query="?q=alice"),
    "GET /api/users/{id}": LOOK,
    "GET /api/users/{id}/avatar": LOOK,
    "GET /api/users/{id}/groups": LOOK,
    "GET /api/client/blocks": LOOK,
    "GET /api/client/bookmarks": LOOK,
    "GET /api/client/profile": LOOK,
    "GET /api/client/settings": LOOK,
    "GET /api/client/status": LOOK,
    "GET /api/users/{id}/status": LOOK,
    "GET /api/dms": LOOK,
    "GET /api/drafts": LOOK,
    "GET /api/drafts/{channelId}": asks(channelId=drafted),
    "GET /claim": OPEN,
    "GET /assets/{name}": OPEN,
    "GET /browse": OPEN,
    "GET /c/{channelId}": OPEN,
    "GET /c/{channelId}/m/{messageId}": OPEN,
    "GET /c/{channelId}/t/{rootId}": OPEN,
    "GET /c/{channelId}/{page}": OPEN,
    "GET /g/{groupId}": OPEN,
    "GET /g/{groupId}/{page}": OPEN,
    "GET /list": OPEN,
    "GET /notifications": OPEN,
    "GET /register": OPEN,
    "GET /search": OPEN,
    "GET /settings": OPEN,
    "GET /settings/{page}": OPEN,
    "GET /sign-in": OPEN,
    "GET /u/{userId}": OPEN,
    "GET /health": OPEN,
    "GET /healthz": OPEN,
    "GET /metrics": OPEN,
    "GET /pages/claim.js": OPEN,
    "GET /pages/page.css": OPEN,
    "GET /readyz": OPEN,
    "POST /api/admin/users": asks(body=account),
    "POST /api/admin/users/bulk-delete": asks(body=lambda place: {"userIds": [somebody(place)]}),
    "POST /api/admin/users/bulk-update": asks(
        body=lambda place: {"userIds": [somebody(place)], "updates": {"status": "active"}}
    ),
    "POST /api/auth/claim": asks(body=lambda place: {"token": "A" * 43, **account(place)}),
    "POST /api/auth/login": asks(body=lambda place: place.sign_in()),
    "POST /api/auth/logout": OPEN,
    "POST /api/auth/logout-all": OPEN,
    "POST /api/auth/refresh": asks(body=lambda place: {"refreshToken": place.refresh()}),
    "POST /api/auth/register": asks(body=account),
    "POST /api/channels": asks(body=lambda place: {"groupId": place.group, "name": name(place)}),
    "POST /api/channels/{id}/archive": asks(id=lambda place: place.fresh_channel()),
    "POST /api/channels/{id}/bans": asks(
        body=lambda place: {"userId": place.member.id, "reason": "shouting"}, id=lambda place: place.fresh_channel()
    ),
    "POST /api/channels/{id}/join": asks(id=lambda place: place.fresh_channel(private=True)),
    "POST /api/channels/{id}/leave": asks(id=lambda place: place.fresh_channel(private=True)),
    "POST /api/channels/{id}/members": asks(
        body=lambda place: {"userId": place.member.id}, id=lambda place: place.fresh_channel(private=True)
    ),
    "POST /api/channels/{id}/read": asks(body=lambda place: {"seq": 1}),
    "POST /api/channels/{id}/unarchive": asks(id=archived),
    "POST /api/dms": asks(body=lambda place: {"userIds": [place.town.sleeper.id]}),
    "POST /api/group-requests": asks(
        body=lambda place: {"groupId": place.fresh_group(), "requestType": "register_interest"}
    ),
    "POST /api/group-requests/bulk/approve": asks(body=lambda place: {"requestIds": [place.fresh_request()]}),
    "POST /api/group-requests/bulk/reject": asks(body=lambda place: {"requestIds": [place.fresh_request()]}),
    "POST /api/group-requests/{requestId}/approve": asks(),
    "POST /api/group-requests/{requestId}/reject": asks(),
    "POST /api/groups": asks(body=lambda place: {"name": name(place)}),
    "POST /api/groups/{id}/admins": asks(
        body=lambda place: {"userId": place.member.id}, id=lambda place: place.fresh_group()
    ),
    "POST /api/groups/{id}/emoji": asks(body=emoji),
    "POST /api/groups/{id}/join": asks(id=lambda place: place.fresh_group()),
    "POST /api/groups/{id}/leave": asks(id=lambda place: place.fresh_group()),
    "POST /api/groups/{id}/members": MEMBER,
    "POST /api/messages": asks(body=lambda place: {"channelId": place.channel, "text": place.rig.words()}),
    "POST /api/messages/mark-read": MESSAGES,
    "POST /api/messages/reactions/batch": MESSAGES,
    "POST /api/messages/replies/batch": MESSAGES,
    "POST /api/messages/threads/{rootId}/follow": asks(),
    "POST /api/messages/{id}/forward": asks(body=lambda place: {"channelId": place.channel}),
    "POST /api/messages/{id}/pin": asks(),
    "POST /api/messages/{id}/poll/close": asks(id=poll),
    "POST /api/messages/{id}/reactions": asks(body=own_reaction),
    "POST /api/messages/{id}/replies": asks(body=lambda place: {"text": place.rig.words()}),
    "POST /api/messages/{id}/votes": asks(body=lambda place: {"options": [0]}, id=poll),
    "POST /api/messages/{id}/report": asks(body=lambda place: {"reason": "spam"}),
    "POST /api/reminders": asks(body=reminder),
    "POST /api/reports": asks(body=lambda place: {"messageId": place.message["id"], "reason": "spam"}),
    "POST /api/scheduled-messages": asks(body=later),
    "POST /api/users": asks(body=account),
    "POST /api/users/{id}/block": asks(id=lambda place: place.town.passer.id),
    "PUT /api/admin/users/{id}": asks(body=lambda place: {"displayName": "Somebody"}),
    "PUT /api/auth/change-password": asks(body=lambda place: place.passwords()),
    "PUT /api/channels/{id}": asks(body=lambda place: {"description": "changed"}),
    "PUT /api/channels/{id}/settings": asks(body=lambda place: {"readOnly": False}),
    "PUT /api/client/bookmarks/{messageId}": asks(body=lambda place: {"note": "again"}),
    "PUT /api/client/profile": asks(body=lambda place: {"bio": "changed"}),
    "PUT /api/client/status": asks(body=lambda place: {"text": place.rig.words()}),
    "PUT /api/client/settings": asks(body=lambda place: {"notify": "mentions"}),
    "PUT /api/drafts/{channelId}": asks(body=lambda place: {"text": place.rig.words()}),
    "PUT /api/client/notifications/read-all": LOOK,
    "PUT /api/client/notifications/{id}/read": LOOK,
    "PUT /api/client/settings/channels/{channelId}": asks(body=lambda place: {"level": "mentions"}),
    "PUT /api/groups/{id}": asks(body=lambda place: {"description": "changed"}),
    "PUT /api/messages/{id}": asks(body=lambda place: {"text": place.words()}),
    "PUT /api/scheduled-messages/{id}": asks(id=planned, body=later),
    "PUT /api/users/me": asks(body=lambda place: {"bio": "changed"}),
    "PUT /api/users/{id}": asks(body=lambda place: {"bio": "changed"}),
}

EVENTS = {
    "delete_message": lambda place: {"messageId": place.message["id"]},
    "edit_message": lambda place: {"messageId": place.message["id"], "text": place.words()},
    "follow_thread": lambda place: {"rootId": place.message["id"]},
    "get_channel_users": lambda place: {"channelId": place.channel},
    "get_online_users": lambda place: {},
    "join_channel": lambda place: {"channelId": place.channel},
    "leave_channel": lambda place: {"channelId": place.channel},
    "pin_message": lambda place: {"messageId": place.message["id"]},
    "mark_read": lambda place: {"channelId": place.channel, "seq": 1},
    "react_message": lambda place: {"messageId": place.message["id"], "reaction": "🎉"},
    "refresh_auth": lambda place: {"token": place.caller.token},
    "resume": lambda place: {"channels": {place.channel: 0}},
    "send_message": lambda place: {"channelId": place.channel, "text": place.rig.words()},
    "stop_typing": lambda place: {"channelId": place.channel},
    "subscribe_presence": lambda place: {"userIds": [place.user.id]},
    "typing": lambda place: {"channelId": place.channel},
    "update_presence": lambda place: {"status": "online"},
    "vote_poll": lambda place: {"messageId": poll(place) if place.wanted == "ok" else place.message["id"], "options": [0]},
}
