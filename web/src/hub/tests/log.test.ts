// The client's table of docs/delivery.md, row by row.
import { describe, expect, test } from "vitest";

import { type Heard, Log, isPlaced } from "../log";

const heard = (seq: number, more: Partial<Heard["data"]> = {}, event = "new_message"): Heard => ({
  event,
  data: { channelId: "c", epoch: "e", seq, ...more },
});
const seqs = (applied: Heard[]) => applied.map(({ data }) => data.seq);

describe("one log", () => {
  test("applies the next place and drops what it had", () => {
    const log = new Log({ epoch: "e", seq: 3 });
    expect(seqs(log.take(heard(4)))).toEqual([4]);
    expect(log.take(heard(4))).toEqual([]);
    expect(log.take(heard(2))).toEqual([]);
    expect(log.position).toEqual({ epoch: "e", seq: 4 });
    expect(log.behind).toBe(false);
  });

  test("holds what is beyond a gap, asks, and applies it in order", () => {
    const log = new Log({ epoch: "e", seq: 0 });
    expect(log.take(heard(3))).toEqual([]);
    expect(log.take(heard(2))).toEqual([]);
    expect(log.behind).toBe(true);
    expect(seqs(log.take(heard(1)))).toEqual([1, 2, 3]);
    expect(log.behind).toBe(false);
  });

  test("holds 64 at most, and still knows that there is more", () => {
    const log = new Log({ epoch: "e", seq: 0 });
    for (let seq = 2; seq <= 70; seq += 1) log.take(heard(seq));
    expect(seqs(log.take(heard(1))).at(-1)).toBe(65);
    expect(log.behind).toBe(true);
  });

  test("moves over a skip, also over what it had in part", () => {
    const log = new Log({ epoch: "e", seq: 2 });
    log.take(heard(6));
    expect(seqs(log.take(heard(2, { to: 5 }, "skip")))).toEqual([2, 6]);
    expect(log.position.seq).toBe(6);
  });

  test("another epoch applies nothing and has to be asked about", () => {
    const log = new Log({ epoch: "e", seq: 2 });
    log.take(heard(9));
    expect(log.take(heard(3, { epoch: "f" }))).toEqual([]);
    expect(log.behind).toBe(true);
    log.reset({ epoch: "f", seq: 7 });
    expect(log.behind).toBe(false);
    expect(seqs(log.take(heard(8, { epoch: "f" })))).toEqual([8]);
  });

  test("after a new connection it is behind until it is answered in full", () => {
    const log = new Log({ epoch: "e", seq: 2 });
    log.doubt();
    expect(log.behind).toBe(true);
    log.answered(true);
    expect(log.behind).toBe(true);
    log.answered(false);
    expect(log.behind).toBe(false);
    log.knows(3);
    expect(log.behind).toBe(true);
  });

  test("what has no place is no entry", () => {
    for (const data of [null, 3, {}, { channelId: "c", epoch: "e" }, { channelId: "c", epoch: "e", seq: 1.5 }]) {
      expect(isPlaced(data)).toBe(false);
    }
    expect(isPlaced({ channelId: "c", epoch: "e", seq: 1 })).toBe(true);
  });
});
