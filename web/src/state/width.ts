// Whether there is room for one pane only, as on a phone; styles/shell.css has the same bound.
import { signal } from "@preact/signals";

const query = matchMedia("(width < 48rem)");

export const isNarrow = signal(query.matches);

query.addEventListener("change", () => {
  isNarrow.value = query.matches;
});
