// Listeners of named events. One that throws does not keep the others from hearing.

export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(data: never) => void>>();

  /** Returns what stops it. */
  on<Name extends keyof Events>(name: Name, listener: (data: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  emit<Name extends keyof Events>(name: Name, data: Events[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        (listener as (data: Events[Name]) => void)(data);
      } catch (error) {
        // Where uncaught errors are shown, and not in the middle of ours.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
