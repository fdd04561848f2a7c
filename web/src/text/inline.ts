// What means something within a line besides Markdown: addresses, names of people and of emoji.

import { address } from "./address";
import type { Inline, Meant } from "./tree";

/** Stands before a sign whose meaning a backslash took away; nobody can write it. */
export const ESCAPED = "\uE000";

const SIGN = /https?:\/\/|@|:/gi;
const EVERYONE = new Set(["here", "channel", "everyone"]);
const BRACKETS = [["(", ")"], ["[", "]"]] as const;
const ENDS_A_SENTENCE = ".,:;!?'*_~";

interface Found {
  part: Inline;
  length: number;
}

export function prose(text: string, meant: Meant): Inline[] {
  const parts: Inline[] = [];
  let [from, afterEmoji] = [0, -1];
  for (const { 0: sign, index: place } of text.matchAll(SIGN)) {
    if (place < from) continue;
    const before = place === afterEmoji ? "" : text.slice(0, place).slice(-2);
    const found = at(sign, before, text.slice(place), meant);
    if (!found) continue;
    parts.push(...words(text.slice(from, place)), found.part);
    from = place + found.length;
    // Emoji may stand side by side.
    if (sign === ":") afterEmoji = from;
  }
  return [...parts, ...words(text.slice(from))];
}

export function words(text: string): Inline[] {
  return text ? [{ is: "text", text: text.replaceAll(ESCAPED, "") }] : [];
}

function at(sign: string, before: string, rest: string, meant: Meant): Found | undefined {
  if (sign === "@") return /[\p{L}\p{N}_\\@\uE000]$/u.test(before) ? undefined : name(rest, meant);
  if (sign === ":") return /[\p{L}\p{N}_:\\\uE000]$/u.test(before) ? undefined : emoji(rest, meant);
  return /[A-Za-z0-9_]$/.test(before) ? undefined : link(rest);
}

function link(text: string): Found | undefined {
  const whole = /^https?:\/\/[\p{L}\p{N}[][^\s\p{Cc}<>"`。，、；：？！）」』】》]*/iu.exec(text)?.[0];
  if (!whole) return undefined;
  const written = trimmed(whole);
  const to = address(written);
  return to === undefined ? undefined : { part: { is: "link", to, inside: words(written) }, length: written.length };
}

/** What ends a sentence does not belong to an address, nor does a bracket that was opened before it. */
function trimmed(link: string): string {
  const unopened = new Map<string, number>(BRACKETS.map(([opens, closes]) => [closes, count(link, closes) - count(link, opens)]));
  for (let end = link.length; ; end--) {
    const last = link.charAt(end - 1);
    const extra = unopened.get(last) ?? 0;
    if (extra > 0) unopened.set(last, extra - 1);
    else if (!last || !ENDS_A_SENTENCE.includes(last)) return link.slice(0, end);
  }
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

/** A full stop may end a name or a sentence: the longest name that means somebody. */
function name(text: string, { named, everyone }: Meant): Found | undefined {
  const whole = /^@([A-Za-z0-9._-]+)/.exec(text)?.[1];
  if (!whole || /^[\p{L}\p{N}]/u.test(text.slice(1 + whole.length))) return undefined;
  for (let word = whole; word; word = /^(.*)[._-]$/.exec(word)?.[1] ?? "") {
    const userId = named(word);
    if (userId) return { part: { is: "mention", name: word, userId }, length: 1 + word.length };
    if (everyone && EVERYONE.has(word.toLowerCase())) return { part: { is: "everyone", name: word }, length: 1 + word.length };
  }
  return undefined;
}

function emoji(text: string, { emojiOf }: Meant): Found | undefined {
  const [whole, short = ""] = /^:([a-z0-9_+-]{1,48}):(?![\p{L}\p{N}])/u.exec(text) ?? [];
  const found = whole && emojiOf?.(short);
  return found ? { part: { is: "text", text: found }, length: whole.length } : undefined;
}
