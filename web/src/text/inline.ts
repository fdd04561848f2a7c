// What stands within prose and leads somewhere: addresses by themselves and @names.

import { address } from "./address";
import type { Inline, Named } from "./tree";

const ENDS_A_SENTENCE = /[.,:;!?'*_~]+$/;
const EVERYONE = new Set(["here", "channel", "everyone"]);
const CANDIDATE = /https?:\/\/|@/g;
const WORD = /[\p{L}\p{N}_]$/u;

export function prose(text: string, named: Named, everyone: boolean): Inline[] {
  const parts: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const place = match.index;
    if (place < from || WORD.test(text.slice(0, place).slice(-2))) continue;
    const found = match[0] === "@" ? name(text.slice(place), named, everyone) : link(text.slice(place));
    if (!found) continue;
    if (place > from) parts.push({ is: "text", text: text.slice(from, place) });
    parts.push(found.part);
    from = place + found.length;
  }
  if (from < text.length) parts.push({ is: "text", text: text.slice(from) });
  return parts;
}

interface Found {
  part: Inline;
  length: number;
}

/** What ends a sentence does not belong to the address, nor does a bracket that was opened before it. */
function link(text: string): Found | undefined {
  const whole = /^https?:\/\/[\p{L}\p{N}[][^\s\p{Cc}<>"`]*/u.exec(text)?.[0];
  if (!whole) return undefined;
  let trimmed = whole.replace(ENDS_A_SENTENCE, "");
  while (trimmed.endsWith(")") && count(trimmed, ")") > count(trimmed, "(")) {
    trimmed = trimmed.slice(0, -1).replace(ENDS_A_SENTENCE, "");
  }
  const to = address(trimmed);
  return to === undefined
    ? undefined
    : { part: { is: "link", to, inside: [{ is: "text", text: trimmed }] }, length: trimmed.length };
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

/** A full stop may end a name or a sentence: the longest name that means somebody. */
function name(text: string, named: Named, everyone: boolean): Found | undefined {
  const whole = /^@([A-Za-z0-9._-]+)/.exec(text)?.[1];
  if (!whole || /^[\p{L}\p{N}]/u.test(text.slice(1 + whole.length))) return undefined;
  for (let word = whole; word; word = /^(.*)[._-]$/.exec(word)?.[1] ?? "") {
    const userId = named(word);
    if (userId) return { part: { is: "mention", name: word, userId }, length: 1 + word.length };
    if (everyone && EVERYONE.has(word.toLowerCase())) {
      return { part: { is: "everyone", name: word }, length: 1 + word.length };
    }
  }
  return undefined;
}
