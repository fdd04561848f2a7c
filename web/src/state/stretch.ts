// A stretch of a log as it is shown: what was read of it, what is heard since, and whether there is more on either side.
//
// It reaches to the end of the log or it does not; only where it does, what is said new belongs to it.
import { signal } from "@preact/signals";
import type { ChannelEntry, Message } from "../hub/wire";
import { fold, join, sumUp } from "./fold";

/** What a stretch holds at most, so that who scrolls for an hour does not run out of memory. */
export const MOST = 2_000;
const HEARD = 1_000;

export interface Reading {
  messages: readonly Message[];
  /** Up to where the log had come when this was read. */
  head: number;
  before: boolean;
  after: boolean;
}

export class Stretch {
  readonly messages = signal<readonly Message[]>([]);
  /** Whether the log has more before the first, or after the last. */
  readonly before = signal(false);
  readonly after = signal(false);
  private heard: ChannelEntry[] = [];

  /** An entry of the log, in order. */
  hear(entry: ChannelEntry): void {
    this.heard.push(entry);
    if (this.heard.length > HEARD) this.heard = this.heard.slice(-HEARD / 2);
    this.messages.value = this.take(this.messages.value, entry);
    if (this.messages.value.length > MOST + 500 && !this.after.value) this.trimStart();
  }

  /** Begins anew with what was read. */
  show(reading: Reading): void {
    this.after.value = reading.after;
    this.before.value = reading.before;
    this.messages.value = this.since(reading);
  }

  /** What was read of before the first. */
  prepend(reading: Reading): void {
    this.before.value = reading.before;
    const whole = join(this.since({ ...reading, after: true }), this.messages.value);
    if (whole.length > MOST) this.after.value = true;
    this.messages.value = whole.slice(0, MOST);
  }

  /** What was read of after the last. */
  append(reading: Reading): void {
    this.after.value = reading.after;
    this.messages.value = join(this.messages.value, this.since(reading));
    if (this.messages.value.length > MOST) this.trimStart();
  }

  empty(): void {
    this.heard = [];
    this.messages.value = [];
    this.before.value = false;
    this.after.value = false;
  }

  /** What was heard while it was on its way happened to it, too. */
  private since(reading: Reading): readonly Message[] {
    const later = this.heard.filter((entry) => entry.data.seq > reading.head);
    return later.reduce((messages, entry) => this.take(messages, entry, reading.after), reading.messages);
  }

  private take(messages: readonly Message[], entry: ChannelEntry, after = this.after.value): readonly Message[] {
    if (entry.event === "new_message" && after) return sumUp(messages, entry.data.thread);
    return fold(messages, entry);
  }

  private trimStart(): void {
    this.messages.value = this.messages.value.slice(-MOST);
    this.before.value = true;
  }
}
