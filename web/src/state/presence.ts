// Who is there. An update that is older than what is known is dropped.
import { signal } from "@preact/signals";
import type { Id, Presence, Status } from "../api/types";

export const presences = signal<ReadonlyMap<Id, Presence>>(new Map());

export const statusOf = (id: Id): Status => presences.value.get(id)?.status ?? "offline";

export function hear(news: readonly Presence[]): void {
  const next = new Map(presences.value);
  for (const presence of news) {
    if (presence.version >= (next.get(presence.userId)?.version ?? 0)) next.set(presence.userId, presence);
  }
  presences.value = next;
}

/** A list of who is online at this moment, in which versions do not stand: it replaces all. */
export function see(users: readonly { userId: Id; username: string; status: Status }[]): void {
  presences.value = new Map(users.map((user) => [user.userId, { ...user, text: null, version: 0 }]));
}
