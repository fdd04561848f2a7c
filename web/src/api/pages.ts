// Lists that come in pages: all of one, or page by page as somebody scrolls.
import { signal, type Signal } from "@preact/signals";
import { api } from "./http";
import type { Failure } from "./failure";
import type { Page } from "./types";

type Query = Record<string, string | number | boolean | null | undefined>;

/** Every item of a list that is never long; `most` is where one stops nevertheless. */
export async function all<Item, Name extends string>(path: string, name: Name, query: Query = {}, most = 1000): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Name, Item> = await api.get<Page<Name, Item>>(path, { ...query, limit: 100, cursor });
    items.push(...(page as Record<Name, Item[]>)[name]);
    cursor = page.nextCursor;
  } while (cursor && items.length < most);
  return items;
}

export interface Listed<Item> {
  items: Item[];
  more: boolean;
  loading: boolean;
  problem: Failure | null;
}

/** A list that is read on when asked to; a newer question makes the answers to older ones void. */
export class Listing<Item, Name extends string> {
  readonly state: Signal<Listed<Item>> = signal({ items: [], more: false, loading: true, problem: null });
  readonly #path: string;
  readonly #name: Name;
  #query: Query = {};
  #cursor: string | null = null;
  #question = 0;

  constructor(path: string, name: Name) {
    this.#path = path;
    this.#name = name;
  }

  start(query: Query = {}): Promise<void> {
    this.#query = query;
    this.#cursor = null;
    return this.#read([]);
  }

  more(): Promise<void> {
    return this.#read(this.state.value.items);
  }

  change(how: (items: Item[]) => Item[]): void {
    this.state.value = { ...this.state.value, items: how(this.state.value.items) };
  }

  async #read(before: Item[]): Promise<void> {
    const question = ++this.#question;
    this.state.value = { ...this.state.value, items: before, loading: true, problem: null };
    try {
      const page = await api.get<Page<Name, Item>>(this.#path, { ...this.#query, cursor: this.#cursor });
      if (question !== this.#question) return;
      this.#cursor = page.nextCursor;
      const items = [...before, ...(page as Record<Name, Item[]>)[this.#name]];
      this.state.value = { items, more: this.#cursor !== null, loading: false, problem: null };
    } catch (problem) {
      if (question !== this.#question) return;
      this.state.value = { items: before, more: false, loading: false, problem: problem as Failure };
    }
  }
}
