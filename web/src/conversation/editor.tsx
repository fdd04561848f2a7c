// Changes a message in its place: Enter keeps the change, Escape drops it.
import { useState } from "preact/hooks";
import type { Message } from "../hub";
import { Button } from "../ui/button";
import { t } from "../words";
import { attempt, useTalk } from "./talk";
import { Writing } from "./writing";

export function Editor({ message }: { message: Message }) {
  const talk = useTalk();
  const [text, setText] = useState(message.text ?? "");
  // What one saw when one began; an edit from elsewhere meanwhile is not overwritten unseen.
  const [baseRevision] = useState(message.revision);
  const close = () => {
    talk.editing.value = null;
    document.querySelector<HTMLElement>(".composer textarea")?.focus();
  };
  const save = async () => {
    const next = text.trim();
    if (!next) return void (talk.asking.value = { is: "delete", message });
    if (next === message.text) return close();
    if (await attempt(() => talk.hub.ask("edit_message", { messageId: message.id, text: next, baseRevision }))) close();
  };
  const escape = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return false;
    event.stopPropagation();
    close();
    return true;
  };
  return (
    <div class="editor">
      <Writing label={t("talk_edit")} value={text} onValue={setText} onSubmit={() => void save()} onKey={escape} autoFocus />
      <div class="editor-foot">
        <Button size="small" kind="quiet" onClick={close}>{t("cancel")}</Button>
        <Button size="small" kind="main" onClick={() => void save()}>{t("talk_keep")}</Button>
      </div>
    </div>
  );
}
