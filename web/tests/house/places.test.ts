// The list beside the rail follows the logs: what comes, goes, is renamed and is said.
import { describe, expect, it } from "vitest";
import type { Channel, Group } from "../../src/api/types";
import type { Entry } from "../../src/hub/wire";
import { fold, nowhere, type Places } from "../../src/state/places";

const me = "a".repeat(24);
const other = "b".repeat(24);
const group = { id: "g".repeat(24), name: "Harbour", role: "member", settings: {} } as Group;
const channel = { id: "c".repeat(24), groupId: group.id, name: "slipway", type: "text" } as Channel;

const here: Places = {
  ...nowhere,
  groups: new Map([[group.id, group]]),
  channels: new Map([[channel.id, channel]]),
  unread: new Map([[channel.id, { unread: 0, mentions: 0 }]]),
};

function entry(event: string, data: object, log = channel.id): Entry {
  return { event, data: { channelId: log, epoch: "e", seq: 1, ...data } } as unknown as Entry;
}

function said(by: string, more: object = {}): Entry {
  const message = { channelId: channel.id, userId: by, createdAt: "2026-06-01T09:00:00.000Z", mentions: [], ...more };
  return entry("new_message", { message });
}

const unread = (places: Places) => places.unread.get(channel.id);

describe("what is unread", () => {
  it("grows with what others say, and with mentions and calls to all as mentions", () => {
    let places = fold(here, said(other), me);
    places = fold(places, said(other, { mentions: [me] }), me);
    places = fold(places, said(other, { everyone: "channel" }), me);
    expect(unread(places)).toEqual({ unread: 3, mentions: 2 });
  });

  it("is nothing after one's own word: who says something has read what was said before", () => {
    const places = fold(fold(here, said(other), me), said(me), me);
    expect(unread(places)).toEqual({ unread: 0, mentions: 0 });
  });

  it("remembers when something was last said", () => {
    expect(fold(here, said(other), me).lastAt.get(channel.id)).toBe("2026-06-01T09:00:00.000Z");
  });
});

describe("channels", () => {
  it("come and go with the own log", () => {
    const added = fold(here, entry("channel_added", { channel: { ...channel, id: "d", name: "new" } }, me), me);
    expect(added.channels.get("d")?.name).toBe("new");
    expect(fold(added, entry("channel_removed", { channel: "d", reason: "left" }, me), me).channels.has("d")).toBe(false);
  });

  it("are renamed, and keep what an entry does not say", () => {
    const places = fold(here, entry("channel_updated", { about: { id: channel.id, name: "pier" } }), me);
    expect(places.channels.get(channel.id)).toMatchObject({ name: "pier", groupId: group.id });
  });

  it("go with their last entry, and when one is made to leave; not when somebody else is", () => {
    expect(fold(here, entry("channel_deleted", {}), me).channels.size).toBe(0);
    expect(fold(here, entry("user_left", { userId: me }), me).channels.size).toBe(0);
    expect(fold(here, entry("user_left", { userId: other }), me)).toBe(here);
  });
});

describe("groups", () => {
  it("change their name, keep one's role, and go when they are deleted", () => {
    const places = fold(here, entry("group_updated", { about: { id: group.id, name: "Port" } }, me), me);
    expect(places.groups.get(group.id)).toMatchObject({ name: "Port", role: "member" });
    expect(fold(here, entry("group_updated", { about: { id: group.id, status: "deleted" } }, me), me).groups.size).toBe(0);
  });

  it("know when one became an admin, which an entry of any of their channels tells", () => {
    const places = fold(here, entry("member_updated", { userId: me, role: "admin" }), me);
    expect(places.groups.get(group.id)?.role).toBe("admin");
    expect(fold(here, entry("member_updated", { userId: other, role: "admin" }), me)).toBe(here);
  });

  it("of others are none of our business", () => {
    expect(fold(here, entry("group_updated", { about: { id: "x", name: "Y" } }, me), me)).toBe(here);
  });
});
