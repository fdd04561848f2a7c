// Which of many names somebody means by a few letters. Pure.

export interface Ranked {
  name: string;
  about: string;
  /** Decides between names that fit equally well. */
  weight: number;
}

/** Those that fit, best first: the name begins so, a word of it begins so, it stands inside, its letters come in this order. */
export function rank<Item extends Ranked>(items: readonly Item[], typed: string): Item[] {
  const wanted = plain(typed.trim().replace(/^[#@]/, ""));
  const scored = items.map((item, place) => ({ item, place, score: fit(item, wanted) })).filter(({ score }) => score > 0);
  scored.sort((a, b) => b.score - a.score || b.item.weight - a.item.weight || a.place - b.place);
  return scored.map(({ item }) => item);
}

/** Case and accents make no difference. */
export function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}+/gu, "").toLocaleLowerCase();
}

function fit({ name, about }: Ranked, wanted: string): number {
  if (wanted === "") return 1;
  const text = plain(name);
  if (text === wanted) return 6;
  if (text.startsWith(wanted)) return 5;
  if (text.split(/[\s._-]+/).some((word) => word.startsWith(wanted))) return 4;
  if (text.includes(wanted)) return 3;
  if (plain(about).replace(/^@/, "").startsWith(wanted)) return 2;
  return inOrder(text, wanted) ? 1 : 0;
}

function inOrder(text: string, wanted: string): boolean {
  let from = 0;
  for (const letter of wanted) {
    const at = text.indexOf(letter, from);
    if (at < 0) return false;
    from = at + letter.length;
  }
  return true;
}
