// What a browser loads of the built client, packed with gzip: before signing in, and for a conversation.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BOUNDS = [
  { what: "before signing in", from: ["index.html"], kilobytes: 60 },
  { what: "a conversation", from: ["index.html", "src/pages/shell.tsx", "src/conversation/index.tsx"], kilobytes: 150 },
];

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

/** The scripts of these and of all that they import. */
function scripts(names, found = new Set()) {
  for (const name of names) {
    const chunk = manifest[name];
    if (!chunk) throw new Error(`the build has no ${name}`);
    if (found.has(chunk.file)) continue;
    found.add(chunk.file);
    scripts(chunk.imports ?? [], found);
  }
  return found;
}

let over = false;
for (const { what, from, kilobytes } of BOUNDS) {
  const files = [...scripts(from)];
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length, 0);
  const size = bytes / 1000;
  console.log(`${what}: ${size.toFixed(1)} kB of script in ${files.length} files, at most ${kilobytes}`);
  over ||= size > kilobytes;
}
if (over) process.exitCode = 1;
