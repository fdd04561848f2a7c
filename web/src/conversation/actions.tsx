// What can be done with a message: beside the one that is pointed at or has the focus.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Message } from "../hub";
import { go } from "../state/route";
import { IconButton } from "../ui/button";
import { Icon } from "../ui/icon";
import { Menu, type MenuItem } from "../ui/menu";
import { toast } from "../ui/toast";
import { t } from "../words";
import { copied } from "./clipboard";
import { linkOf } from "./links";
import { Picker } from "./picker";
import { attempt, type Talk, useTalk } from "./talk";

const QUICK = ["👍", "❤️", "😂"];

export function Actions({ message, inThread }: { message: Message; inThread: boolean }) {
  const talk = useTalk();
  const rights = talk.rights.value;
  const [picking, setPicking] = useState(false);
  const [up, setUp] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  // What opens does so to the side on which there is room.
  useLayoutEffect(() => setUp((place.current?.getBoundingClientRect().top ?? 0) > innerHeight / 2), []);
  if (!rights) return null;
  const react = (reaction: string) => {
    setPicking(false);
    const mine = message.reactions.some((one) => one.reaction === reaction && one.userIds.includes(talk.mine));
    void attempt(() => talk.hub.ask("react_message", { messageId: message.id, reaction, remove: mine }));
  };
  return (
    <div class="actions" ref={place} role="toolbar" aria-label={t("talk_actions")} data-up={up || undefined}>
      {rights.react && QUICK.map((emoji) => (
        <button key={emoji} type="button" class="icon-button emoji only-wide" aria-label={t("talk_react_with", { emoji })} onClick={() => react(emoji)}>{emoji}</button>
      ))}
      {rights.react && <IconButton icon="smile" label={t("talk_react")} aria-expanded={picking} onClick={() => setPicking(!picking)} />}
      {!inThread && rights.post && <IconButton icon="thread" label={t("talk_reply_in_thread")} onClick={() => go(`/c/${message.channelId}/t/${message.threadId ?? message.id}`)} />}
      {rights.edit(message) && !message.forwarded && message.text !== null && <IconButton icon="pen" label={t("talk_edit")} onClick={() => (talk.editing.value = message.id)} />}
      <Menu label={t("talk_more")} items={more(talk, message)}><Icon name="dots" /></Menu>
      {picking && <Picker onPick={react} onClose={() => setPicking(false)} />}
    </div>
  );
}

function more(talk: Talk, message: Message): MenuItem[] {
  const rights = talk.rights.value;
  const items: MenuItem[] = [
    { label: t("talk_copy_link"), icon: "link", onChoose: () => void copy(location.origin + linkOf(message)) },
    { label: t("talk_forward"), icon: "forward", onChoose: () => (talk.asking.value = { is: "forward", message }) },
  ];
  if (message.text) items.unshift({ label: t("talk_copy_text"), icon: "archive", onChoose: () => void copy(message.text ?? "") });
  if (rights?.pin) {
    const pinned = !!message.pinnedAt;
    items.push({
      label: t(pinned ? "talk_unpin" : "talk_pin"),
      icon: "pin",
      onChoose: () => void attempt(() => talk.hub.ask("pin_message", { messageId: message.id, remove: pinned })),
    });
  }
  if (message.userId === talk.mine) items.push({ label: t("talk_read_by"), icon: "eye", onChoose: () => (talk.asking.value = { is: "readers", message }) });
  else items.push({ label: t("talk_report"), icon: "flag", onChoose: () => (talk.asking.value = { is: "report", message }) });
  if (rights?.remove(message)) items.push({ label: t("talk_delete"), icon: "trash", danger: true, onChoose: () => (talk.asking.value = { is: "delete", message }) });
  return items;
}

async function copy(text: string): Promise<void> {
  if (await copied(text)) toast(t("talk_copied"));
  else toast(t("talk_copy_failed"), "bad");
}
