// The client's table of docs/delivery.md for one log: what is applied, dropped, held, and when to ask.
import type { Position } from "./wire";

/** An event of a log as it came, live or in an answer. */
export interface Heard {
  event: string;
  data: { channelId: string; epoch: string; seq: number; to?: number };
}

const MOST_HELD = 64;

export class Log {
  #epoch: string;
  #seq: number;
  #held = new Map<number, Heard>();
  /** The highest place that is known to exist. */
  #known: number;
  /** The server does not know yet where we stand. */
  #stale = false;

  constructor(at: Position) {
    this.#epoch = at.epoch;
    this.#seq = this.#known = at.seq;
  }

  get position(): Position {
    return { epoch: this.#epoch, seq: this.#seq };
  }

  /** Whether `resume` has to be asked. */
  get behind(): boolean {
    return this.#stale || this.#known > this.#seq;
  }

  /** What is to be applied now, in order. */
  take(heard: Heard): Heard[] {
    const { epoch, seq } = heard.data;
    if (epoch !== this.#epoch) {
      // History may have gone back; the answer to `resume` tells.
      this.#stale = true;
      return [];
    }
    this.#known = Math.max(this.#known, last(heard));
    if (last(heard) <= this.#seq) return [];
    if (seq > this.#seq + 1) {
      if (this.#held.size < MOST_HELD) this.#held.set(seq, heard);
      return [];
    }
    return this.#apply(heard);
  }

  /** The log is said to be so long. */
  knows(head: number): void {
    this.#known = Math.max(this.#known, head);
  }

  /** The connection is new: whatever came meanwhile was not told. */
  doubt(): void {
    this.#stale = true;
  }

  /** The server answered from our position on; `more` says that it has not told all. */
  answered(more: boolean): void {
    this.#stale = more;
  }

  /** Begins anew at this place. */
  reset(at: Position): void {
    this.#epoch = at.epoch;
    this.#seq = this.#known = at.seq;
    this.#stale = false;
    this.#held.clear();
  }

  #apply(heard: Heard): Heard[] {
    const applied: Heard[] = [];
    for (let next: Heard | undefined = heard; next; next = this.#held.get(this.#seq + 1)) {
      this.#seq = last(next);
      applied.push(next);
    }
    for (const place of this.#held.keys()) if (place <= this.#seq) this.#held.delete(place);
    return applied;
  }
}

/** A `skip` stands for all places up to `to`. */
function last({ event, data }: Heard): number {
  return event === "skip" ? (data.to ?? data.seq) : data.seq;
}

/** Whether what came has the shape of an entry. */
export function isPlaced(data: unknown): data is Heard["data"] {
  if (typeof data !== "object" || data === null) return false;
  const { channelId, epoch, seq } = data as Partial<Heard["data"]>;
  return typeof channelId === "string" && typeof epoch === "string" && Number.isSafeInteger(seq);
}
