// Copying says whether it came about, also where the page has no clipboard.
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";

import { copied } from "../../src/conversation/clipboard";

afterEach(() => void vi.unstubAllGlobals());

test.each([
  ["without a clipboard", undefined, false],
  ["with one that refuses", { writeText: () => Promise.reject(new Error("not now")) }, false],
  ["with one", { writeText: () => Promise.resolve() }, true],
])("%s", async (_, clipboard, done) => {
  vi.stubGlobal("navigator", { clipboard });
  expect(await copied("text")).toBe(done);
});

test("nothing asks for ids or copies by what plain http does not have", () => {
  const sources = new URL("../../src/", import.meta.url);
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((path) => /\.tsx?$/.test(path));
  const asking = files.filter((path) => /crypto\.randomUUID\(|clipboard\.write/.test(readFileSync(new URL(path, sources), "utf8")));
  expect(asking).toEqual(["conversation/clipboard.ts"]);
});
