// Where one is in the client: the address, read as a path and a query, and how to go elsewhere.
import { signal } from "@preact/signals";

export type Route = { path: string; query: URLSearchParams };

const read = (): Route => ({ path: location.pathname, query: new URLSearchParams(location.search) });

export const route = signal<Route>(typeof location === "undefined" ? { path: "/", query: new URLSearchParams() } : read());

/** Where an address says one wanted to go, if that is a page of ours: a browser reads `//x` and `/\x` as another server. */
export function ownPath(to: string | null): string {
  return to && /^\/(?![/\\])[^\t\r\n]*$/.test(to) ? to : "/";
}

export function go(to: string, how: "push" | "replace" = "push"): void {
  if (to === location.pathname + location.search) return;
  if (how === "push") history.pushState(null, "", to);
  else history.replaceState(null, "", to);
  route.value = read();
}

if (typeof window !== "undefined") {
  window.addEventListener("popstate", () => {
    route.value = read();
  });
}

/** The parts of `path` that stand where `pattern` has `:`, or null if it is another page: "/g/:group/members". */
export function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  const found: Record<string, string> = {};
  for (const [place, part] of wanted.entries()) {
    const value = given[place] ?? "";
    if (!part.startsWith(":")) {
      if (part !== value) return null;
      continue;
    }
    if (!/^[\w-]{1,64}$/.test(value)) return null;
    found[part.slice(1)] = value;
  }
  return found;
}
