// Short news at the foot of the page. A screen reader hears it; it goes away by itself, failures stay longer.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../words";
import { IconButton } from "./button";

type Toast = { id: number; text: string; kind: "good" | "bad" };

const toasts = signal<readonly Toast[]>([]);
let last = 0;

export function toast(text: string, kind: Toast["kind"] = "good"): void {
  const id = ++last;
  toasts.value = [...toasts.value.slice(-2), { id, text, kind }];
  setTimeout(() => drop(id), kind === "bad" ? 8000 : 4000);
}

function drop(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

/** A popover, so that it also shows above an open dialog. */
export function Toasts() {
  const place = useRef<HTMLDivElement>(null);
  const count = toasts.value.length;
  useEffect(() => {
    place.current?.hidePopover?.();
    if (count > 0) place.current?.showPopover?.();
  }, [count, toasts.value]);
  return (
    <div class="toasts" ref={place} popover="manual" role="status" aria-live="polite">
      {toasts.value.map((one) => (
        <div class="toast" key={one.id} data-kind={one.kind}>
          <span>{one.text}</span>
          <IconButton icon="close" label={t("close")} onClick={() => drop(one.id)} />
        </div>
      ))}
    </div>
  );
}
