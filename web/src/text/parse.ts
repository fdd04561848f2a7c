// Markdown as a tree of the closed set. What is nested too deep is shown as it was written.

import type { List, Nodes, Parents, PhrasingContent, RootContent, Table, Text } from "mdast";
import { type Extension, fromMarkdown } from "mdast-util-from-markdown";
import { gfmStrikethroughFromMarkdown } from "mdast-util-gfm-strikethrough";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmTaskListItemFromMarkdown } from "mdast-util-gfm-task-list-item";
import { gfmStrikethrough } from "micromark-extension-gfm-strikethrough";
import { gfmTable } from "micromark-extension-gfm-table";
import { gfmTaskListItem } from "micromark-extension-gfm-task-list-item";

import { address } from "./address";
import { ESCAPED, prose, words } from "./inline";
import type { Block, Inline, Meant } from "./tree";

const DEPTH = 16;
const LANGUAGE = /^[a-z0-9+-]{1,20}$/;
/** What no page may hold, and what we use as a sign of our own. */
const UNSHOWN = /[\0\uE000]/g;
const NOBODY: Meant = { named: () => undefined, everyone: false };

/** What a backslash stands before means nothing to us either. */
const escapes: Extension = {
  exit: {
    characterEscapeValue(token) {
      const tail = this.stack.pop() as Text;
      const sign = this.sliceSerialize(token);
      tail.value += sign === "@" || sign === ":" ? ESCAPED + sign : sign;
      if (tail.position) tail.position.end = { line: token.end.line, column: token.end.column, offset: token.end.offset };
    },
  },
};

const SYNTAX = {
  extensions: [gfmTable(), gfmStrikethrough({ singleTilde: true }), gfmTaskListItem()],
  mdastExtensions: [gfmTableFromMarkdown(), gfmStrikethroughFromMarkdown(), gfmTaskListItemFromMarkdown(), escapes],
};

export function parse(written: string, meant: Meant = NOBODY): Block[] {
  const text = written.replace(UNSHOWN, "\uFFFD");
  if (isPlain(text)) return asWritten(text, (line) => prose(line, meant));
  const root = fromMarkdown(text, SYNTAX);
  // Deeper than this no tree is read, for reading goes as deep as the tree.
  if (isDeeper(root, 4 * DEPTH)) return asWritten(text, words);
  const blocks = new Reading(text, meant, addresses(root)).blocks(root.children);
  return blocks.length === 0 || isDeeper({ children: blocks }, DEPTH) ? asWritten(text, words) : blocks;
}

/** Most of what people say holds no mark at all, and needs no parser. */
function isPlain(text: string): boolean {
  return !/[\\`*_~[\]<>#&|\n!+=\t-]|^\s|\s$|^\d+[.)]|\s{2}/.test(text);
}

function asWritten(text: string, read: (line: string) => Inline[]): Block[] {
  return [{ is: "p", inside: lines(text.trimEnd(), read) }];
}

/** People press Enter where they mean a new line. */
function lines(text: string, read: (line: string) => Inline[]): Inline[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, at) => [...(at > 0 ? [{ is: "line" } as const] : []), ...read(line)]);
}

interface Nested {
  children?: readonly unknown[];
  inside?: readonly unknown[];
  items?: readonly (readonly unknown[])[];
}

/** Whether something in it is nested deeper than so many levels; an item of a list is a level, too. */
function isDeeper(node: Nested, levels: number): boolean {
  if (levels < 0) return true;
  const inside = [...(node.children ?? []), ...(node.inside ?? [])] as Nested[];
  const items = (node.items ?? []).flat() as Nested[];
  return inside.some((one) => isDeeper(one, levels - ("is" in one && isText(one) ? 0 : 1))) || items.some((one) => isDeeper(one, levels - (isText(one) ? 1 : 2)));
}

function isText(node: object): boolean {
  const { is } = node as { is?: string };
  return is === "text" || is === "line" || is === "words";
}

/** Where `[words][name]` leads: the first definition of a name holds. */
function addresses(root: Parents): Map<string, string> {
  const found = new Map<string, string>();
  const look = (node: Nodes) => {
    if (node.type === "definition" && !found.has(node.identifier)) found.set(node.identifier, node.url);
    if ("children" in node) node.children.forEach(look);
  };
  look(root);
  return found;
}

class Reading {
  private readonly source: string;
  private readonly meant: Meant;
  private readonly addresses: Map<string, string>;

  constructor(source: string, meant: Meant, addresses: Map<string, string>) {
    this.source = source;
    this.meant = meant;
    this.addresses = addresses;
  }

  blocks(nodes: RootContent[], tight = false): Block[] {
    return nodes.flatMap((node) => this.block(node, tight));
  }

  private block(node: RootContent, tight: boolean): Block[] {
    switch (node.type) {
      case "paragraph": return [{ is: tight ? "words" : "p", inside: this.inlines(node.children) }];
      case "heading": return [{ is: "p", inside: [{ is: "strong", inside: this.inlines(node.children) }] }];
      case "blockquote": return [{ is: "quote", inside: this.blocks(node.children) }];
      case "code": return [{ is: "pre", language: language(node.lang), text: node.value }];
      case "html": return [{ is: "p", inside: lines(node.value.trimEnd(), words) }];
      // A line of signs is mostly meant as one.
      case "thematicBreak": return [{ is: "p", inside: words(this.written(node)) }];
      case "table": return [this.table(node)];
      case "list": return [this.list(node)];
      default: return [];
    }
  }

  private written({ position }: Nodes): string {
    return this.source.slice(position?.start.offset, position?.end.offset).trim();
  }

  private list(node: List): Block {
    const tight = !node.spread && !node.children.some((item) => item.spread);
    const items = node.children.map((item) => marked(item.checked, this.blocks(item.children, tight)));
    return { is: "list", start: node.ordered ? (node.start ?? 1) : null, items };
  }

  private table({ children: [head, ...rows] }: Table): Block {
    const cells = (row: typeof head) => row?.children.map((cell) => this.inlines(cell.children)) ?? [];
    const top = cells(head);
    // A row that ends early has empty cells, and one that goes on too long is cut.
    return { is: "table", head: top, rows: rows.map((row) => top.map((_, at) => cells(row)[at] ?? [])) };
  }

  private inlines(nodes: PhrasingContent[], inLink = false): Inline[] {
    return nodes.flatMap((node) => this.inline(node, inLink));
  }

  private inline(node: PhrasingContent, inLink: boolean): Inline[] {
    switch (node.type) {
      case "text": return lines(node.value, (line) => (inLink ? words(line) : prose(line, this.meant)));
      case "break": return [{ is: "line" }];
      case "strong": return [{ is: "strong", inside: this.inlines(node.children, inLink) }];
      case "emphasis": return [{ is: "em", inside: this.inlines(node.children, inLink) }];
      case "delete": return [{ is: "del", inside: this.inlines(node.children, inLink) }];
      case "inlineCode": return [{ is: "code", text: node.value }];
      case "html": return lines(node.value, words);
      case "link": return this.link(node.url, node.children, inLink);
      case "linkReference": return this.link(this.addresses.get(node.identifier), node.children, inLink);
      // A picture would be loaded from wherever it says; whoever wants to see it follows the link.
      case "image": return this.link(node.url, textOf(node.alt), inLink);
      case "imageReference": return this.link(this.addresses.get(node.identifier), textOf(node.alt), inLink);
      default: return [];
    }
  }

  /** Where it leads elsewhere than to the web or to a mailbox, what it says is text. */
  private link(url: string | undefined, children: PhrasingContent[], inLink: boolean): Inline[] {
    const to = inLink || url === undefined ? undefined : address(url.replaceAll(ESCAPED, ""));
    if (to === undefined) return this.inlines(children, inLink);
    const inside = this.inlines(children, true);
    return [{ is: "link", to, inside: inside.length > 0 ? inside : words(to) }];
  }
}

function textOf(alt: string | null | undefined): PhrasingContent[] {
  return alt ? [{ type: "text", value: alt }] : [];
}

function language(info: string | null | undefined): string | null {
  const word = info?.toLowerCase() ?? "";
  return LANGUAGE.test(word) ? word : null;
}

function marked(checked: boolean | null | undefined, blocks: Block[]): Block[] {
  if (checked === null || checked === undefined) return blocks;
  const box = words(checked ? "☑ " : "☐ ");
  const [first, ...rest] = blocks;
  if (first?.is !== "p" && first?.is !== "words") return [{ is: "words", inside: box }, ...blocks];
  return [{ ...first, inside: [...box, ...first.inside] }, ...rest];
}
