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
  /** Of a list without empty lines between: no paragraph. */
  | { is: "words"; inside: Inline[] }
  | { is: "pre"; language: string | null; text: string }
  | { is: "quote"; inside: Block[] }
  | { is: "list"; start: number | null; items: Block[][] }
  | { is: "table"; head: Inline[][]; rows: Inline[][][] };

/** What names in a text stand for. */
export interface Meant {
  /** Whom `@name` means, if anybody. */
  named: (name: string) => string | undefined;
  /** Whether `@here` and the like called anybody. */
  everyone: boolean;
  /** What `:name:` stands for; left out while the names are not loaded. */
  emojiOf?: ((name: string) => string | undefined) | undefined;
}
