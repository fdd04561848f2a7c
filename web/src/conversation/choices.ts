// What there is to complete with: people, channels of the same group, emoji.
import type { Channel, User } from "../api/types";
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

async function persons(word: string, channel: Channel, more: (choices: Choice[]) => void): Promise<void> {
  const here = () => {
    const members = new Set(channel.members?.map((member) => member.userId));
    const users = [...people.value.values()].filter((user) => user.status === "active" && (members.size === 0 || members.has(user.id)));
    return ranked(users, namesOf, word, MOST).map(choiceOf);
  };
  const known = [...here(), ...everyone(word, channel)];
  more(known);
  if (known.length >= MOST || word.length < 2 || channel.type === "direct") return;
  await findPeople(word).catch(() => []);
  more([...here(), ...everyone(word, channel)].slice(0, MOST));
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
