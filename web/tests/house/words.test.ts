// The catalogues: every language fills in the same things, and nothing stands in one that is never said.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ago } from "../../src/words";
import { de } from "../../src/words/de";
import { en } from "../../src/words/en";

const sources = fileURLToPath(new URL("../../src", import.meta.url));

const blanks = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

describe("words", () => {
  it("have the same blanks in every language", () => {
    const wrong = Object.entries(en).filter(([key, text]) => String(blanks(text)) !== String(blanks(de[key as keyof typeof en])));
    expect(wrong.map(([key]) => key)).toEqual([]);
  });

  it("are all said somewhere", () => {
    const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((path) => /\.tsx?$/.test(path) && !path.startsWith("words"));
    const code = files.map((path) => readFileSync(`${sources}/${path}`, "utf8")).join("\n");
    expect(Object.keys(en).filter((key) => !isSaid(key, code))).toEqual([]);
  });
});

/** By its name, by the part before `_one`, or by a template such as `status_${status}`. */
function isSaid(key: string, code: string): boolean {
  const base = key.replace(/_(one|other)$/, "");
  const family = key.replace(/_[^_]+$/, "_");
  return code.includes(`"${key}"`) || code.includes(`"${base}"`) || code.includes(`\`${family}\${`);
}

describe("ago", () => {
  const now = Date.parse("2026-06-01T12:00:00Z");
  it.each([
    ["2026-06-01T11:59:50Z", "now"],
    ["2026-06-01T11:55:00Z", "5 minutes ago"],
    ["2026-06-01T09:00:00Z", "3 hours ago"],
    ["2026-05-31T12:00:00Z", "yesterday"],
    ["2026-06-01T12:05:00Z", "now"],
  ])("says of %s: %s", (time, words) => {
    expect(ago(time, now)).toBe(words);
  });
});
