// The keys that work everywhere; shortcuts.tsx lists them.
import { channelsOf, directChannels, unreadIn } from "../state/mine";
import { currentChannel, side } from "../state/here";
import { overlay } from "../state/overlay";
import { go } from "../state/route";

export function listenToKeys(): () => void {
  window.addEventListener("keydown", press);
  return () => window.removeEventListener("keydown", press);
}

function press(event: KeyboardEvent): void {
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "k" && !event.altKey) return act(event, () => show("switcher"));
  if (overlay.value) return;
  if (command && event.shiftKey && event.key.toLowerCase() === "f") return act(event, () => go("/search"));
  if (event.altKey && !command && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    const by = event.key === "ArrowDown" ? 1 : -1;
    return act(event, () => step(by, event.shiftKey));
  }
  if (event.key === "?" && !command && !isWriting(event.target)) act(event, () => show("shortcuts"));
}

function act(event: KeyboardEvent, what: () => void): void {
  event.preventDefault();
  what();
}

function show(name: "switcher" | "shortcuts"): void {
  overlay.value = overlay.value?.name === name ? null : { name };
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

/** To the next channel of the list, round its ends; of those with something unread where asked so. */
function step(by: 1 | -1, unreadOnly: boolean): void {
  const list = side.value === "direct" ? directChannels.value : channelsOf(side.value);
  const ids = list.map((channel) => channel.id);
  const from = ids.indexOf(currentChannel.value ?? "");
  for (let steps = 1; steps <= ids.length; steps += 1) {
    const next = ids[(from + by * steps + ids.length * 2) % ids.length];
    if (next && (!unreadOnly || unreadIn(next).unread > 0)) return go(`/c/${next}`);
  }
}
