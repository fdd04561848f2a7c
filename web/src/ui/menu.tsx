// A button with a list of actions below it; arrow keys, Escape and a click elsewhere do what one expects.
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon";

export type MenuItem = {
  label: string;
  icon?: IconName;
  danger?: boolean;
  /** Of one that is chosen among others: whether it is this one. */
  chosen?: boolean;
  /** Whether a line stands above it. */
  apart?: boolean;
  onChoose: () => void;
};

type MenuProps = {
  label: string;
  items: readonly MenuItem[];
  side?: "start" | "up";
  class?: string;
  children: ComponentChildren;
};

export function Menu({ label, items, side, class: className, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useLeft(place, open, () => setOpen(false));
  const close = () => {
    setOpen(false);
    place.current?.querySelector<HTMLElement>("[aria-haspopup]")?.focus();
  };
  const choose = (item: MenuItem) => {
    close();
    item.onChoose();
  };
  return (
    <div class="menu-place" ref={place} onKeyDown={(event) => open && steer(event, place.current, close)}>
      <button
        type="button"
        class={className ?? "icon-button"}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!open)}
      >
        {children}
      </button>
      {open && (
        <div class="menu" role="menu" aria-label={label} data-side={side}>
          {items.map((item) => <Item key={item.label} item={item} onChoose={() => choose(item)} />)}
        </div>
      )}
    </div>
  );
}

/** Puts the focus on the first action, and hears of a press or a step elsewhere. */
function useLeft(place: RefObject<HTMLDivElement | null>, open: boolean, onLeft: () => void): void {
  useEffect(() => {
    if (!open) return;
    place.current?.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
    const outside = (event: Event) => !place.current?.contains(event.target as Node) && onLeft();
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [open]);
}

function Item({ item, onChoose }: { item: MenuItem; onChoose: () => void }) {
  const radio = item.chosen !== undefined;
  return (
    <button
      type="button"
      class="menu-item"
      role={radio ? "menuitemradio" : "menuitem"}
      aria-checked={radio ? item.chosen : undefined}
      tabIndex={-1}
      data-danger={item.danger || undefined}
      data-apart={item.apart || undefined}
      onClick={onChoose}
    >
      {radio ? <span class="icon">{item.chosen && <Icon name="check" />}</span> : item.icon && <Icon name={item.icon} />}
      {item.label}
    </button>
  );
}

function steer(event: KeyboardEvent, place: HTMLElement | null, close: () => void): void {
  const items = [...(place?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const last = items.length - 1;
  const next = { ArrowDown: at === last ? 0 : at + 1, ArrowUp: at <= 0 ? last : at - 1, Home: 0, End: last }[event.key];
  if (event.key === "Escape") {
    event.stopPropagation();
    close();
  } else if (next !== undefined) {
    event.preventDefault();
    items[next]?.focus();
  }
}
