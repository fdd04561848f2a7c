// The server answers a page for every address that the client knows; here both are held to each other.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const read = (path: string) => readFileSync(join(import.meta.dirname, path), "utf8");

/** The patterns in which parts may be anything, as regular expressions. */
function served(): RegExp[] {
  const table = /const PAGES[^=]*= &\[([^\]]*)\]/.exec(read("../../src/rest/web.rs"))?.[1] ?? "";
  const paths = [...table.matchAll(/"([^"]+)"/g)].map(([, path = ""]) => path);
  return [...paths, "/", "/claim"].map((path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`));
}

function known(): string[] {
  const inside = [...read("../src/pages/slot.tsx").matchAll(/\["(\/[^"]*)"/g)].map(([, path = ""]) => path);
  const outside = [...(/const outside = \[([^\]]*)\]/.exec(read("../src/app.tsx"))?.[1] ?? "").matchAll(/"([^"]+)"/g)];
  return [...inside, ...outside.map(([, path = ""]) => path), "/", "/list"];
}

test("every address of the client is served", () => {
  const paths = known();
  expect(paths.length).toBeGreaterThan(15);
  const patterns = served();
  expect(paths.filter((path) => !patterns.some((pattern) => pattern.test(path)))).toEqual([]);
});
