// Copying, where the browser lets us: a page that is not served over https has no clipboard.

/** Answers whether it is in the clipboard now. */
export async function copied(text: string): Promise<boolean> {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (!clipboard) return false;
  return clipboard.writeText(text).then(() => true, () => false);
}
