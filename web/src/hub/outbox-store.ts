// Where unsent messages survive a reload: IndexedDB, or memory where a browser gives us none.
import type { Draft, Problem } from "./wire";

/** One message that is not known to be sent. */
export interface Kept {
  /** Given by the store; messages are sent in this order. */
  order?: number;
  userId: string;
  clientMsgId: string;
  draft: Draft;
  /** Why it will not be tried again by itself. */
  problem?: Problem;
}

export interface OutboxStore {
  /** Of this user, in order. Rejects where it cannot be read: then nobody knows what is there. */
  all(userId: string): Promise<Kept[]>;
  /** Writes it, as new if it has no order yet; answers its order. */
  put(kept: Kept): Promise<number>;
  remove(order: number): Promise<void>;
  clear(userId: string): Promise<void>;
}

const NAME = "hubbub-outbox";
const TABLE = "messages";

export class IndexedStore implements OutboxStore {
  #database: Promise<IDBDatabase> | null = null;

  async all(userId: string): Promise<Kept[]> {
    return this.#run("readonly", (table) => table.index("user").getAll(userId));
  }

  async put(kept: Kept): Promise<number> {
    return this.#run("readwrite", (table) => table.put(kept)) as Promise<number>;
  }

  async remove(order: number): Promise<void> {
    await this.#run("readwrite", (table) => table.delete(order));
  }

  async clear(userId: string): Promise<void> {
    for (const { order } of await this.all(userId)) if (order !== undefined) await this.remove(order);
  }

  /** A database that fails, as one does that the browser has closed, is opened once more. */
  async #run<T>(mode: IDBTransactionMode, ask: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return this.#try(mode, ask).catch(() => this.#try(mode, ask));
  }

  async #try<T>(mode: IDBTransactionMode, ask: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const opening = (this.#database ??= open(() => this.#lose(opening)));
    try {
      return await within(await opening, mode, ask);
    } catch (problem) {
      this.#lose(opening);
      throw problem;
    }
  }

  #lose(opening: Promise<IDBDatabase>): void {
    if (this.#database === opening) this.#database = null;
    void opening.then((database) => database.close(), () => undefined);
  }
}

function within<T>(database: IDBDatabase, mode: IDBTransactionMode, ask: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    // Strict: an answered write is on disk and not in a buffer.
    const transaction = database.transaction(TABLE, mode, { durability: "strict" });
    const request = ask(transaction.objectStore(TABLE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error ?? new Error("the browser kept nothing"));
  });
}

function open(closed: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      const table = request.result.createObjectStore(TABLE, { keyPath: "order", autoIncrement: true });
      table.createIndex("user", "userId");
    };
    request.onsuccess = () => {
      request.result.onclose = closed;
      resolve(request.result);
    };
    request.onerror = () => reject(request.error ?? new Error("the browser opened no database"));
  });
}

export class MemoryStore implements OutboxStore {
  readonly #rows = new Map<number, Kept>();
  #last: number;

  constructor(after = 0) {
    this.#last = after;
  }

  async all(userId: string): Promise<Kept[]> {
    return [...this.#rows.values()].filter((kept) => kept.userId === userId).map((kept) => structuredClone(kept));
  }

  async put(kept: Kept): Promise<number> {
    const order = kept.order ?? (this.#last += 1);
    this.#rows.set(order, structuredClone({ ...kept, order }));
    return order;
  }

  async remove(order: number): Promise<void> {
    this.#rows.delete(order);
  }

  async clear(userId: string): Promise<void> {
    for (const [order, kept] of this.#rows) if (kept.userId === userId) this.#rows.delete(order);
  }
}

/** Where memory begins to number. */
const UNKEPT = 2 ** 40;

/** The store of this browser; what it will not keep, as in some private windows, is in memory until the page ends. */
export class BrowserStore implements OutboxStore {
  readonly #kept = new IndexedStore();
  readonly #memory = new MemoryStore(UNKEPT);

  async all(userId: string): Promise<Kept[]> {
    return [...(await this.#kept.all(userId)), ...(await this.#memory.all(userId))];
  }

  async put(kept: Kept): Promise<number> {
    if (kept.order !== undefined && kept.order > UNKEPT) return this.#memory.put(kept);
    return this.#kept.put(kept).catch(() => this.#memory.put(kept));
  }

  async remove(order: number): Promise<void> {
    // What was kept once and could not be written again is in both.
    await this.#memory.remove(order);
    if (order <= UNKEPT) await this.#kept.remove(order);
  }

  async clear(userId: string): Promise<void> {
    await this.#memory.clear(userId);
    await this.#kept.clear(userId).catch(() => undefined);
  }
}
