// What asks something over a conversation, or tells more of a message.
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import type { Channel } from "../api/types";
import { type Message, newId } from "../hub";
import { ChannelMark, titleOfChannel } from "../pages/channel-name";
import { places } from "../state/mine";
import { nameOf, pictureOf } from "../state/people";
import { Markdown } from "../text/draw";
import { Avatar } from "../ui/avatar";
import { Button, IconButton } from "../ui/button";
import { Confirm, Dialog } from "../ui/dialog";
import { Choice, Field, SearchField, Switch } from "../ui/field";
import { Skeleton } from "../ui/skeleton";
import { toast } from "../ui/toast";
import { ago, moment, t } from "../words";
import { ranked } from "./complete";
import { meantBy } from "./message";
import { attempt, reasonOf, useTalk } from "./talk";

export function Dialogs() {
  const talk = useTalk();
  const asking = talk.asking.value;
  const close = () => (talk.asking.value = null);
  if (!asking) return null;
  switch (asking.is) {
    case "delete": return <Delete message={asking.message} onClose={close} />;
    case "forward": return <Forward message={asking.message} onClose={close} />;
    case "readers": return <Readers message={asking.message} onClose={close} />;
    case "history": return <History message={asking.message} onClose={close} />;
    case "report": return <Report message={asking.message} onClose={close} />;
    case "poll": return <AskPoll onClose={close} />;
    case "date": return <ToDate onClose={close} />;
  }
}

interface Of {
  message: Message;
  onClose: () => void;
}

function Delete({ message, onClose }: Of) {
  const talk = useTalk();
  const remove = async () => {
    if (await attempt(() => talk.hub.ask("delete_message", { messageId: message.id }))) talk.editing.value = null;
  };
  return <Confirm title={t("talk_delete_title")} text={t("talk_delete_text")} action={t("talk_delete")} danger onConfirm={remove} onClose={onClose} />;
}

function Forward({ message, onClose }: Of) {
  const [word, setWord] = useState("");
  const [clientMsgId] = useState(newId);
  const channels = [...places.value.channels.values()].filter((channel) => channel.status === "active");
  const found = ranked(channels, (channel) => [titleOfChannel(channel)], word, 8);
  const send = async (channel: Channel) => {
    const body = { channelId: channel.id, clientMsgId };
    if (!(await attempt(() => api.post(`/messages/${message.id}/forward`, body)))) return;
    toast(t("talk_forwarded_to", { name: titleOfChannel(channel) }));
    onClose();
  };
  return (
    <Dialog title={t("talk_forward")} onClose={onClose}>
      <SearchField label={t("talk_where_to")} value={word} onValue={setWord} autoFocus />
      <ul class="choices">
        {found.map((channel) => (
          <li key={channel.id}>
            <button type="button" class="choice-row" onClick={() => void send(channel)}>
              <ChannelMark channel={channel} />
              <span class="cut" dir="auto">{titleOfChannel(channel)}</span>
              <span class="soft small cut" dir="auto">{places.value.groups.get(channel.groupId ?? "")?.name}</span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

/** What the server answers, or in words why it does not. */
function useAnswer<T>(path: string): { answer: T | null; problem: string | null } {
  const [answer, setAnswer] = useState<T | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => void api.get<T>(path).then(setAnswer, (why: unknown) => setProblem(reasonOf(why))), [path]);
  return { answer, problem };
}

function Readers({ message, onClose }: Of) {
  type Receipts = { receipts: { userId: string; username: string; at: string }[] };
  const { answer, problem } = useAnswer<Receipts>(`/messages/${message.id}/receipts?limit=100`);
  return (
    <Dialog title={t("talk_read_by")} onClose={onClose}>
      {problem && <p class="notice">{problem}</p>}
      {!answer && !problem && <Skeleton rows={2} />}
      {answer?.receipts.length === 0 && <p class="soft">{t("talk_read_by_nobody")}</p>}
      <ul class="people-list">
        {answer?.receipts.map(({ userId, username, at }) => (
          <li key={userId}>
            <Avatar id={userId} name={nameOf(userId, username)} picture={pictureOf(userId)} />
            <span class="cut" dir="auto">{nameOf(userId, username)}</span>
            <time class="soft small" dateTime={at}>{ago(at)}</time>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function History({ message, onClose }: Of) {
  const talk = useTalk();
  type Edits = { edits: { revision: number; text: string; at: string }[] };
  const { answer, problem } = useAnswer<Edits>(`/messages/${message.id}/edits`);
  return (
    <Dialog title={t("talk_history")} onClose={onClose}>
      {problem && <p class="notice">{problem}</p>}
      {!answer && !problem && <Skeleton rows={2} />}
      <ol class="edits">
        {answer?.edits.map(({ revision, text, at }) => (
          <li key={revision}>
            <time class="soft small" dateTime={at}>{moment(at)}</time>
            <Markdown text={text} meant={meantBy(message)} mine={talk.mine} />
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

const REASONS = ["spam", "harassment", "hate", "violence", "nudity", "illegal", "other"] as const;

function Report({ message, onClose }: Of) {
  const [reason, setReason] = useState<(typeof REASONS)[number]>("spam");
  const [text, setText] = useState("");
  const send = async () => {
    const body = { messageId: message.id, reason, ...(text.trim() && { text: text.trim() }) };
    if (!(await attempt(() => api.post("/reports", body)))) return;
    toast(t("talk_reported"));
    onClose();
  };
  return (
    <Dialog title={t("talk_report")} onClose={onClose}>
      <Choice label={t("talk_report_why")} value={reason} options={REASONS.map((value) => ({ value, label: t(`talk_report_${value}`) }))} onChange={setReason} />
      <Field label={t("talk_report_more")} value={text} onValue={setText} rows={3} maxLength={500} />
      <div class="dialog-foot">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button kind="main" onClick={() => void send()}>{t("talk_report")}</Button>
      </div>
    </Dialog>
  );
}

const FEWEST = 2;
const MOST = 10;

function AskPoll({ onClose }: { onClose: () => void }) {
  const talk = useTalk();
  const [question, setQuestion] = useState("");
  const [options, setOptions] = useState(["", ""]);
  const [multiple, setMultiple] = useState(false);
  const given = options.map((option) => option.trim()).filter(Boolean);
  const ready = question.trim() !== "" && given.length >= FEWEST && new Set(given).size === given.length;
  const send = () => {
    talk.hub.send({ channelId: talk.log.id, text: question.trim(), poll: { options: given, multiple } });
    onClose();
  };
  const change = (at: number, value: string) => setOptions(options.with(at, value));
  return (
    <Dialog title={t("talk_ask_poll")} onClose={onClose}>
      <Field label={t("talk_question")} value={question} onValue={setQuestion} maxLength={1000} autoFocus />
      {options.map((option, at) => (
        <div class="poll-edit" key={at}>
          <Field label={t("talk_answer", { number: at + 1 })} value={option} onValue={(value) => change(at, value)} maxLength={100} />
          {options.length > FEWEST && <IconButton icon="minus" label={t("talk_answer_away", { number: at + 1 })} onClick={() => setOptions(options.toSpliced(at, 1))} />}
        </div>
      ))}
      {options.length < MOST && <Button icon="plus" kind="quiet" onClick={() => setOptions([...options, ""])}>{t("talk_answer_more")}</Button>}
      <Switch label={t("talk_poll_many")} on={multiple} onChange={setMultiple} />
      <div class="dialog-foot">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button kind="main" disabled={!ready} onClick={send}>{t("talk_ask")}</Button>
      </div>
    </Dialog>
  );
}

function ToDate({ onClose }: { onClose: () => void }) {
  const talk = useTalk();
  const [date, setDate] = useState("");
  const [busy, setBusy] = useState(false);
  const show = async () => {
    setBusy(true);
    // Midnight by the clock of whoever reads.
    const done = await attempt(async () => talk.jump({ seq: await talk.log.seqAt(new Date(`${date}T00:00:00`).toISOString()) }));
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Dialog title={t("talk_to_date")} onClose={onClose}>
      <Field label={t("talk_date")} type="date" value={date} onValue={setDate} />
      <div class="dialog-foot">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button kind="main" disabled={!date} busy={busy} onClick={() => void show()}>{t("talk_show")}</Button>
      </div>
    </Dialog>
  );
}
