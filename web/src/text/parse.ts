// Markdown as a tree of the closed set. What is nested too deep is shown as it was written.

import type { AlignType, Nodes, Parents, PhrasingContent, RootContent, Table } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmStrikethroughFromMarkdown } from "mdast-util-gfm-strikethrough";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmTaskListItemFromMarkdown } from "mdast-util-gfm-task-list-item";
import { gfmStrikethrough } from "micromark-extension-gfm-strikethrough";
import { gfmTable } from "micromark-extension-gfm-table";
import { gfmTaskListItem } from "micromark-extension-gfm-task-list-item";

import { address } from "./address";
import { prose } from "./inline";
import type { Block, Inline, Named } from "./tree";

const DEPTH = 16;
const LANGUAGE = /^[a-z0-9+-]{1,20}$/;

const SYNTAX = {
  extensions: [gfmTable(), gfmStrikethrough({ singleTilde: true }), gfmTaskListItem()],
  mdastExtensions: [gfmTableFromMarkdown(), gfmStrikethroughFromMarkdown(), gfmTaskListItemFromMarkdown()],
};

export interface Meant {
  named: Named;
  /** Whether `@here` and the like called anybody. */
  everyone: boolean;
}

const NOBODY: Meant = { named: () => undefined, everyone: false };

export function parse(text: string, meant: Meant = NOBODY): Block[] {
  if (isPlain(text)) return plain(text, meant);
  const root = fromMarkdown(text, SYNTAX);
  if (depth(root) > DEPTH) return plain(text, NOBODY);
  return new Reading(meant, addresses(root)).blocks(root.children);
}

/** Most of what people say holds no mark at all, and needs no parser. */
function isPlain(text: string): boolean {
  return !/[\\`*_~[\]<>#&|\n!+=\t-]|^\s|\s$|^\d+[.)]|\s{2}/.test(text);
}

function plain(text: string, meant: Meant): Block[] {
  const lines = text.split(/\r\n|\n|\r/);
  return [{ is: "p", inside: lines.flatMap((line, at) => [
    ...(at > 0 ? [{ is: "line" } as const] : []),
    ...(line ? prose(line, meant.named, meant.everyone) : []),
  ]) }];
}

function depth(node: Nodes): number {
  if (!("children" in node)) return 0;
  return 1 + node.children.reduce((most, child) => Math.max(most, depth(child)), 0);
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
  private readonly meant: Meant;
  private readonly addresses: Map<string, string>;

  constructor(meant: Meant, addresses: Map<string, string>) {
    this.meant = meant;
    this.addresses = addresses;
  }

  blocks(nodes: RootContent[]): Block[] {
    return nodes.flatMap((node) => this.block(node));
  }

  private block(node: RootContent): Block[] {
    switch (node.type) {
      case "paragraph": return [{ is: "p", inside: this.inlines(node.children) }];
      case "heading": return [{ is: "p", inside: [{ is: "strong", inside: this.inlines(node.children) }] }];
      case "blockquote": return [{ is: "quote", inside: this.blocks(node.children) }];
      case "code": return [{ is: "pre", language: language(node.lang), text: node.value }];
      case "html": return [{ is: "p", inside: verbatim(node.value) }];
      case "thematicBreak": return [{ is: "p", inside: [{ is: "text", text: "⁂" }] }];
      case "table": return [this.table(node)];
      case "list": return [{
        is: "list",
        start: node.ordered ? (node.start ?? 1) : null,
        items: node.children.map((item) => marked(item.checked, this.blocks(item.children))),
      }];
      default: return [];
    }
  }

  private table({ children: [head, ...rows] }: Table & { align?: AlignType[] | null }): Block {
    const cells = (row: typeof head) => row?.children.map((cell) => this.inlines(cell.children)) ?? [];
    return { is: "table", head: cells(head), rows: rows.map(cells) };
  }

  private inlines(nodes: PhrasingContent[], inLink = false): Inline[] {
    return nodes.flatMap((node) => this.inline(node, inLink));
  }

  private inline(node: PhrasingContent, inLink: boolean): Inline[] {
    switch (node.type) {
      case "text": return this.text(node.value, inLink);
      case "break": return [{ is: "line" }];
      case "strong": return [{ is: "strong", inside: this.inlines(node.children, inLink) }];
      case "emphasis": return [{ is: "em", inside: this.inlines(node.children, inLink) }];
      case "delete": return [{ is: "del", inside: this.inlines(node.children, inLink) }];
      case "inlineCode": return [{ is: "code", text: node.value }];
      case "html": return verbatim(node.value);
      case "link": return this.link(node.url, node.children, inLink);
      case "linkReference": return this.link(this.addresses.get(node.identifier), node.children, inLink);
      // A picture would be loaded from wherever it says; whoever wants to see it follows the link.
      case "image": return this.link(node.url, [{ type: "text", value: node.alt ?? "" }], inLink);
      case "imageReference":
        return this.link(this.addresses.get(node.identifier), [{ type: "text", value: node.alt ?? "" }], inLink);
      default: return [];
    }
  }

  /** Where it leads elsewhere than to the web or to a mailbox, what it says is text. */
  private link(url: string | undefined, children: PhrasingContent[], inLink: boolean): Inline[] {
    const to = inLink || url === undefined ? undefined : address(url);
    if (to === undefined) return this.inlines(children, inLink);
    return [{ is: "link", to, inside: this.inlines(children, true) }];
  }

  private text(value: string, inLink: boolean): Inline[] {
    // People press Enter where they mean a new line.
    return value.split("\n").flatMap((line, at) => [
      ...(at > 0 ? [{ is: "line" } as const] : []),
      ...(inLink ? words(line) : prose(line, this.meant.named, this.meant.everyone)),
    ]);
  }
}

function words(text: string): Inline[] {
  return text ? [{ is: "text", text }] : [];
}

/** Shown and not obeyed. */
function verbatim(value: string): Inline[] {
  return value.split("\n").flatMap((line, at) => [...(at > 0 ? [{ is: "line" } as const] : []), ...words(line)]);
}

function language(info: string | null | undefined): string | null {
  const word = info?.toLowerCase() ?? "";
  return LANGUAGE.test(word) ? word : null;
}

function marked(checked: boolean | null | undefined, blocks: Block[]): Block[] {
  if (checked === null || checked === undefined) return blocks;
  const box: Inline = { is: "text", text: checked ? "☑ " : "☐ " };
  const [first, ...rest] = blocks;
  return first?.is === "p" ? [{ is: "p", inside: [box, ...first.inside] }, ...rest] : [{ is: "p", inside: [box] }, ...blocks];
}
