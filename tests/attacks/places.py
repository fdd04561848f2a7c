"""Where the matrix is tried: places with things in them, and how everybody stands to each."""

from rig import mail
from town import NUMBERS, Town

STRANGER, OUTSIDER, MEMBER, ADMIN, SUPER = range(5)

# A place of one's own, one where the caller is one of the members, two groups, a private channel of the
# first that the caller was not let into, and a direct channel of two of its members.
PLACES = ["own", "club", "g1", "g2", "secret", "dm"]
ROLES = ["anon", "mallory", "carol", "eve", "bob", "ga", "root"]


class Village(Town):
    """A town that eve has been removed from, with a channel for alice alone and somebody passing by."""

    def __init__(self, rig):
        super().__init__(rig)
        self.left_behind = self.eve.say(self.pub)
        self.ga.rest("DELETE", f"/groups/{self.g1}/members/{self.eve.id}")
        self.secret = self.channel(self.ga, self.g1, "secret", isPrivate=True)
        self.ga.rest("POST", f"/channels/{self.secret}/members", {"userId": self.alice.id})
        self.dm = self.alice.rest("POST", "/dms", {"userIds": [self.bob.id]})["channel"]["id"]
        self.dan = rig.person("dan")
        self.gb.rest("POST", f"/groups/{self.g2}/members", {"userId": self.dan.id})
        self.passer, self.sleeper = rig.person("passer"), rig.person("sleeper")
        self.archive = self.sleeper.exported()
        for person in (self.ga, self.alice, self.bob, self.eve, self.gb, self.carol, self.dan, self.mallory, self.root):
            person.rest("PUT", "/users/me", {"avatarUrl": "https://pictures.example/face.png"})

    def double(self, role):
        """Somebody of that role who can be done away with."""
        if role != "root":
            return self.rig.person(role)
        name, password = f"second{next(NUMBERS)}", self.rig.password()
        account = {"username": name, "email": mail(name), "password": password, "role": "super_admin"}
        self.root.rest("POST", "/users", account)
        return self.rig.sign_in(name, password)


class Place:
    """A group with a channel, and what routes and events name of it; `fresh_…` for what is used up where
    the caller may (`wanted` is `ok`), and otherwise stays as it is."""

    def __init__(self, town, role, name):
        self.town, self.rig, self.role, self.name = town, town.rig, role, name
        self.caller = getattr(town, role)
        self.left, self.wanted, self.request = False, "ok", None
        settle = {"own": self.settle_own, "club": self.settle_club}.get(name, self.settle_elsewhere)
        settle()

    def settle_own(self):
        owner = self.caller or self.town.mallory
        self.admin, self.member = owner, self.town.alice
        self.group = self.town.group(owner, self.member)
        self.channel = self.town.channel(owner, self.group, "own")
        self.user, self.author = owner, owner
        self.message = owner.say(self.channel)

    def settle_club(self):
        caller = self.caller or self.town.mallory
        self.admin, self.member = self.town.gb, self.town.dan
        self.group = self.town.group(self.admin, *{self.member, caller} - {self.town.root})
        self.channel = self.town.channel(self.admin, self.group, "club")
        self.user, self.author = self.member, caller
        self.message = caller.say(self.channel)

    def settle_elsewhere(self):
        town = self.town
        self.admin, self.member = (town.gb, town.dan) if self.name == "g2" else (town.ga, town.alice)
        self.group = town.g2 if self.name == "g2" else town.g1
        self.channel = {"g1": town.pub, "g2": town.other, "secret": town.secret, "dm": town.dm}[self.name]
        self.user, self.author = self.member, self.member
        # What eve said before she was removed is not hers to touch any more.
        if self.role == "eve" and self.name == "g1":
            self.author = town.eve
        self.left = self.author is town.eve
        self.message = town.left_behind if self.left else self.member.say(self.channel)

    def stands(self, of_channel):
        """How the caller stands to the group, or to its channel."""
        if self.name == "dm" and of_channel:
            return MEMBER if self.role == "bob" else STRANGER
        if self.role == "root":
            return SUPER
        if self.name == "own":
            return ADMIN
        member = self.name == "club" or (self.role, self.name) in {("bob", "g1"), ("bob", "secret"), ("bob", "dm"), ("carol", "g2")}
        if (self.role, self.name) in {("ga", "g1"), ("ga", "secret"), ("ga", "dm")}:
            return ADMIN
        if self.name == "secret" and of_channel:
            return STRANGER
        return MEMBER if member else STRANGER if of_channel else OUTSIDER

    @property
    def mine(self):
        """Whether the message is the caller's own."""
        return self.author is self.caller

    def words(self):
        """What nobody may see who cannot read the channel."""
        return self.message["text"]

    def fresh_message(self):
        if self.wanted == "ok" and not self.left:
            self.message = self.author.say(self.channel)

    def fresh_group(self):
        """Another group like this one, with the same people in it."""
        if self.wanted != "ok":
            return self.group
        members = [self.member]
        if self.caller and (self.name == "club" or self.stands(False) == MEMBER):
            members.append(self.caller)
        return self.town.group(self.admin, *{person for person in members if person not in (self.admin, self.town.root)})

    def fresh_channel(self, private=False):
        """Another channel like this one: in "secret", private without the caller. There is no second "dm"."""
        if self.wanted != "ok" or self.name == "dm":
            return self.channel
        channel = self.town.channel(self.admin, self.group, "fresh", isPrivate=private or self.name == "secret")
        if private and self.caller and self.stands(True) == MEMBER:
            self.admin.rest("POST", f"/channels/{channel}/members", {"userId": self.caller.id})
        return channel

    def fresh_request(self):
        """Somebody has asked to be let into a group like this one."""
        if self.wanted == "ok":
            self.request = self.asked(self.town.passer, self.town.group(self.admin, *{self.member} - {self.admin}))
        elif self.request is None:
            self.request = self.asked(self.rig.person("asker"), self.group)
        return self.request

    def asked(self, asker, group):
        return asker.rest("POST", "/group-requests", {"groupId": group, "requestType": "request_invite"})["id"]

    def anothers(self, kind, body):
        """What the member keeps for later there; the same however often it is asked for."""
        once = {"idempotency-key": f"{kind}-of-{self.channel}"}
        return self.member.rest("POST", f"/{kind}", body(self), headers=once)["id"]

    def session(self):
        """One that may be ended, of the caller in their own place and else of somebody else."""
        return (self.user if self.user is self.caller else self.town.sleeper).again().session

    def exported(self):
        """An archive of the caller's."""
        return self.caller.exported()

    def sign_in(self):
        person = self.caller or self.town.mallory
        return {"username": person.name, "password": person.password}

    def passwords(self):
        return {"currentPassword": self.actor.password if self.actor else self.rig.password(), "newPassword": self.rig.password()}

    def refresh(self):
        return self.caller.again().refresh if self.caller else "A" * 43

    def number(self):
        return next(NUMBERS)
