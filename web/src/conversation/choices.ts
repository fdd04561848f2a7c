// What there is to complete with: people, channels of the same group, emoji.
import { api } from "../api/http";
import type { Channel, Member, Page, User } from "../api/types";
import { channelsOf } from "../state/mine";
import { findPeople, people } from "../state/people";
import { t } from "../words";
import { type Choice, ranked, type Word } from "./complete";

const MOST = 8;

/** What is known here at once; what the server knows beside it comes with `more`. */
export async function choicesFor({ sign, word }: Word, channel: Channel, more: (choices: Choice[]) => void): Promise<void> {
  if (sign === "@") return persons(word, channel, more);
  if (sign === "#") {
    const channels = channel.groupId ? channelsOf(channel.groupId) : [];
    return more(ranked(channels, (one) => [one.name], word, MOST).map((one) => ({ label: `#${one.name}`, hint: one.description ?? "", insert: `#${one.name}` })));
  }
  const { find } = await import("../text/emoji");
  more(find(word, MOST).map(({ emoji, name }) => ({ label: `${emoji} :${name}:`, hint: "", insert: emoji })));
}

/** Whom a channel can call, as far as one page goes; `all` where that is everybody. */
interface Readers {
  ids: ReadonlySet<string>;
  all: boolean;
}

const readers = new Map<string, Promise<Readers>>();

function readersOf(channel: Channel): Promise<Readers> {
  const known = readers.get(channel.id);
  if (known) return known;
  const asked = channel.members
    ? Promise.resolve({ ids: new Set(channel.members.map((member) => member.userId)), all: true })
    : api.get<Page<"members", Member>>(`/channels/${channel.id}/members`, { limit: 100 }).then(({ members, nextCursor }) => ({
        ids: new Set(members.map((member) => member.userId)),
        all: nextCursor === null,
      }));
  readers.set(channel.id, asked);
  // Who comes and goes is asked for again.
  setTimeout(() => readers.delete(channel.id), 60_000);
  return asked;
}

async function persons(word: string, channel: Channel, more: (choices: Choice[]) => void): Promise<void> {
  const { ids, all } = await readersOf(channel).catch(() => ({ ids: new Set<string>(), all: false }));
  const users = () => [...people.value.values()].filter((user) => user.status === "active" && (!all || ids.has(user.id)));
  const found = () => [...ranked(users(), namesOf, word, MOST).map(choiceOf), ...everyone(word, channel)];
  more(found());
  const unknown = [...ids].some((id) => !people.value.has(id));
  if (word.length < 2 || (all && !unknown)) return;
  await findPeople(word).catch(() => []);
  more(found());
}

function namesOf(user: User): string[] {
  return [user.username, user.displayName ?? ""].filter(Boolean);
}

function choiceOf(user: User): Choice {
  return { label: user.displayName ?? user.username, hint: `@${user.username}`, insert: `@${user.username}` };
}

function everyone(word: string, channel: Channel): Choice[] {
  if (channel.type === "direct") return [];
  const all = [
    { name: "here", hint: t("talk_calls_here") },
    { name: "channel", hint: t("talk_calls_channel") },
  ];
  return ranked(all, (one) => [one.name], word, 2).map(({ name, hint }) => ({ label: `@${name}`, hint, insert: `@${name}` }));
}
