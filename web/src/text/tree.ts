// What a text can become when it is shown: a closed set. Nothing else reaches the page.

export type Inline =
  | { is: "text"; text: string }
  | { is: "line" }
  | { is: "strong" | "em" | "del"; inside: Inline[] }
  | { is: "code"; text: string }
  | { is: "link"; to: string; inside: Inline[] }
  | { is: "mention"; name: string; userId: string }
  | { is: "everyone"; name: string };

export type Block =
  | { is: "p"; inside: Inline[] }
  | { is: "pre"; language: string | null; text: string }
  | { is: "quote"; inside: Block[] }
  | { is: "list"; start: number | null; items: Block[][] }
  | { is: "table"; head: Inline[][]; rows: Inline[][][] };

/** Whom `@name` means, if anybody. */
export type Named = (name: string) => string | undefined;
