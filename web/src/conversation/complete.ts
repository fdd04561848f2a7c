// What can be completed where the caret stands: `@somebody`, `#channel`, `:emoji:`. Pure.

export interface Word {
  sign: "@" | "#" | ":";
  /** What stands behind the sign. */
  word: string;
  /** Where the sign stands. */
  from: number;
}

export interface Choice {
  /** What it is called in the list. */
  label: string;
  /** What stands beside it. */
  hint: string;
  insert: string;
}

const WORD = /(?:^|[\s([{"'*_~>])([@#:])([\p{L}\p{N}._+-]{0,32})$/u;

export function wordAt(text: string, caret: number): Word | null {
  const found = WORD.exec(text.slice(Math.max(0, caret - 40), caret));
  const [sign, word] = [found?.[1], found?.[2] ?? ""];
  // A colon alone ends many a sentence.
  if (!sign || (sign === ":" && word.length < 2)) return null;
  return { sign: sign as Word["sign"], word, from: caret - word.length - 1 };
}

export function complete(text: string, { from, word }: Word, choice: Choice): { text: string; caret: number } {
  const rest = text.slice(from + 1 + word.length);
  const insert = rest.startsWith(" ") ? choice.insert : `${choice.insert} `;
  return { text: text.slice(0, from) + insert + rest, caret: from + choice.insert.length + 1 };
}

/** What begins with the word comes first. */
export function ranked<Item>(items: readonly Item[], namesOf: (item: Item) => readonly string[], word: string, most: number): Item[] {
  const wanted = word.toLocaleLowerCase();
  const rank = (item: Item) => {
    const names = namesOf(item).map((name) => name.toLocaleLowerCase());
    if (names.some((name) => name.startsWith(wanted))) return 0;
    return names.some((name) => name.includes(wanted)) ? 1 : 2;
  };
  return items.map((item) => ({ item, rank: rank(item) })).filter((one) => one.rank < 2).sort((a, b) => a.rank - b.rank).slice(0, most).map((one) => one.item);
}
