// The other tabs of the same user: which of them sends, and what they tell each other.

export interface Tabs<Told> {
  /** Runs while no other tab runs its own. */
  alone(work: () => Promise<void>): Promise<void>;
  tell(told: Told): void;
  close(): void;
}

/**
 * By Web Locks and a BroadcastChannel. A page that is not served over https has no locks: then two tabs
 * may send the same message, and the server answers the second as a duplicate.
 */
export function browserTabs<Told>(name: string, heard: (told: Told) => void): Tabs<Told> {
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }: MessageEvent<Told>) => heard(data);
  const locks = navigator.locks as LockManager | undefined;
  return {
    alone: (work) => (locks ? locks.request(name, work) : work()),
    tell: (told) => channel.postMessage(told),
    close: () => channel.close(),
  };
}
