// Who is typing where. It is forgotten after six seconds, and when what was typed arrives.
import { signal } from "@preact/signals";
import type { Hub } from "../hub";

const FORGOTTEN = 6_000;
const TOLD = 3_000;

/** In one channel. */
export class Typing {
  readonly names = signal<ReadonlyMap<string, string>>(new Map());
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly off: (() => void)[];
  private readonly hub: Hub;
  private readonly channelId: string;
  /** When the others were told last. */
  private told: number | null = null;

  constructor(hub: Hub, channelId: string, mine: string) {
    this.hub = hub;
    this.channelId = channelId;
    const hint = hub.on("hint", ({ event, data }) => {
      if ((event !== "user_typing" && event !== "user_stop_typing") || data.channelId !== channelId || data.userId === mine) return;
      if (data.isTyping) this.see(data.userId, data.username);
      else this.forget(data.userId);
    });
    const entry = hub.on("entry", ({ event, data }) => {
      if (event === "new_message" && data.channelId === channelId) this.forget(data.message.userId);
    });
    this.off = [hint, entry];
  }

  /** Something was typed here. */
  type(): void {
    if (this.told !== null && performance.now() - this.told < TOLD) return;
    this.told = performance.now();
    void this.hub.ask("typing", { channelId: this.channelId }).catch(() => undefined);
  }

  /** Nothing is left of what was typed here. */
  stop(): void {
    if (this.told === null) return;
    this.told = null;
    void this.hub.ask("stop_typing", { channelId: this.channelId }).catch(() => undefined);
  }

  close(): void {
    for (const off of this.off) off();
    for (const timer of this.timers.values()) clearTimeout(timer);
  }

  private see(userId: string, username: string): void {
    clearTimeout(this.timers.get(userId));
    this.timers.set(userId, setTimeout(() => this.forget(userId), FORGOTTEN));
    if (!this.names.value.has(userId)) this.names.value = new Map(this.names.value).set(userId, username);
  }

  private forget(userId: string): void {
    clearTimeout(this.timers.get(userId));
    if (!this.names.value.has(userId)) return;
    const names = new Map(this.names.value);
    names.delete(userId);
    this.names.value = names;
  }
}
