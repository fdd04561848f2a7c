// A hub on a test's own server, and what its application would know of it.
import { Hub, type HubOptions } from "../hub";
import { MemoryStore } from "../outbox-store";
import type { Told } from "../outbox";
import type { Tabs } from "../tabs";
import type { Entry } from "../wire";
import { type FakeServer, USER } from "./server";

/** Tabs of one browser: one lock, and everybody hears the others. */
export class Browser {
  readonly store = new MemoryStore();
  readonly #tabs = new Set<(told: Told) => void>();
  #lock: Promise<void> = Promise.resolve();

  readonly tabs = (heard: (told: Told) => void): Tabs<Told> => {
    this.#tabs.add(heard);
    return {
      alone: (work) => {
        const done = this.#lock.then(work);
        this.#lock = done.catch(() => undefined);
        return done;
      },
      tell: (told) => {
        for (const other of this.#tabs) if (other !== heard) setTimeout(() => other(structuredClone(told)), 1);
      },
      close: () => this.#tabs.delete(heard),
    };
  };
}

export interface Watched {
  hub: Hub;
  entries: Entry[];
  resets: string[];
  gone: string[];
  phases: string[];
}

export function open(server: FakeServer, options: Partial<HubOptions> = {}, browser = new Browser()): Watched {
  const hub = new Hub({
    userId: USER,
    token: async () => "good",
    dial: server.dial,
    store: browser.store,
    tabs: browser.tabs,
    random: () => 0.5,
    ...options,
  });
  const watched: Watched = { hub, entries: [], resets: [], gone: [], phases: [] };
  hub.on("entry", (entry) => watched.entries.push(entry));
  hub.on("reset", ({ channelId }) => watched.resets.push(channelId));
  hub.on("gone", ({ channelId }) => watched.gone.push(channelId));
  hub.on("state", ({ phase }) => watched.phases.push(phase));
  return watched;
}

export function seqs(watched: Watched, channelId: string): number[] {
  return watched.entries.filter(({ data }) => data.channelId === channelId).map(({ data }) => data.seq);
}

export function texts(watched: Watched, channelId: string): (string | null)[] {
  return watched.entries.flatMap(({ event, data }) =>
    event === "new_message" && data.channelId === channelId ? [data.message.text] : [],
  );
}
