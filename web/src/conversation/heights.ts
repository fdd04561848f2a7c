// Where each row of a long list stands, although most were never measured. Pure.
//
// Rows are known by their keys, so that what was measured stays when rows come before or behind. A tree of
// sums (Fenwick) makes finding a row by its place, and a place by its row, logarithmic.

export class Heights {
  private keys: readonly string[] = [];
  private places = new Map<string, number>();
  private sums = new Float64Array(1);
  private readonly measured = new Map<string, number>();
  private readonly estimate: number;

  constructor(estimate: number) {
    this.estimate = estimate;
  }

  get length(): number {
    return this.keys.length;
  }

  get total(): number {
    return this.offset(this.keys.length);
  }

  /** The rows as they are from here on, in their order. */
  show(keys: readonly string[]): void {
    this.keys = keys;
    this.places = new Map(keys.map((key, place) => [key, place]));
    if (this.measured.size > 4 * keys.length + 1_000) this.forget();
    this.sums = new Float64Array(keys.length + 1);
    keys.forEach((_, place) => (this.sums[place + 1] = this.height(place)));
    for (let at = 1; at <= keys.length; at += 1) {
      const next = at + (at & -at);
      if (next <= keys.length) this.sums[next] = this.sum(next) + this.sum(at);
    }
  }

  /** What the page says a row measures; answers whether that is news. */
  measure(key: string, height: number): boolean {
    const place = this.places.get(key);
    if (place === undefined) return false;
    const grown = height - this.height(place);
    this.measured.set(key, height);
    if (Math.abs(grown) < 0.5) return false;
    for (let at = place + 1; at <= this.keys.length; at += at & -at) this.sums[at] = this.sum(at) + grown;
    return true;
  }

  /** After the width changed nothing that was measured holds for what is out of sight. */
  forget(): void {
    for (const key of this.measured.keys()) if (!this.places.has(key)) this.measured.delete(key);
  }

  key(place: number): string | undefined {
    return this.keys[place];
  }

  place(key: string): number | undefined {
    return this.places.get(key);
  }

  height(place: number): number {
    const key = this.keys[place];
    return key === undefined ? 0 : (this.measured.get(key) ?? this.estimate);
  }

  /** How far the upper edge of the row is from the beginning of the list. */
  offset(place: number): number {
    let sum = 0;
    for (let at = Math.min(place, this.keys.length); at > 0; at -= at & -at) sum += this.sum(at);
    return sum;
  }

  /** The row that covers what is so far from the beginning; the last one for what is behind it. */
  find(distance: number): number {
    let [place, left] = [0, distance];
    for (let step = 2 ** Math.floor(Math.log2(this.keys.length || 1)); step > 0; step >>= 1) {
      const next = place + step;
      if (next > this.keys.length || this.sum(next) > left) continue;
      place = next;
      left -= this.sum(next);
    }
    return Math.max(0, Math.min(place, this.keys.length - 1));
  }

  private sum(at: number): number {
    return this.sums[at] ?? 0;
  }
}

/** What is to be drawn: the rows from `from` to before `to`, beginning at `offset`. */
export interface Slice {
  from: number;
  to: number;
  offset: number;
}

export function slice(heights: Heights, top: number, viewport: number, beyond: number): Slice {
  if (heights.length === 0) return { from: 0, to: 0, offset: 0 };
  const from = heights.find(Math.max(0, top - beyond));
  const to = heights.find(top + viewport + beyond) + 1;
  return { from, to, offset: heights.offset(from) };
}

/** What stays where it is while everything around it moves: a row and how far its edge is from the upper edge of the
    view; or the end of the list. */
export type Anchor = { key: string; distance: number } | "end";

export function anchorAt(heights: Heights, top: number, viewport: number, slack: number): Anchor {
  if (top + viewport >= heights.total - slack) return "end";
  // Not the row at the edge, if another is in sight: the first one loses its day and its name when rows come before it.
  const edge = heights.find(Math.max(0, top));
  const next = edge + 1;
  const place = next < heights.length && heights.offset(next) < top + viewport ? next : edge;
  return { key: heights.key(place) ?? "", distance: heights.offset(place) - top };
}

/** Where the list is to be scrolled so that the anchor stands where it stood; none if its row is gone. */
export function topFor(heights: Heights, anchor: Anchor, viewport: number): number | undefined {
  const end = Math.max(0, heights.total - viewport);
  if (anchor === "end") return end;
  const place = heights.place(anchor.key);
  return place === undefined ? undefined : Math.min(end, Math.max(0, heights.offset(place) - anchor.distance));
}
