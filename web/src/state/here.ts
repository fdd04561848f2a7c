// Which channel and which group one looks at, from the address; what was looked at last stays chosen on pages that belong to no group.
import { computed, effect, signal } from "@preact/signals";
import type { Id } from "../api/types";
import { recall, remember } from "./keep";
import { channelsOf, myGroups, places } from "./mine";
import { match, route } from "./route";

/** The list beside the rail: a group, or one's direct talks. */
export type Side = Id | "direct";

export const currentChannel = computed<Id | null>(() => /^\/c\/(\w+)/.exec(route.value.path)?.[1] ?? null);

const last = signal<Side | null>(recall("side"));

const named = computed<Side | null>(() => {
  const path = route.value.path;
  const group = /^\/g\/(\w+)/.exec(path)?.[1];
  if (group && places.value.groups.has(group)) return group;
  const channel = places.value.channels.get(currentChannel.value ?? "");
  return channel ? (channel.groupId ?? "direct") : null;
});

export const side = computed<Side>(() => {
  const wished = named.value ?? last.value;
  if (wished === "direct" || (wished && places.value.groups.has(wished))) return wished;
  return myGroups.value[0]?.id ?? "direct";
});

effect(() => {
  if (named.value) last.value = named.value;
});

effect(() => {
  if (last.value) remember("side", last.value);
  if (currentChannel.value && places.value.channels.has(currentChannel.value)) {
    remember("channel", currentChannel.value);
    remember(`channel.${side.value}`, currentChannel.value);
  }
});

export function chooseSide(next: Side): void {
  last.value = next;
}

/** Where one was last in a group, else its first channel. */
export function channelToOpen(group: Side): Id | null {
  const known = recall(`channel.${group}`);
  if (known && places.value.channels.has(known)) return known;
  if (group === "direct") return null;
  const channels = channelsOf(group);
  return (channels.find((channel) => channel.name === "general") ?? channels[0])?.id ?? null;
}

export function lastChannel(): Id | null {
  const known = recall("channel");
  return known && places.value.channels.has(known) ? known : channelToOpen(side.value);
}

/** On a phone the list and the page take turns. */
export const showsList = computed(() => route.value.path === "/list" || match("/", route.value.path) !== null);
