// Where a link may lead: to the web or to a mailbox, and nowhere else.

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** The address as the browser understands it; none where it would lead elsewhere, or is none at all. */
export function address(written: string, from?: string): string | undefined {
  try {
    const url = new URL(written, from);
    // Who reads `ann@evil.example` takes the name for the place.
    const plain = SCHEMES.has(url.protocol) && !url.username && !url.password;
    return plain ? url.href.replaceAll('"', "%22").replaceAll("<", "%3C").replaceAll(">", "%3E") : undefined;
  } catch {
    return undefined;
  }
}
