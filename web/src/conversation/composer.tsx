// Where one writes: Markdown with a preview, emoji, completion; what is begun is kept for all devices.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Message } from "../hub";
import { DraftKeeper } from "../state/drafts";
import type { Typing } from "../state/typing";
import { nameOf, people } from "../state/people";
import { Markdown } from "../text/draw";
import { IconButton } from "../ui/button";
import { t } from "../words";
import { Picker } from "./picker";
import { useTalk } from "./talk";
import { Writing, type WritingControl } from "./writing";

const MOST = 4_000;
const WARN = 3_600;

interface Props {
  threadId: string | null;
  placeholder: string;
  typing: Typing;
  /** The messages beside it; the last of one's own is edited by the arrow up. */
  said: () => readonly Message[];
  onSent: () => void;
}

export function Composer({ threadId, placeholder, typing, said, onSent }: Props) {
  const talk = useTalk();
  const [text, setText] = useState("");
  const [preview, setPreview] = useState(false);
  const [picking, setPicking] = useState(false);
  const draft = useRef<DraftKeeper | null>(null);
  const writing = useRef<WritingControl | null>(null);
  useEffect(() => {
    setText("");
    const keeper = new DraftKeeper(talk.hub, talk.log.id, threadId, setText);
    draft.current = keeper;
    return () => keeper.close();
  }, [talk.log.id, threadId]);

  const rights = talk.rights.value;
  if (rights && !rights.post) return <p class="composer-closed">{t(talk.log.channel.value?.status === "active" ? "talk_read_only" : "talk_archived")}</p>;
  const write = (value: string) => {
    setText(value);
    draft.current?.write(value);
    if (value) typing.type();
    else typing.stop();
  };
  const send = () => {
    const said = text.trim();
    if (!said || said.length > MOST) return;
    talk.hub.send({ channelId: talk.log.id, text: said, ...(threadId && { threadId }) });
    setText("");
    setPreview(false);
    draft.current?.clear();
    typing.stop();
    onSent();
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "ArrowUp" && !text) return editLast();
    if (!(event.ctrlKey || event.metaKey)) return false;
    const mark = { b: "**", i: "_", e: "`" }[event.key.toLowerCase()];
    if (!mark) return false;
    event.preventDefault();
    writing.current?.wrap(mark);
    return true;
  };
  const editLast = () => {
    const last = said().findLast((message) => rights?.edit(message) && message.text !== null && !message.forwarded);
    if (last) talk.editing.value = last.id;
    return !!last;
  };
  return (
    <div class="composer">
      {preview && text.trim() && (
        <div class="composer-preview" role="region" aria-label={t("talk_preview")}>
          <Markdown text={text} meant={{ named: idOf, everyone: true }} mine={talk.mine} />
        </div>
      )}
      <Writing label={placeholder} placeholder={placeholder} value={text} onValue={write} onSubmit={send} onKey={keys} control={(control) => (writing.current = control)} />
      <div class="composer-foot">
        <IconButton icon="smile" label={t("talk_emoji")} aria-expanded={picking} onClick={() => setPicking(!picking)} />
        <IconButton icon="eye" label={t("talk_preview")} aria-pressed={preview} onClick={() => setPreview(!preview)} />
        {rights?.ask && !threadId && <IconButton icon="chart" label={t("talk_ask_poll")} onClick={() => (talk.asking.value = { is: "poll" })} />}
        <span class="composer-hint small soft only-wide">{t("talk_markdown_hint")}</span>
        {text.length > WARN && <span class="small" role="status" data-over={text.length > MOST || undefined}>{MOST - text.length}</span>}
        <button type="button" class="send" aria-label={t("talk_send")} title={t("talk_send")} disabled={!text.trim() || text.length > MOST} onClick={send}>
          <SendIcon />
        </button>
      </div>
      {picking && <Picker onPick={(emoji) => (setPicking(false), writing.current?.insert(emoji))} onClose={() => setPicking(false)} />}
    </div>
  );
}

function SendIcon() {
  return <svg class="icon" viewBox="0 0 20 20" fill="currentColor" aria-hidden="true" data-turns=""><path d="M3 3.500 17.500 10 3 16.500 4.800 11.200 11 10 4.800 8.800z" /></svg>;
}

/** In a preview whoever has the name is meant; the server decides whether they can read it. */
function idOf(name: string): string | undefined {
  for (const user of people.value.values()) if (user.username.toLowerCase() === name.toLowerCase()) return user.id;
  return undefined;
}

export function TypingLine({ typing }: { typing: Typing }) {
  const names = [...typing.names.value].map(([id, username]) => nameOf(id, username));
  const [one, other] = names;
  const line = !one ? "" : names.length === 1 ? t("talk_typing_one", { name: one }) : names.length === 2 && other ? t("talk_typing_two", { one, other }) : t("talk_typing_many");
  return <p class="typing small soft" aria-live="polite">{line}</p>;
}
