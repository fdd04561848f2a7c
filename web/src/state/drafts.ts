// What was begun and not sent, here and on other devices: the server keeps it, this page writes a moment after one stops typing.
import { api, Failure } from "../api/http";
import type { Hub } from "../hub";

const PAUSE = 900;

interface Kept {
  text: string | null;
}

/** The draft of one channel, or of one thread of it. */
export class DraftKeeper {
  private readonly path: string;
  private readonly changed: (text: string) => void;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private kept = "";
  private now: string | null = null;
  private readonly off: () => void;

  /** `changed` hears what the server keeps: at the beginning, and when another device writes. */
  constructor(hub: Hub, channelId: string, threadId: string | null, changed: (text: string) => void) {
    this.path = `/drafts/${channelId}${threadId ? `?threadId=${threadId}` : ""}`;
    this.changed = changed;
    this.off = hub.on("entry", (entry) => {
      if (entry.event !== "draft_updated") return;
      const { about } = entry.data;
      if (about.channelId === channelId && about.threadId === threadId) void this.read();
    });
    void this.read();
  }

  /** What is written now. */
  write(text: string): void {
    this.now = text;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), PAUSE);
  }

  /** It was sent. */
  clear(): void {
    this.now = "";
    clearTimeout(this.timer);
    void this.save();
  }

  close(): void {
    this.off();
    clearTimeout(this.timer);
    void this.save();
  }

  /** Of what is being written here nothing is taken away. */
  private async read(): Promise<void> {
    const text = await api.get<Kept>(this.path).then((draft) => draft.text ?? "", (problem) =>
      problem instanceof Failure && problem.code === "NOT_FOUND" ? "" : null);
    if (text === null || (this.now !== null && this.now !== this.kept)) return;
    if (text === this.kept) return;
    this.kept = text;
    this.now = text;
    this.changed(text);
  }

  private async save(): Promise<void> {
    const text = this.now;
    if (text === null || text === this.kept) return;
    const before = this.kept;
    this.kept = text;
    const done = text.trim() ? api.put(this.path, { text }) : api.delete(this.path);
    await done.catch(() => {
      // Later typing writes it again.
      if (this.kept === text) this.kept = before;
    });
  }
}
