// A link within the client: an ordinary one for the browser, without loading the page anew.
import type { AnchorHTMLAttributes } from "preact";
import { go } from "../state/route";

export function Link({ to, ...rest }: { to: string } & Omit<Partial<AnchorHTMLAttributes>, "href" | "role">) {
  return <a {...rest} href={to} onClick={(event) => follow(event, to)} />;
}

function follow(event: MouseEvent, to: string): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(to);
}
