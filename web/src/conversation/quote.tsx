// The message that another one answers, in one line that leads to it.
import { signal, type Signal } from "@preact/signals";
import { api } from "../api/http";
import type { Message } from "../hub";
import { nameOf } from "../state/people";
import { t } from "../words";
import { useTalk } from "./talk";

const read = new Map<string, Signal<Message | null | undefined>>();

/** What is not loaded is asked for once. */
function messageOf(id: string, loaded: readonly Message[]): Message | null | undefined {
  const there = loaded.find((message) => message.id === id);
  if (there) return there;
  const known = read.get(id);
  if (known) return known.value;
  const asked = signal<Message | null | undefined>(undefined);
  if (read.size > 500) read.clear();
  read.set(id, asked);
  void api.get<{ message: Message }>(`/messages/${id}`).then(({ message }) => (asked.value = message), () => (asked.value = null));
  return asked.value;
}

export function Quote({ id }: { id: string }) {
  const talk = useTalk();
  const message = messageOf(id, talk.log.stretch.messages.value);
  if (!message) return <p class="quote">{message === null ? t("talk_not_there") : "…"}</p>;
  const text = message.deletedAt ? t("talk_deleted") : (message.text ?? "");
  return (
    <button type="button" class="quote" onClick={() => talk.jump(message)}>
      <strong>{nameOf(message.userId, message.username)}</strong>
      <span class="cut" dir="auto">{text}</span>
    </button>
  );
}
