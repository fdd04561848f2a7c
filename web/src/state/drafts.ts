// What was begun and not sent, here and on other devices: the server keeps it, this page writes a moment after one stops typing.
import { api } from "../api/http";
import type { Hub } from "../hub";

const PAUSE = 900;

interface Kept {
  channelId: string;
  threadId: string | null;
  text: string;
}

/** What the server keeps; asked for when the first draft is looked for, and after one was written. */
const lists = new WeakMap<Hub, Promise<readonly Kept[]>>();

function draftsOf(hub: Hub): Promise<readonly Kept[]> {
  const list = lists.get(hub) ?? api.get<{ drafts: Kept[] }>("/drafts", { limit: 100 }).then((page) => page.drafts);
  lists.set(hub, list);
  return list;
}

/** The draft of one channel, or of one thread of it. */
export class DraftKeeper {
  private readonly hub: Hub;
  private readonly path: string;
  private readonly channelId: string;
  private readonly threadId: string | null;
  private readonly changed: (text: string) => void;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private kept = "";
  private now: string | null = null;
  private readonly off: () => void;

  /** `changed` hears what the server keeps: at the beginning, and when another device writes. */
  constructor(hub: Hub, channelId: string, threadId: string | null, changed: (text: string) => void) {
    this.hub = hub;
    this.path = `/drafts/${channelId}${threadId ? `?threadId=${threadId}` : ""}`;
    this.channelId = channelId;
    this.threadId = threadId;
    this.changed = changed;
    this.off = hub.on("entry", (entry) => {
      if (entry.event !== "draft_updated") return;
      const { about } = entry.data;
      lists.delete(hub);
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
    const all = await draftsOf(this.hub).catch(() => null);
    if (!all) lists.delete(this.hub);
    if (!all || (this.now !== null && this.now !== this.kept)) return;
    const text = all.find((draft) => draft.channelId === this.channelId && draft.threadId === this.threadId)?.text ?? "";
    // The server keeps no blanks at the ends; what one is typing has them.
    if (text.trim() === this.kept.trim()) return;
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
    lists.delete(this.hub);
  }
}
