// What is meant for somebody: how many such things are unread, and the browser's own notifications for them, once allowed.
import { signal } from "@preact/signals";
import { api } from "../api/http";
import type { Message, Notification as Notice } from "../api/types";
import { t, type Key } from "../words";
import { recall, remember } from "./keep";
import { nameOf } from "./people";
import { go, route } from "./route";

export const unreadNotices = signal(0);

/** Rises with every notification that comes, so that an open list can read itself anew. */
export const noticesHeard = signal(0);

type Permission = "unsupported" | NotificationPermission;

export const permission = signal<Permission>(typeof Notification === "undefined" ? "unsupported" : Notification.permission);
export const ringing = signal(recall("ring") === "yes");

export async function countNotifications(): Promise<void> {
  const answer = await api.get<{ count: number }>("/client/notifications/unread-count").catch(() => null);
  if (answer) unreadNotices.value = answer.count;
  noticesHeard.value += 1;
}

/** Asks the browser, which asks the person; only ever after they pressed something. */
export async function allowRinging(on: boolean): Promise<void> {
  if (on && permission.value === "default") permission.value = await Notification.requestPermission();
  ringing.value = on && permission.value === "granted";
  remember("ring", ringing.value ? "yes" : null);
}

export function titleOf(notice: Notice): string {
  const key = `notice_${notice.kind}` as Key;
  const known: readonly Key[] = ["notice_mention", "notice_reply", "notice_direct", "notice_message", "notice_request", "notice_invite"];
  return t((known.includes(key) ? key : "notice_message") as "notice_message", { name: notice.userId ? nameOf(notice.userId, notice.username ?? "") : (notice.username ?? "") });
}

export function placeOf(notice: Notice): string {
  if (notice.channelId && notice.messageId) return `/c/${notice.channelId}/m/${notice.messageId}`;
  if (notice.channelId) return `/c/${notice.channelId}`;
  return notice.groupId ? `/g/${notice.groupId}` : "/notifications";
}

export async function ring(notice: Notice): Promise<void> {
  await countNotifications();
  const seen = document.hasFocus() && notice.channelId !== null && route.value.path.startsWith(`/c/${notice.channelId}`);
  if (notice.read || seen || !ringing.value || permission.value !== "granted") return;
  const found = notice.messageId
    ? await api.get<{ message: Message }>(`/messages/${notice.messageId}`).catch(() => null)
    : null;
  const shown = new Notification(titleOf(notice), { body: found?.message.text?.slice(0, 200) ?? "", tag: notice.id });
  shown.onclick = () => {
    window.focus();
    go(placeOf(notice));
    shown.close();
  };
}
