// The groups and channels one belongs to and what is unread in them, as the logs tell it. Pure: `fold` makes of places and an entry the places after it.
import type { Channel, Group, Id, Time } from "../api/types";
import type { Entry } from "../hub/wire";

export interface Unread {
  unread: number;
  mentions: number;
}

export interface Places {
  groups: ReadonlyMap<Id, Group>;
  channels: ReadonlyMap<Id, Channel>;
  unread: ReadonlyMap<Id, Unread>;
  /** When something was last said. */
  lastAt: ReadonlyMap<Id, Time>;
}

export const nowhere: Places = { groups: new Map(), channels: new Map(), unread: new Map(), lastAt: new Map() };

const nothing: Unread = { unread: 0, mentions: 0 };

export function fold(places: Places, entry: Entry, me: Id): Places {
  const log = entry.data.channelId;
  switch (entry.event) {
    case "channel_added":
      return { ...places, channels: put(places.channels, entry.data.channel.id, entry.data.channel) };
    case "channel_removed":
      return without(places, entry.data.channel);
    case "channel_deleted":
      return without(places, log);
    case "channel_updated":
      return merged(places, entry.data.about);
    case "user_left":
      return entry.data.userId === me ? without(places, log) : places;
    case "group_updated":
      return regrouped(places, entry.data.about as Partial<Group> & { id: Id });
    case "member_updated":
      return entry.data.userId === me ? promoted(places, log, entry.data.role) : places;
    case "new_message":
      return heard(places, entry.data.message, me);
    default:
      return places;
  }
}

export function counted(places: Places, channel: Id, count: Unread): Places {
  const known = places.unread.get(channel) ?? nothing;
  if (known.unread === count.unread && known.mentions === count.mentions) return places;
  return { ...places, unread: put(places.unread, channel, count) };
}

export function without(places: Places, channel: Id): Places {
  if (!places.channels.has(channel)) return places;
  return { ...places, channels: cut(places.channels, channel), unread: cut(places.unread, channel) };
}

function merged(places: Places, about: Channel): Places {
  const known = places.channels.get(about.id);
  if (!known) return places;
  return { ...places, channels: put(places.channels, about.id, { ...known, ...about }) };
}

function regrouped(places: Places, about: Partial<Group> & { id: Id }): Places {
  const known = places.groups.get(about.id);
  if (!known) return places;
  if (about.status === "deleted") return { ...places, groups: cut(places.groups, about.id) };
  return { ...places, groups: put(places.groups, about.id, { ...known, ...about }) };
}

function promoted(places: Places, channel: Id, role: string): Places {
  const group = places.groups.get(places.channels.get(channel)?.groupId ?? "");
  if (!group) return places;
  return { ...places, groups: put(places.groups, group.id, { ...group, role: role === "admin" ? "admin" : "member" }) };
}

type Said = { channelId: Id; userId: Id; createdAt: Time; mentions: Id[]; everyone?: string };

/** Who says something has read what was said before. */
function heard(places: Places, message: Said, me: Id): Places {
  const lastAt = put(places.lastAt, message.channelId, message.createdAt);
  if (message.userId === me) return counted({ ...places, lastAt }, message.channelId, nothing);
  const known = places.unread.get(message.channelId) ?? nothing;
  const called = message.mentions.includes(me) || message.everyone !== undefined;
  const count = { unread: known.unread + 1, mentions: known.mentions + (called ? 1 : 0) };
  return { ...places, lastAt, unread: put(places.unread, message.channelId, count) };
}

function put<V>(map: ReadonlyMap<Id, V>, id: Id, value: V): ReadonlyMap<Id, V> {
  return new Map(map).set(id, value);
}

function cut<V>(map: ReadonlyMap<Id, V>, id: Id): ReadonlyMap<Id, V> {
  const rest = new Map(map);
  rest.delete(id);
  return rest;
}
