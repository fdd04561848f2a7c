// Where a link may lead: to the web or to a mailbox, and nowhere else.

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** The address as the browser understands it; none where it would lead elsewhere. */
export function address(written: string): string | undefined {
  try {
    const url = new URL(written);
    return SCHEMES.has(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}
