// The one connection of this page: begun with the session, ended with it, and all that has to be done when it comes back.
import { effect, signal } from "@preact/signals";
import { onToken } from "../api/token";
import type { Status } from "../api/types";
import { Hub, type HubState } from "../hub";
import type { Entry, Hint } from "../hub/wire";
import { ring, countNotifications } from "./notices";
import { apply, countSoon, forgetPlaces, loadPlaces, loseChannel } from "./mine";
import { meetSome } from "./people";
import { hear, see } from "./presence";
import { accessToken, me, onSignOut } from "./session";

/** Null while nobody is signed in. */
export const hub = signal<Hub | null>(null);
export const hubState = signal<HubState>({ phase: "stopped" });

/** Connects as long as somebody is signed in; called once. */
export function keepConnected(): void {
  let who: string | null = null;
  effect(() => {
    const id = me.value?.id ?? null;
    if (id === who) return;
    who = id;
    hub.peek()?.stop();
    hub.value = null;
    forgetPlaces();
    if (id) begin(id);
  });
  window.addEventListener("online", tryNow);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tryNow());
  onSignOut(() => hub.peek()?.forget());
  onToken((signedIn) => signedIn && hub.peek()?.renew(signedIn.accessToken));
}

/** How one wishes to be shown: the server keeps it for all devices, and tells all. */
export async function chooseStatus(status: Status): Promise<void> {
  const answer = await hub.peek()?.ask("update_presence", { status });
  if (answer) hear([answer.presence]);
}

/** Does not wait for the next try. */
export const tryNow = (): void => hub.peek()?.wake();

function begin(userId: string): void {
  const next = new Hub({ userId, token: ({ fresh }) => accessToken(fresh) });
  let first = true;
  next.on("state", (state) => {
    hubState.value = state;
  });
  next.on("entry", (entry: Entry) => {
    apply(entry);
    if (entry.event === "channel_added") void enter(next, entry.data.channel.id);
    if (entry.event === "notification") void ring(entry.data.about);
    if (entry.event === "notifications_updated") void countNotifications();
  });
  next.on("gone", ({ channelId }) => loseChannel(channelId));
  next.on("reset", ({ channelId }) => (channelId === userId ? void load(next) : countSoon()));
  next.on("hint", listen);
  next.on("welcome", () => {
    // The own log begins at this moment, so what is read from here on misses nothing.
    if (first) void load(next);
    else countSoon();
    first = false;
    void countNotifications();
    void next.ask("get_online_users", {}).then(({ users }) => see(users)).catch(() => undefined);
  });
  hub.value = next;
  next.start();
  void meetSome();
}

async function load(next: Hub, wait = 1000): Promise<void> {
  try {
    next.follow(await loadPlaces());
  } catch {
    if (hub.peek() === next) setTimeout(() => void load(next, Math.min(wait * 2, 30_000)), wait * (0.5 + Math.random()));
  }
}

/** Hears a new channel from its end on: what was said before one came is not unread. */
async function enter(next: Hub, channelId: string): Promise<void> {
  await next.enter(channelId).then(countSoon, () => undefined);
}

function listen(hint: Hint): void {
  if (hint.event === "user_presence_update") hear([hint.data]);
  if (hint.event === "presence_updates") hear(hint.data.presences);
}
