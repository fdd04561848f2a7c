// How long to wait before the next try: half a second, twice as long each time, 30 seconds at most,
// and a random part of that, so that a crowd does not come back at once (contract D-06).

const FIRST = 500;
const MOST = 30_000;

export class Backoff {
  readonly #random: () => number;
  #wait = FIRST;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** In milliseconds; not less than the server asked for. */
  next(atLeast = 0): number {
    const wait = this.#random() * this.#wait;
    this.#wait = Math.min(this.#wait * 2, MOST);
    return Math.max(wait, atLeast);
  }

  reset(): void {
    this.#wait = FIRST;
  }
}
