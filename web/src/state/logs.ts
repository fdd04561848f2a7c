// The channels that are open, or were a moment ago: each is fed by the hub and read over REST.
import { signal } from "@preact/signals";
import { api } from "../api/http";
import type { Hub } from "../hub";
import type { Channel, ChannelEntry, Message } from "../hub/wire";
import { Stretch, type Reading } from "./stretch";
import { ThreadLog } from "./thread";

const PAGE = 50;
/** Of so many channels what was read is kept, so that going back and forth costs nothing. */
const KEPT = 12;
const PAUSE = 2_000;

interface Page {
  messages: Message[];
  head: number;
  hasMoreBefore: boolean;
  hasMoreAfter: boolean;
}

type Query = { before?: number; after?: number; around?: number; limit?: number };

export type Phase = "loading" | "ready" | "gone" | "failed";

export class ChannelLog {
  readonly id: string;
  readonly phase = signal<Phase>("loading");
  readonly channel = signal<Channel | null>(null);
  readonly stretch = new Stretch();
  /** What is being read at this moment, if anything. */
  readonly reading = signal<"before" | "after" | null>(null);
  readonly threads = new Map<string, ThreadLog>();
  private entered: Promise<void> | null = null;
  /** Raised whenever the stretch is replaced, asked to be, or emptied: what was asked for before belongs to what was there before. */
  private turn = 0;
  private pause = 0;
  private readonly hub: Hub;

  constructor(hub: Hub, id: string) {
    this.hub = hub;
    this.id = id;
  }

  /** Comes into the channel, once; after a failure again. */
  open(): Promise<void> {
    this.entered ??= this.enter().catch((problem: unknown) => {
      this.entered = null;
      this.phase.value = isGone(problem) ? "gone" : "failed";
    });
    return this.entered;
  }

  hear(entry: ChannelEntry): void {
    if (entry.event === "channel_updated") this.channel.value = entry.data.about;
    if (entry.event === "channel_deleted") return this.leave();
    this.stretch.hear(entry);
    for (const thread of this.threads.values()) thread.hear(entry);
  }

  /** What is known of it holds no longer: it is read afresh. */
  async reset(): Promise<void> {
    this.empty();
    this.phase.value = "loading";
    const reading = this.replace(this.read({}));
    const { turn } = this;
    await reading.catch(() => {
      if (turn !== this.turn) return;
      this.entered = null;
      this.phase.value = "failed";
    });
  }

  /** It may not be read any more, so nothing of it stays. */
  leave(): void {
    this.phase.value = "gone";
    this.entered = null;
    this.empty();
  }

  async older(): Promise<void> {
    const first = this.stretch.messages.value[0];
    if (!first || !this.stretch.before.value) return;
    await this.once("before", { before: first.seq }, (reading) => this.stretch.prepend(reading));
  }

  async newer(): Promise<void> {
    const last = this.stretch.messages.value.at(-1);
    if (!last || !this.stretch.after.value) return;
    await this.once("after", { after: last.seq }, (reading) => this.stretch.append(reading));
  }

  /** Makes sure that what stands at `seq`, and what stands around it, is there. */
  async around(seq: number): Promise<void> {
    const { messages } = this.stretch;
    const first = messages.value[0];
    const last = messages.value.at(-1);
    const inside = first && last && (first.seq <= seq || !this.stretch.before.value) && (last.seq >= seq || !this.stretch.after.value);
    if (inside || this.phase.value !== "ready") return;
    await this.replace(this.read({ around: seq }));
  }

  async latest(): Promise<void> {
    if (this.phase.value === "ready") await this.replace(this.read({}));
  }

  /** The place of the first message that was said at `time` or later. Along a log the clock never goes back. */
  async seqAt(time: string): Promise<number> {
    let [from, to] = [1, this.hub.position(this.id)?.seq ?? 1];
    while (to - from > PAGE) {
      const middle = (from + to) >>> 1;
      const { messages } = await this.read({ after: middle - 1, limit: 1 });
      const found = messages[0];
      if (!found || found.createdAt >= time) to = middle;
      else from = found.seq;
    }
    const { messages } = await this.read({ after: from - 1, limit: 100 });
    return messages.find((message) => message.createdAt >= time)?.seq ?? to;
  }

  thread(rootId: string): ThreadLog {
    const thread = this.threads.get(rootId) ?? new ThreadLog(rootId);
    this.threads.set(rootId, thread);
    return thread;
  }

  private async enter(): Promise<void> {
    const entering = this.hub.enter(this.id).then((joined) => {
      this.channel.value = joined.channel;
      return readingOf(joined);
    });
    await this.replace(entering);
  }

  private empty(): void {
    this.turn += 1;
    this.stretch.empty();
    this.threads.clear();
  }

  /** Begins the stretch anew with what comes, unless it was replaced or emptied while that was on its way. */
  private async replace(coming: Promise<Reading>): Promise<void> {
    const turn = (this.turn += 1);
    const reading = await coming;
    if (turn !== this.turn) return;
    this.turn += 1;
    this.stretch.show(reading);
    this.phase.value = "ready";
  }

  private async read(query: Query): Promise<Reading> {
    return readingOf(await api.get<Page>(`/messages/channel/${this.id}`, { limit: PAGE, ...query }));
  }

  /** One page at a time; after a failure a pause, for the list goes on asking. */
  private async once(what: "before" | "after", query: Query, take: (reading: Reading) => void): Promise<void> {
    if (this.reading.value || performance.now() < this.pause) return;
    this.reading.value = what;
    const { turn } = this;
    const reading = await this.read(query).catch(() => null);
    if (!reading) this.pause = performance.now() + PAUSE;
    else if (turn === this.turn) take(reading);
    this.reading.value = null;
  }
}

function readingOf({ messages, head, hasMoreBefore, hasMoreAfter }: Page): Reading {
  return { messages, head, before: hasMoreBefore, after: hasMoreAfter };
}

function isGone(problem: unknown): boolean {
  const code = (problem as { code?: string } | null)?.code;
  return code === "NOT_FOUND" || code === "FORBIDDEN";
}

export class Logs {
  private readonly open = new Map<string, ChannelLog>();
  private readonly hub: Hub;

  constructor(hub: Hub) {
    this.hub = hub;
    hub.on("entry", (entry) => this.open.get(entry.data.channelId)?.hear(entry as ChannelEntry));
    hub.on("reset", ({ channelId }) => void this.open.get(channelId)?.reset());
    hub.on("gone", ({ channelId }) => this.open.get(channelId)?.leave());
  }

  /** The log of a channel; the one that was not looked at for longest is forgotten. */
  of(channelId: string): ChannelLog {
    const log = this.open.get(channelId) ?? new ChannelLog(this.hub, channelId);
    this.open.delete(channelId);
    this.open.set(channelId, log);
    const [oldest] = this.open.keys();
    if (this.open.size > KEPT && oldest) this.open.delete(oldest);
    return log;
  }
}
