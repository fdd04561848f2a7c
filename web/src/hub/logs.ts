// All logs that a client follows: what comes is applied once and in order, what is missing is asked for.
import { Backoff } from "./backoff";
import { type Heard, Log, isPlaced } from "./log";
import type { HubError } from "./problem";
import type { Caught, Entry, Position, Reset } from "./wire";

export interface LogsParts {
  userId: string;
  random: () => number;
  ready: () => boolean;
  /** `at` runs before anything that arrives after the answer is heard. */
  resume: (channels: Record<string, Position>, at: (answers: Record<string, Caught>) => void) => Promise<unknown>;
  entry: (entry: Entry) => void;
  reset: (reset: Reset & { channelId: string }) => void;
  gone: (channelId: string) => void;
  /** Nothing is missing that is known of. */
  complete: () => void;
}

const MOST_RESUMED = 500;

export class Logs {
  readonly #parts: LogsParts;
  readonly #logs = new Map<string, Log>();
  readonly #backoff: Backoff;
  #resuming = false;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: LogsParts) {
    this.#parts = parts;
    this.#backoff = new Backoff(parts.random);
  }

  position(channelId: string): Position | undefined {
    return this.#logs.get(channelId)?.position;
  }

  /** Whether this place is still to be heard. */
  awaits(channelId: string, seq: number): boolean {
    const at = this.position(channelId);
    return at !== undefined && at.seq < seq;
  }

  /** The server has seated us in this log, at its head; one that is followed stays where it is. */
  seated(channelId: string, { epoch, seq }: Position): void {
    const log = this.#logs.get(channelId);
    if (!log) this.#logs.set(channelId, new Log({ epoch, seq }));
    else if (log.position.epoch === epoch) log.knows(seq);
    else log.doubt();
    this.catchUp();
  }

  /** Hears these logs from these places on. */
  follow(places: Record<string, Position>): void {
    for (const [channelId, at] of Object.entries(places)) {
      if (this.#logs.has(channelId)) continue;
      const log = new Log(at);
      log.doubt();
      this.#logs.set(channelId, log);
    }
    this.catchUp();
  }

  forget(channelId: string): void {
    this.#logs.delete(channelId);
  }

  /** The connection is new: the server knows of none of our places. */
  connected(): void {
    this.lost();
    this.#backoff.reset();
    for (const log of this.#logs.values()) log.doubt();
  }

  lost(): void {
    this.#resuming = false;
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  heard(heard: Heard): void {
    this.#take(heard);
    this.catchUp();
  }

  /** So long the logs are said to be. */
  heads(heads: Record<string, number>): void {
    for (const [id, head] of Object.entries(heads)) this.#logs.get(id)?.knows(head);
    this.catchUp();
  }

  /** Asks for whatever is missing, one question at a time. */
  catchUp(): void {
    if (this.#resuming || this.#pause !== undefined || !this.#parts.ready()) return;
    const behind = [...this.#logs].filter(([, log]) => log.behind).slice(0, MOST_RESUMED);
    if (behind.length === 0) return this.#parts.complete();
    const channels = Object.fromEntries(behind.map(([id, log]) => [id, log.position]));
    this.#resuming = true;
    this.#parts
      .resume(channels, (answers) => this.#resumed(channels, answers))
      .catch((error: HubError) => this.#unresumed(error));
  }

  #take(heard: Heard): void {
    const log = this.#logs.get(heard.data.channelId);
    for (const applied of log?.take(heard) ?? []) if (applied.event !== "skip") this.#tell(applied as Entry);
  }

  #tell(entry: Entry): void {
    this.#parts.entry(entry);
    const { channelId } = entry.data;
    if (entry.event === "channel_deleted") this.#gone(channelId);
    if (entry.event === "user_left" && entry.data.userId === this.#parts.userId) this.#gone(channelId);
    if (entry.event === "channel_removed") this.#gone(entry.data.channel);
  }

  #gone(channelId: string): void {
    if (this.#logs.delete(channelId)) this.#parts.gone(channelId);
  }

  #resumed(asked: Record<string, Position>, answers: Record<string, Caught>): void {
    this.#resuming = false;
    let moved = false;
    for (const [id, before] of Object.entries(asked)) {
      const caught = answers[id];
      if (caught) this.#caught(id, caught);
      const log = this.#logs.get(id);
      moved ||= !log?.behind || log.position.seq !== before.seq || log.position.epoch !== before.epoch;
    }
    // An answer that helped nowhere would help no more if it were asked for again at once.
    if (moved) this.#backoff.reset();
    else this.#rest();
    this.catchUp();
  }

  #caught(channelId: string, { changes = [], more = false, reset, gone = false }: Caught): void {
    const log = this.#logs.get(channelId);
    if (!log) return;
    if (gone) return this.#gone(channelId);
    if (reset) {
      log.reset({ epoch: reset.epoch, seq: reset.head });
      return this.#parts.reset({ channelId, ...reset });
    }
    for (const { event, data } of changes) if (isPlaced(data)) this.#take({ event, data });
    log.answered(more);
  }

  #unresumed(error: HubError): void {
    this.#resuming = false;
    if (this.#parts.ready()) this.#rest(error.retryAfterMs);
  }

  #rest(atLeast?: number): void {
    const over = () => {
      this.#pause = undefined;
      this.catchUp();
    };
    this.#pause = setTimeout(over, this.#backoff.next(atLeast));
  }
}
