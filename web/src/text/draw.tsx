// Draws the closed set as nodes of the page. There is no other way from a text to the page.

import { signal } from "@preact/signals";
import { Fragment, type ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";

import { nameOf } from "../state/people";
import { parse } from "./parse";
import type { Block, Inline, Meant } from "./tree";

/** The names of emoji, once a text has asked for one. */
const names = signal<Meant["emojiOf"]>(undefined);

function namesFor(text: string): Meant["emojiOf"] {
  if (!/:[a-z0-9_+-]+:/.test(text)) return undefined;
  if (!names.value) void import("./emoji").then(({ emojiOf }) => (names.value = emojiOf));
  return names.value;
}

/** A text as Markdown; `mine` is the id of whoever reads, whose own mentions stand out. */
export function Markdown({ text, meant, mine }: { text: string; meant: Meant; mine: string | undefined }) {
  const emojiOf = namesFor(text);
  const blocks = useMemo(() => parse(text, { ...meant, emojiOf }), [text, meant, emojiOf]);
  return <div class={isOnlyEmoji(text) ? "prose prose-emoji" : "prose"} dir="auto">{blocks.map((one, at) => block(one, at, mine))}</div>;
}

export function isOnlyEmoji(text: string): boolean {
  return text.length <= 48 && /^(?:\p{Extended_Pictographic}[\p{Emoji_Modifier}\uFE0F]?(?:\u200D\p{Extended_Pictographic}\uFE0F?)*\s*){1,6}$/u.test(text);
}

function block(node: Block, at: number, mine: string | undefined): ComponentChildren {
  switch (node.is) {
    case "p": return <p key={at} dir="auto">{inlines(node.inside, mine)}</p>;
    case "words": return <Fragment key={at}>{inlines(node.inside, mine)}</Fragment>;
    case "pre": return <pre key={at} tabIndex={0}><code data-language={node.language ?? undefined}>{node.text}</code></pre>;
    case "quote": return <blockquote key={at}>{node.inside.map((one, place) => block(one, place, mine))}</blockquote>;
    case "list": {
      const items = node.items.map((item, place) => <li key={place}>{item.map((one, inner) => block(one, inner, mine))}</li>);
      return node.start === null ? <ul key={at}>{items}</ul> : <ol key={at} start={node.start}>{items}</ol>;
    }
    case "table": return table(node, at, mine);
  }
}

function table(node: Extract<Block, { is: "table" }>, at: number, mine: string | undefined): ComponentChildren {
  return (
    <div key={at} class="prose-table" tabIndex={0}>
      <table>
        <thead><tr>{node.head.map((cell, place) => <th key={place} scope="col">{inlines(cell, mine)}</th>)}</tr></thead>
        <tbody>
          {node.rows.map((row, line) => <tr key={line}>{row.map((cell, place) => <td key={place}>{inlines(cell, mine)}</td>)}</tr>)}
        </tbody>
      </table>
    </div>
  );
}

function inlines(nodes: Inline[], mine: string | undefined): ComponentChildren {
  return nodes.map((node, at) => inline(node, at, mine));
}

function inline(node: Inline, at: number, mine: string | undefined): ComponentChildren {
  switch (node.is) {
    case "text": return node.text;
    case "line": return <br key={at} />;
    case "strong": return <strong key={at}>{inlines(node.inside, mine)}</strong>;
    case "em": return <em key={at}>{inlines(node.inside, mine)}</em>;
    case "del": return <del key={at}>{inlines(node.inside, mine)}</del>;
    case "code": return <code key={at}>{node.text}</code>;
    case "link":
      return <a key={at} href={node.to} rel="nofollow noopener noreferrer ugc" target="_blank">{inlines(node.inside, mine)}</a>;
    case "mention":
      return <span key={at} class={node.userId === mine ? "mention mention-me" : "mention"} title={nameOf(node.userId, node.name)}>@{node.name}</span>;
    case "everyone":
      return <span key={at} class="mention mention-me">@{node.name}</span>;
  }
}
