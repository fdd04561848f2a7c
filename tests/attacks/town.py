"""The people of the rows: who belongs where."""

import itertools

NUMBERS = itertools.count(1)


class Town:
    """`root` runs everything, `ga` the group g1; alice, bob and eve are members of it, carol of g2
    alone, mallory of nothing, and anon is not signed in. Messages lie in every channel."""

    def __init__(self, rig):
        self.rig, self.root, self.anon = rig, rig.root, None
        self.ga, self.alice, self.bob, self.eve = (rig.person(name) for name in ("ga", "alice", "bob", "eve"))
        self.gb, self.carol, self.mallory = (rig.person(name) for name in ("gb", "carol", "mallory"))
        self.g1 = self.group(self.ga, self.alice, self.bob, self.eve)
        self.g2 = self.group(self.gb, self.carol)
        self.pub = self.channel(self.ga, self.g1, "pub")
        self.priv = self.channel(self.ga, self.g1, "priv", isPrivate=True)
        for person in (self.alice, self.bob, self.eve):
            self.ga.rest("POST", f"/channels/{self.priv}/members", {"userId": person.id})
        self.other = self.channel(self.gb, self.g2, "other")
        self.said = {self.pub: self.alice.say(self.pub), self.priv: self.alice.say(self.priv), self.other: self.carol.say(self.other)}

    def group(self, admin, *members, **more):
        group = admin.rest("POST", "/groups", {"name": f"group {next(NUMBERS)}", **more})["id"]
        for member in members:
            admin.rest("POST", f"/groups/{group}/members", {"userId": member.id})
        return group

    def channel(self, admin, group, name, **more):
        return admin.rest("POST", "/channels", {"groupId": group, "name": f"{name} {next(NUMBERS)}", **more})["id"]
