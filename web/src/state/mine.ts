// The places of whoever is signed in, kept true: read over REST once, folded from then on, counted anew where a log cannot tell.
import { computed, signal } from "@preact/signals";
import { api } from "../api/http";
import { all } from "../api/pages";
import type { Channel, Group, Id, Message } from "../api/types";
import type { Entry, Position } from "../hub/wire";
import { me } from "./session";
import { counted, fold, nowhere, without, type Places, type Unread } from "./places";

export const places = signal<Places>(nowhere);
export const placesLoaded = signal(false);

/** By name. */
export const myGroups = computed(() => [...places.value.groups.values()].sort((a, b) => a.name.localeCompare(b.name)));

export const channelsOf = (group: Id): Channel[] =>
  [...places.value.channels.values()]
    .filter((channel) => channel.groupId === group && channel.status === "active")
    .sort((a, b) => a.name.localeCompare(b.name));

/** The latest talk first. */
export const directChannels = computed(() => {
  const last = (channel: Channel) => places.value.lastAt.get(channel.id) ?? channel.createdAt;
  return [...places.value.channels.values()]
    .filter((channel) => channel.type === "direct")
    .sort((a, b) => last(b).localeCompare(last(a)));
});

export const unreadIn = (channel: Id): Unread => places.value.unread.get(channel) ?? { unread: 0, mentions: 0 };

export function isAdminOf(group: Id | null): boolean {
  if (me.value?.role === "super_admin") return group !== null;
  return group !== null && places.value.groups.get(group)?.role === "admin";
}

/** What was heard since each reading that is on its way began. */
const readings = new Set<Entry[]>();

/** Reads all anew and answers where each log stands, so that it can be followed from there. */
export async function loadPlaces(): Promise<Record<Id, Position>> {
  const heard: Entry[] = [];
  readings.add(heard);
  const heads = await readPlaces().finally(() => readings.delete(heard));
  // The answer may be older than what was heard while it was on its way.
  for (const entry of heard) if (entry.data.seq > (heads[entry.data.channelId]?.seq ?? 0)) take(entry);
  return heads;
}

async function readPlaces(): Promise<Record<Id, Position>> {
  const [groups, channels] = await Promise.all([
    all<Group, "groups">("/groups/my-groups", "groups"),
    all<Channel & { lastMessage?: Message | null }, "channels">("/channels/my-channels", "channels", { with: "last,unread" }),
  ]);
  places.value = {
    groups: new Map(groups.map((group) => [group.id, group])),
    channels: new Map(channels.map((channel) => [channel.id, channel])),
    unread: new Map(channels.map(({ id, unread = 0, mentions = 0 }) => [id, { unread, mentions }])),
    lastAt: new Map(channels.flatMap(({ id, lastMessage }) => (lastMessage ? [[id, lastMessage.createdAt] as const] : []))),
  };
  placesLoaded.value = true;
  return Object.fromEntries(channels.map(({ id, epoch, head = 0 }) => [id, { epoch, seq: head }]));
}

export function forgetPlaces(): void {
  places.value = nowhere;
  placesLoaded.value = false;
}

export function apply(entry: Entry): void {
  for (const heard of readings) heard.push(entry);
  take(entry);
}

function take(entry: Entry): void {
  const user = me.value;
  if (!user) return;
  places.value = fold(places.value, entry, user.id);
  if (entry.event === "channel_added") void findGroup(entry.data.channel.groupId);
  if (entry.event === "channel_removed") void checkGroups();
  if (entry.event === "read_updated" || entry.event === "message_deleted") countSoon();
}

/** What `mark_read` answered, or what is known in another way. */
export function setUnread(channel: Id, count: Unread): void {
  places.value = counted(places.value, channel, count);
}

export function loseChannel(channel: Id): void {
  places.value = without(places.value, channel);
}

export function setGroup(group: Group): void {
  places.value = { ...places.value, groups: new Map(places.value.groups).set(group.id, group) };
}

export function loseGroup(group: Id): void {
  const groups = new Map(places.value.groups);
  groups.delete(group);
  places.value = { ...places.value, groups };
}

async function findGroup(id: Id | null): Promise<void> {
  if (!id || places.value.groups.has(id)) return;
  const group = await api.get<Group>(`/groups/${id}`).catch(() => null);
  if (group?.role) setGroup(group);
}

/** One is out of a channel: perhaps out of its group. */
async function checkGroups(): Promise<void> {
  const groups = await all<Group, "groups">("/groups/my-groups", "groups").catch(() => null);
  if (groups) places.value = { ...places.value, groups: new Map(groups.map((group) => [group.id, group])) };
}

let soon: ReturnType<typeof setTimeout> | undefined;

export function countSoon(): void {
  clearTimeout(soon);
  soon = setTimeout(() => void count(), 400);
}

async function count(): Promise<void> {
  type Counts = { channels: ({ channelId: Id } & Unread)[] };
  const counts = await api.get<Counts>("/messages/unread-counts").catch(() => null);
  if (!counts) return;
  const unread = new Map(counts.channels.map(({ channelId, unread, mentions }) => [channelId, { unread, mentions }]));
  places.value = { ...places.value, unread };
}
