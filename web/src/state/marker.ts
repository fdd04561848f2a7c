// How far one has read a channel, told to the server while one looks at it.
import type { Hub } from "../hub";
import { setUnread } from "./mine";

const SOON = 400;

export class ReadMarker {
  private readonly hub: Hub;
  private readonly channelId: string;
  private seen = 0;
  private told = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(hub: Hub, channelId: string) {
    this.hub = hub;
    this.channelId = channelId;
    document.addEventListener("visibilitychange", this.soon);
    window.addEventListener("focus", this.soon);
  }

  /** Everything up to here was on the screen. */
  see(seq: number): void {
    if (seq <= this.seen) return;
    this.seen = seq;
    this.soon();
  }

  close(): void {
    document.removeEventListener("visibilitychange", this.soon);
    window.removeEventListener("focus", this.soon);
    clearTimeout(this.timer);
    this.tell();
  }

  private readonly soon = () => {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell(), SOON);
  };

  /** What nobody looks at is not read. */
  private tell(): void {
    if (this.seen <= this.told || document.visibilityState !== "visible" || !document.hasFocus()) return;
    const seq = this.seen;
    this.told = seq;
    this.hub.ask("mark_read", { channelId: this.channelId, seq }).then(
      ({ unread, mentions }) => setUnread(this.channelId, { unread, mentions }),
      () => {
        if (this.told === seq) this.told = 0;
      },
    );
  }
}
