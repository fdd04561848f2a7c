"""Payloads that a client would never make, from ones that it would."""

import copy

OPERATORS = [
    {"$ne": None}, {"$regex": "^a"}, {"$where": "sleep(5000)"}, {"$in": ["a"]}, [["a"]], [{"$gt": ""}], {"a": {"$gt": ""}},
    {"__proto__": {"x": 1}},
]  # fmt: skip

# Fields that are the server's to set, as they are called on the wire and in the stores.
SERVERS = {
    "_id": "0" * 24, "id": "0" * 24, "role": "super_admin", "emailVerified": True, "authz_epoch": 9, "authzEpoch": 9,
    "createdAt": "2020-01-01T00:00:00.000Z", "updatedAt": "2020-01-01T00:00:00.000Z", "passwordHash": "x", "status": "active",
    "sender": "0" * 24, "userId": "0" * 24, "seq": 1, "ts": 1, "m": 1, "revision": 7, "createdBy": "0" * 24, "epoch": "x",
    "isAdmin": True, "__proto__": {"role": "super_admin"}, "constructor": {}, "$set": {"role": "super_admin"},
}  # fmt: skip


def leaves(payload, at=()):
    """Where values stand in a payload."""
    if isinstance(payload, dict):
        for name, inner in payload.items():
            yield from leaves(inner, (*at, name))
    else:
        yield at


def put(payload, at, value):
    """The payload with another value there."""
    spoilt = copy.deepcopy(payload)
    inner = spoilt
    for name in at[:-1]:
        inner = inner[name]
    inner[at[-1]] = value
    return spoilt


def with_operators(payload):
    """In place of each value, each operator that is not of the same type."""
    for at in leaves(payload):
        value = payload
        for name in at:
            value = value[name]
        for operator in OPERATORS:
            if not (isinstance(value, list) and isinstance(operator, list)):
                yield put(payload, at, operator)
