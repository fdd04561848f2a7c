// Messages that are not known to be sent: kept over a reload, sent in order, again and again with the same
// id until the server says yes or no for good (contract D-05, D-06).
import { Backoff } from "./backoff";
import type { Kept, OutboxStore } from "./outbox-store";
import type { HubError } from "./problem";
import type { Tabs } from "./tabs";
import type { Draft, Message, Problem, Sent } from "./wire";

export interface Pending {
  clientMsgId: string;
  draft: Draft;
  /** `sent`: the server has it, and its entry has not been heard yet. `failed`: only `retry` tries again. */
  status: "waiting" | "sending" | "sent" | "failed";
  problem?: Problem;
  message?: Message;
}

/** What tabs tell each other. */
export type Told =
  | { what: "kept"; kept: Kept }
  | { what: "sent"; clientMsgId: string; message: Message }
  | { what: "dropped"; clientMsgId: string };

export interface OutboxParts {
  userId: string;
  store: OutboxStore;
  tabs: (heard: (told: Told) => void) => Tabs<Told>;
  random: () => number;
  /** Whether there is somebody to send to. */
  ready: () => boolean;
  /** Rejects with a HubError. */
  send: (draft: Draft, clientMsgId: string) => Promise<Sent>;
  /** Whether the entry of this message is still to be heard. */
  awaited: (message: Message) => boolean;
  changed: (channelId: string) => void;
}

interface Item extends Pending {
  /** Given once it is kept; what is not kept is not sent. */
  order?: number;
}

interface Rest {
  backoff: Backoff;
  timer?: ReturnType<typeof setTimeout>;
}

export class Outbox {
  readonly #parts: OutboxParts;
  readonly #tabs: Tabs<Told>;
  readonly #items = new Map<string, Item>();
  /** Channels whose last send has to be repeated after a while. */
  readonly #rests = new Map<string, Rest>();
  /** Writes follow each other, so that the store numbers messages as they were written. */
  #writing: Promise<unknown> = Promise.resolve();
  /** Whether what an earlier page left was read. */
  #read = false;
  #draining = false;
  #closed = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#tabs = parts.tabs((told) => this.#heard(told));
    void this.#begin();
  }

  list(channelId: string): Pending[] {
    return this.#inOrder().filter(({ draft }) => draft.channelId === channelId);
  }

  /** How many messages are not known to be sent. */
  get size(): number {
    return [...this.#items.values()].filter(({ status }) => status !== "sent").length;
  }

  add(draft: Draft): string {
    const clientMsgId = newId();
    void this.#keep({ clientMsgId, draft, status: "waiting" });
    return clientMsgId;
  }

  retry(clientMsgId: string): void {
    const item = this.#items.get(clientMsgId);
    if (item?.status !== "failed") return;
    const { problem: _, ...rest } = item;
    void this.#keep({ ...rest, status: "waiting" });
  }

  /** Of what is under way nobody can say that it was not sent, so it stays. */
  drop(clientMsgId: string): void {
    const item = this.#items.get(clientMsgId);
    if (item?.status !== "failed" && item?.status !== "waiting") return;
    void this.#forget(item);
    this.#tabs.tell({ what: "dropped", clientMsgId });
  }

  /** The entry of this message is about to be told. */
  seen(clientMsgId: string): void {
    const item = this.#items.get(clientMsgId);
    if (item) void this.#forget(item);
  }

  /** Some entries will not be told one by one any more. */
  settle(): void {
    for (const item of [...this.#items.values()]) {
      if (item.message && !this.#parts.awaited(item.message)) this.#take(item);
    }
  }

  /** Throws away what this user has not sent. */
  async clear(): Promise<void> {
    for (const item of [...this.#items.values()]) this.#take(item);
    await this.#write(() => this.#parts.store.clear(this.#parts.userId));
  }

  /** There is a new connection. */
  wake(): void {
    this.#stopResting();
    void this.#begin();
  }

  close(): void {
    this.#closed = true;
    this.#stopResting();
    this.#tabs.close();
  }

  async #begin(): Promise<void> {
    if (!this.#read) await this.#refresh();
    await this.#drain();
  }

  #inOrder(): Item[] {
    const order = (item: Item) => item.order ?? Infinity;
    return [...this.#items.values()].sort((one, other) => (order(one) < order(other) ? -1 : order(one) > order(other) ? 1 : 0));
  }

  async #keep(item: Item): Promise<void> {
    this.#set(item);
    const order = await this.#write(() => this.#parts.store.put(this.#kept(item)));
    const now = this.#items.get(item.clientMsgId);
    // Thrown away while it was written.
    if (!now) return this.#remove(order);
    now.order = order;
    this.#tabs.tell({ what: "kept", kept: this.#kept(now) });
    await this.#drain();
  }

  #kept({ order, clientMsgId, draft, problem }: Item): Kept {
    const kept: Kept = { userId: this.#parts.userId, clientMsgId, draft };
    if (order !== undefined) kept.order = order;
    if (problem) kept.problem = problem;
    return kept;
  }

  #write<T>(work: () => Promise<T>): Promise<T> {
    const written = this.#writing.then(work);
    this.#writing = written.catch(() => undefined);
    return written;
  }

  #set(item: Item): void {
    this.#items.set(item.clientMsgId, item);
    this.#parts.changed(item.draft.channelId);
  }

  #take(item: Item): void {
    if (this.#items.delete(item.clientMsgId)) this.#parts.changed(item.draft.channelId);
  }

  async #forget(item: Item): Promise<void> {
    this.#take(item);
    const { order } = item;
    if (order !== undefined) await this.#remove(order);
  }

  /** What cannot be removed is sent again some time, and the server answers it as a duplicate. */
  #remove(order: number): Promise<void> {
    return this.#write(() => this.#parts.store.remove(order)).catch(() => undefined);
  }

  /** The store is right: other tabs write to it and send from it. What cannot be read tells nothing, and all stays as it is. */
  async #refresh(): Promise<void> {
    const kept = await this.#write(() => this.#parts.store.all(this.#parts.userId)).catch(() => null);
    if (!kept) return;
    this.#read = true;
    const there = new Set(kept.map(({ order }) => order));
    for (const item of [...this.#items.values()]) {
      if (item.status === "waiting" && item.order !== undefined && !there.has(item.order)) this.#take(item);
    }
    for (const one of kept) this.#adopt(one);
  }

  #adopt(kept: Kept): void {
    const status = kept.problem ? "failed" : "waiting";
    const item = this.#items.get(kept.clientMsgId);
    if (item && (item.order === undefined || item.status === status)) return;
    if (item?.status === "sending" || item?.status === "sent") return;
    const { userId: _, ...rest } = kept;
    this.#set({ ...rest, status });
  }

  #heard(told: Told): void {
    if (told.what === "kept") {
      this.#adopt(told.kept);
      return void this.#drain();
    }
    const item = this.#items.get(told.clientMsgId);
    if (!item) return;
    if (told.what === "sent") this.#arrived(item, told.message);
    else this.#take(item);
  }

  /** Sends all there is, while no other tab does. */
  async #drain(): Promise<void> {
    if (this.#draining || !this.#next()) return;
    this.#draining = true;
    try {
      await this.#tabs.alone(async () => {
        await this.#refresh();
        for (let item = this.#next(); item; item = this.#next()) await this.#send(item);
      });
    } catch {
      // The lock was refused. What would have been next tries again after a rest.
      const next = this.#next();
      if (next) this.#rest(next.draft.channelId, undefined);
    } finally {
      this.#draining = false;
    }
    // What came between the last look and here.
    await this.#drain();
  }

  #next(): Item | undefined {
    if (this.#closed || !this.#parts.ready()) return undefined;
    return this.#inOrder().find(
      ({ status, order, draft }) =>
        status === "waiting" && order !== undefined && !this.#rests.get(draft.channelId)?.timer,
    );
  }

  async #send(item: Item): Promise<void> {
    const { clientMsgId, draft } = item;
    this.#set({ ...item, status: "sending" });
    const sent = await this.#parts.send(draft, clientMsgId).catch((error: HubError) => this.#refused(clientMsgId, error));
    if (!sent) return;
    const { message } = sent;
    this.#rests.delete(draft.channelId);
    this.#tabs.tell({ what: "sent", clientMsgId, message });
    this.#arrived(item, message);
    if (item.order !== undefined) await this.#remove(item.order);
  }

  #arrived(item: Item, message: Message): void {
    if (!this.#items.has(item.clientMsgId)) return;
    if (this.#parts.awaited(message)) this.#set({ ...item, status: "sent", message });
    else this.#take(item);
  }

  #refused(clientMsgId: string, error: HubError): void {
    const item = this.#items.get(clientMsgId);
    if (!item) return;
    if (error.passes) {
      this.#set({ ...item, status: "waiting" });
      this.#rest(item.draft.channelId, error.retryAfterMs);
    } else {
      const { code, message, retryable, details } = error;
      void this.#keep({ ...item, status: "failed", problem: { code, message, retryable, ...(details && { details }) } });
    }
  }

  #rest(channelId: string, atLeast: number | undefined): void {
    const rest = this.#rests.get(channelId) ?? { backoff: new Backoff(this.#parts.random) };
    const over = () => {
      delete rest.timer;
      void this.#drain();
    };
    rest.timer = setTimeout(over, rest.backoff.next(atLeast));
    this.#rests.set(channelId, rest);
  }

  #stopResting(): void {
    for (const { timer } of this.#rests.values()) clearTimeout(timer);
    this.#rests.clear();
  }
}

/** 22 characters of 128 random bits; `crypto.randomUUID` is there on https only. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
