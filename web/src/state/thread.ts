// A thread: what it begins with, and the replies, as far as they were read.
import { signal } from "@preact/signals";
import { api } from "../api/http";
import type { ChannelEntry, Message } from "../hub/wire";
import { fold } from "./fold";
import { Stretch } from "./stretch";

const PAGE = 100;

interface Page {
  root: Message;
  messages: Message[];
  hasMore: boolean;
  following: boolean;
}

export class ThreadLog {
  readonly rootId: string;
  readonly root = signal<Message | null>(null);
  readonly following = signal(false);
  readonly phase = signal<"loading" | "ready" | "failed">("loading");
  readonly stretch = new Stretch();
  private opening: Promise<void> | null = null;

  constructor(rootId: string) {
    this.rootId = rootId;
  }

  open(): Promise<void> {
    this.opening ??= this.read(0).then(() => void (this.phase.value = "ready"), () => {
      this.opening = null;
      this.phase.value = "failed";
    });
    return this.opening;
  }

  hear(entry: ChannelEntry): void {
    const root = this.root.value;
    if (root) this.root.value = fold([root], entry).find((message) => message.id === root.id) ?? root;
    if (entry.event !== "new_message" || entry.data.message.threadId === this.rootId) this.stretch.hear(entry);
  }

  async newer(): Promise<void> {
    const last = this.stretch.messages.value.at(-1);
    if (last && this.stretch.after.value) await this.read(last.seq);
  }

  private async read(after: number): Promise<void> {
    const page = await api.get<Page>(`/messages/threads/${this.rootId}`, { after, limit: PAGE });
    this.root.value = page.root;
    this.following.value = page.following;
    // What was said meanwhile may be in the page and heard as well: applying it again changes nothing.
    const reading = { messages: page.messages, head: 0, before: false, after: page.hasMore };
    if (after === 0) this.stretch.show(reading);
    else this.stretch.append(reading);
  }
}
