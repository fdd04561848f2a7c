// What a text becomes, and that it becomes nothing else.
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { parse } from "../../src/text/parse";
import type { Block, Inline } from "../../src/text/tree";

const ANN = "6b002553bae9a421cc4b6a3e";
const meant = { named: (name: string) => (name.toLowerCase() === "ann" ? ANN : undefined), everyone: true };
const text = (words: string): Inline => ({ is: "text", text: words });

/** The only paragraph of a text. */
function line(written: string): Inline[] {
  const [first, ...rest] = parse(written, meant);
  expect(rest).toEqual([]);
  expect(first?.is).toBe("p");
  return (first as Extract<Block, { is: "p" }>).inside;
}

describe("markdown", () => {
  it("marks words", () => {
    expect(line("**a** *b* ~~c~~ `d<e`")).toEqual([
      { is: "strong", inside: [text("a")] }, text(" "), { is: "em", inside: [text("b")] }, text(" "),
      { is: "del", inside: [text("c")] }, text(" "), { is: "code", text: "d<e" },
    ]);
    expect(line("# Title")).toEqual([{ is: "strong", inside: [text("Title")] }]);
    expect(line("one\ntwo")).toEqual([text("one"), { is: "line" }, text("two")]);
    expect(line("---")).toEqual([text("---")]);
    expect(line("fish &amp; chips &lt;3")).toEqual([text("fish & chips <3")]);
  });

  it("has quotes, lists, code and tables", () => {
    expect(parse("> said")).toEqual([{ is: "quote", inside: [{ is: "p", inside: [text("said")] }] }]);
    expect(parse("3. c\n4. d")).toMatchObject([{ is: "list", start: 3, items: [[{ is: "words" }], [{ is: "words" }]] }]);
    expect(parse("- [x] done")).toEqual([{ is: "list", start: null, items: [[{ is: "words", inside: [text("☑ "), text("done")] }]] }]);
    expect(parse("```rust\na < b\n```")).toEqual([{ is: "pre", language: "rust", text: "a < b" }]);
    expect(parse("```a\"b\nx\n```")).toEqual([{ is: "pre", language: null, text: "x" }]);
    expect(parse("|a|b|\n|-|-|\n|1|2|")).toEqual([{ is: "table", head: [[text("a")], [text("b")]], rows: [[[text("1")], [text("2")]]] }]);
  });

  it("shows HTML and does not obey it", () => {
    expect(line("<b>x</b>")).toEqual([text("<b>"), text("x"), text("</b>")]);
    expect(parse("<script>\nalert(1)\n</script>")).toEqual([{ is: "p", inside: [text("<script>"), { is: "line" }, text("alert(1)"), { is: "line" }, text("</script>")] }]);
  });
});

describe("links", () => {
  const to = (written: string) => links(parse(written, meant));
  it("lead to the web or to a mailbox", () => {
    expect(to("[x](https://example.org/?a=1&b=2)")).toEqual(["https://example.org/?a=1&b=2"]);
    expect(to("see https://example.org/a?b=c#d.")).toEqual(["https://example.org/a?b=c#d"]);
    expect(to("(https://example.org/a_(b))")).toEqual(["https://example.org/a_(b)"]);
    expect(to("<mailto:ann@example.org>")).toEqual(["mailto:ann@example.org"]);
    expect(to("[x][a]\n\n[a]: https://example.org")).toEqual(["https://example.org/"]);
    expect(to("![x](https://example.org/x.png)")).toEqual(["https://example.org/x.png"]);
    expect(to("[![a](https://a.example)](https://b.example)")).toEqual(["https://b.example/"]);
  });

  it("lead nowhere else", () => {
    for (const address of ["javascript:alert(1)", "/uploads/a", "data:text/html,x", "java\tscript:alert(1)", "//a.example", "vbscript:x", "JaVaScRiPt:x", "file:///etc/passwd"]) {
      expect(to(`[x](${address})`), address).toEqual([]);
      expect(to(`[x](<${address}>)`), address).toEqual([]);
    }
    expect(to("xhttps://example.org https:// ftp://example.org")).toEqual([]);
  });
});

describe("names", () => {
  it("are those of people, by themselves and outside of code", () => {
    expect(line("hi @ann, @bob")).toEqual([text("hi "), { is: "mention", name: "ann", userId: ANN }, text(", @bob")]);
    expect(line("thanks @Ann.")).toEqual([text("thanks "), { is: "mention", name: "Ann", userId: ANN }, text(".")]);
    expect(line("`@ann`")).toEqual([{ is: "code", text: "@ann" }]);
    expect(line("x@ann")).toEqual([text("x@ann")]);
    expect(line("@here @channel")).toEqual([{ is: "everyone", name: "here" }, text(" "), { is: "everyone", name: "channel" }]);
  });
});

describe("anything", () => {
  const pieces = fc.constantFrom("*", "**", "_", "~~", "`", "```\n", "# ", "> ", "|", "\n", "\n\n", "[a](", ")", "https://a.b", "<b onx=y>", "</p>", "&lt;", "&#0;", "@ann", "![", "1. ", "- [x] ", "javascript:", "a", " ", "\t", "\u202e", "😀", "<!--", "[a]: data:x");
  it("becomes nothing outside of the closed set", () => {
    fc.assert(fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 60 }), (parts) => {
      for (const address of links(parse(parts.join(""), meant))) expect(address).toMatch(/^(https?|mailto):/);
    }));
  });

  it("that is nested too deep is shown as it was written", () => {
    const deep = `${"> ".repeat(40)}x`;
    expect(parse(deep)).toEqual([{ is: "p", inside: [text(deep)] }]);
    for (const mark of ["> ", "- ", "[", "*", "_a", "`", "(", "|", "<", "![", "&"]) {
      expect(parse(mark.repeat(4_000 / mark.length)).length).toBeGreaterThan(0);
    }
  });
});

function links(blocks: Block[]): string[] {
  return blocks.flatMap((block) => {
    switch (block.is) {
      case "p":
      case "words": return among(block.inside);
      case "pre": return [];
      case "quote": return links(block.inside);
      case "list": return block.items.flatMap(links);
      case "table": return [block.head, ...block.rows].flat().flatMap(among);
    }
  });
}

function among(inlines: Inline[]): string[] {
  return inlines.flatMap((one) => {
    if (one.is === "link") return [one.to, ...among(one.inside)];
    return "inside" in one ? among(one.inside) : [];
  });
}
