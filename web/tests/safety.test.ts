// What people write never becomes markup or script: no source of ours has the means, and no script that is sent has eval.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const SOURCES = join(import.meta.dirname, "../src");
const MEANS =
  /\b(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|parseHTMLUnsafe|dangerouslySetInnerHTML|createContextualFragment|DOMParser|srcdoc|eval|trustedTypes)\b|document\.write|new Function|javascript:|\bset(?:Timeout|Interval)\(\s*["'`]/;

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx)$/.test(entry.name) && !entry.name.includes(".test."))
    .map((entry) => join(entry.parentPath, entry.name));
}

test("no source makes markup or script of text", () => {
  const found = files(SOURCES).flatMap((file) => {
    // A comment may name what the code does not do.
    const lines = readFileSync(file, "utf8").split("\n").map((line) => line.replace(/(^|\s)(\/\/|\*|\/\*\*).*$/, ""));
    return lines.flatMap((line, place) => (MEANS.test(line) ? [`${file}:${place + 1}: ${line.trim()}`] : []));
  });
  expect(found).toEqual([]);
});

test("the page itself has no script and no style in it", () => {
  const page = readFileSync(join(SOURCES, "../index.html"), "utf8");
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=|https?:/);
});
