// Buttons: with words, with an icon, and links that look like one.
import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon";
import { Link } from "./link";

type Kind = "main" | "plain" | "quiet" | "danger";

type ButtonProps = {
  kind?: Kind;
  size?: "small";
  icon?: IconName;
  busy?: boolean;
  children: ComponentChildren;
} & Omit<Partial<ButtonHTMLAttributes>, "size" | "icon" | "type" | "role"> & { type?: "button" | "submit" };

export function Button({ kind = "plain", size, icon, busy, children, type = "button", ...rest }: ButtonProps) {
  return (
    <button {...rest} type={type} class="button" data-kind={kind} data-size={size} aria-busy={busy || undefined}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function LinkButton(props: { to: string; kind?: Kind; size?: "small"; icon?: IconName; children: ComponentChildren }) {
  return (
    <Link to={props.to} class="button" data-kind={props.kind ?? "plain"} data-size={props.size}>
      {props.icon && <Icon name={props.icon} />}
      {props.children}
    </Link>
  );
}

type IconButtonProps = { icon: IconName; label: string; class?: string } & Omit<Partial<ButtonHTMLAttributes>, "icon" | "label" | "class" | "type" | "role">;

/** An icon alone; the label is what a screen reader says and what the pointer shows. */
export function IconButton({ icon, label, ...rest }: IconButtonProps) {
  return (
    <button {...rest} type="button" class={`icon-button ${rest.class ?? ""}`} aria-label={label} title={label}>
      <Icon name={icon} />
    </button>
  );
}
