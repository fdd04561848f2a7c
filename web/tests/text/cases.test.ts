// The same cases as the server's: what a text becomes is the same here as where the server shows it as HTML.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { emojiOf } from "../../src/text/emoji";
import { parse } from "../../src/text/parse";
import type { Block, Inline } from "../../src/text/tree";

interface Case {
  name: string;
  source: string;
  html: string;
  mentions?: Record<string, string>;
  everyone?: boolean;
}

const cases = JSON.parse(readFileSync(new URL("../../../fixtures/markdown.json", import.meta.url), "utf8")) as Case[];
/** The bound is one of the HTML, which is not made here. */
const OF_HTML = "longer than 64 KiB is shown as it was written";

describe("markdown as the server shows it", () => {
  for (const { name, source, html, mentions = {}, everyone = false } of cases.filter((one) => one.name !== OF_HTML)) {
    it(name, () => {
      const named = (word: string) => mentions[word.toLowerCase()];
      expect(blocks(parse(source, { named, everyone, emojiOf }))).toBe(html);
    });
  }
});

function blocks(all: Block[]): string {
  return all.map(block).join("");
}

function block(one: Block): string {
  switch (one.is) {
    case "p": return `<p>${inlines(one.inside)}</p>`;
    case "words": return inlines(one.inside);
    case "pre": return `<pre><code${one.language ? ` class="language-${one.language}"` : ""}>${escape(one.text)}</code></pre>`;
    case "quote": return `<blockquote>${blocks(one.inside)}</blockquote>`;
    case "list": {
      const items = one.items.map((item) => `<li>${blocks(item)}</li>`).join("");
      if (one.start === null) return `<ul>${items}</ul>`;
      return `<ol${one.start === 1 ? "" : ` start="${one.start}"`}>${items}</ol>`;
    }
    case "table": return table(one);
  }
}

function table({ head, rows }: Extract<Block, { is: "table" }>): string {
  const line = (cells: Inline[][], tag: string) => `<tr>${cells.map((cell) => `<${tag}>${inlines(cell)}</${tag}>`).join("")}</tr>`;
  const body = rows.length > 0 ? `<tbody>${rows.map((row) => line(row, "td")).join("")}</tbody>` : "";
  return `<table><thead>${line(head, "th")}</thead>${body}</table>`;
}

function inlines(all: Inline[]): string {
  return all.map(inline).join("");
}

function inline(one: Inline): string {
  switch (one.is) {
    case "text": return escape(one.text);
    case "line": return "<br>";
    case "strong":
    case "em":
    case "del": return `<${one.is}>${inlines(one.inside)}</${one.is}>`;
    case "code": return `<code>${escape(one.text)}</code>`;
    case "link": return `<a href="${escape(one.to)}" rel="nofollow noopener noreferrer ugc" target="_blank">${inlines(one.inside)}</a>`;
    case "mention": return `<span class="mention" data-user="${one.userId}">@${one.name}</span>`;
    case "everyone": return `<span class="mention">@${one.name}</span>`;
  }
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\u00a0", "&nbsp;");
}
