// The one dialog that may lie over the page, by name.
import { signal } from "@preact/signals";
import type { Id } from "../api/types";

export type Overlay =
  | { name: "switcher" }
  | { name: "shortcuts" }
  | { name: "new-direct" }
  | { name: "new-group" }
  | { name: "new-channel"; group: Id }
  | { name: "add-members"; group: Id; channel?: Id };

export const overlay = signal<Overlay | null>(null);

export const closeOverlay = (): void => {
  overlay.value = null;
};
