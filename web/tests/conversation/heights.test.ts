// The list's arithmetic against the same thing done by adding up.
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { anchorAt, Heights, slice, topFor } from "../../src/conversation/heights";

const ESTIMATE = 50;

function keys(count: number, first = 0): string[] {
  return Array.from({ length: count }, (_, place) => `m${first + place}`);
}

describe("heights", () => {
  it("say what adding up would say", () => {
    const steps = fc.array(fc.tuple(fc.nat(39), fc.integer({ min: 1, max: 400 })), { maxLength: 60 });
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), steps, fc.nat(20_000), (count, measured, distance) => {
      const heights = new Heights(ESTIMATE);
      heights.show(keys(count));
      const plain = Array.from({ length: count }, () => ESTIMATE);
      for (const [place, height] of measured) {
        heights.measure(`m${place}`, height);
        if (place < count) plain[place] = height;
      }
      const before = (place: number) => plain.slice(0, place).reduce((sum, height) => sum + height, 0);
      expect(heights.total).toBeCloseTo(before(count));
      plain.forEach((_, place) => expect(heights.offset(place)).toBeCloseTo(before(place)));
      const covering = plain.findIndex((_, place) => before(place + 1) > distance);
      expect(heights.find(distance)).toBe(covering < 0 ? count - 1 : covering);
    }));
  });

  it("keep what was measured when rows come before", () => {
    const heights = new Heights(ESTIMATE);
    heights.show(keys(10, 100));
    heights.measure("m105", 300);
    heights.show(keys(60, 50));
    expect(heights.offset(55)).toBe(55 * ESTIMATE);
    expect(heights.offset(56)).toBe(55 * ESTIMATE + 300);
  });

  it("find their way among a hundred thousand rows", () => {
    const heights = new Heights(ESTIMATE);
    heights.show(keys(100_000));
    heights.measure("m7", 1_000);
    expect(heights.find(heights.offset(77_777) + 3)).toBe(77_777);
    expect(slice(heights, heights.offset(50_000), 800, 400)).toEqual({ from: 49_992, to: 50_025, offset: heights.offset(49_992) });
  });
});

describe("the anchor", () => {
  it("stands still while rows come before, behind, and turn out higher", () => {
    const grow = fc.array(fc.tuple(fc.nat(199), fc.integer({ min: 10, max: 500 })), { maxLength: 80 });
    fc.assert(fc.property(fc.nat(2_000), fc.nat(100), fc.nat(50), grow, (top, before, behind, measured) => {
      const heights = new Heights(ESTIMATE);
      heights.show(keys(60, 100));
      const anchor = anchorAt(heights, top, 600, 10);
      if (anchor === "end") return;
      heights.show(keys(60 + before + behind, 100 - before));
      for (const [place, height] of measured) heights.measure(`m${place}`, height);
      const now = topFor(heights, anchor, 600) ?? Number.NaN;
      const edge = heights.offset(heights.place(anchor.key) ?? -1) - now;
      const held = Math.abs(edge - anchor.distance) < 0.01;
      // Where the list ends before, it cannot.
      expect(held || now === Math.max(0, heights.total - 600)).toBe(true);
    }));
  });

  it("is not the first row, whose own height changes when rows come before it", () => {
    const heights = new Heights(ESTIMATE);
    heights.show(keys(40, 100));
    heights.measure("m100", 120);
    const anchor = anchorAt(heights, 0, 600, 10);
    heights.show(keys(60, 80));
    heights.measure("m100", 40);
    const top = topFor(heights, anchor, 600) ?? Number.NaN;
    expect(heights.offset(heights.place("m101") ?? -1) - top).toBe(120);
  });

  it("is the end for whoever reads the newest", () => {
    const heights = new Heights(ESTIMATE);
    heights.show(keys(20));
    const anchor = anchorAt(heights, 20 * ESTIMATE - 600, 600, 10);
    heights.show(keys(21));
    heights.measure("m20", 200);
    expect(topFor(heights, anchor, 600)).toBe(20 * ESTIMATE + 200 - 600);
  });
});
