// Small things this browser remembers. A browser that refuses to remember is no reason to fail.

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`hubbub.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`hubbub.${name}`);
    else localStorage.setItem(`hubbub.${name}`, value);
  } catch {
    // It is forgotten with the page then.
  }
}
