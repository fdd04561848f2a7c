// The messages of a channel: from where one left off, back to the beginning and on to what is said now.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { api } from "../api/http";
import { hubState } from "../state/connection";
import { ReadMarker } from "../state/marker";
import { placesLoaded, unreadIn } from "../state/mine";
import { nameOf } from "../state/people";
import { me } from "../state/session";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { Empty } from "../ui/pane";
import { Skeleton } from "../ui/skeleton";
import { number, t } from "../words";
import type { Anchor } from "./heights";
import { type ListControl, type Seen, VirtualList } from "./list";
import { MessageRow } from "./message";
import { type Row, rows } from "./rows";
import { type Talk, useTalk } from "./talk";

/** Where a line that one jumps to comes to stand. */
const DOWN = 140;

export function Feed({ control }: { control: (end: () => void) => void }) {
  const talk = useTalk();
  const { log } = talk;
  const [read, setRead] = useState<number | null | undefined>(undefined);
  useEffect(() => void open(talk).then(setRead), [log.id]);
  if (log.phase.value === "gone") return <Empty icon="door" title={t("talk_gone")}><p>{t("talk_gone_text")}</p></Empty>;
  if (log.phase.value === "failed") {
    return (
      <Empty icon="warning" title={t("talk_failed")}>
        <Button onClick={() => void open(talk).then(setRead)}>{t("talk_retry")}</Button>
      </Empty>
    );
  }
  if (log.phase.value === "loading" || read === undefined) return <div class="feed-loading"><Skeleton rows={7} height={3.25} /></div>;
  return <Messages read={read} onRead={setRead} control={control} />;
}

/** Comes in, and answers how far one has read where something is unread. */
async function open(talk: Talk): Promise<number | null> {
  // Who comes by a link is here before it is known what is unread.
  const nothingNew = placesLoaded.value && unreadIn(talk.log.id).unread === 0;
  const counted = nothingNew ? null : readIn(talk.log.id);
  await talk.log.open();
  const read = await counted;
  if (read !== null && read !== undefined && read > 0) await talk.log.around(read + 1).catch(() => undefined);
  return read ?? null;
}

async function readIn(channelId: string): Promise<number | null> {
  type Counts = { channels: { channelId: string; read: number; unread: number }[] };
  const counts = await api.get<Counts>("/messages/unread-counts").catch(() => null);
  const one = counts?.channels.find((channel) => channel.channelId === channelId);
  return one && one.unread > 0 ? one.read : null;
}

interface Props {
  read: number | null;
  onRead: (read: number | null) => void;
  control: (end: () => void) => void;
}

function Messages({ read, onRead, control }: Props) {
  const talk = useTalk();
  const { log, mine, pending } = talk;
  const { messages, before, after } = log.stretch;
  const list = useRef<ListControl | null>(null);
  const [seen, setSeen] = useState<Seen>({ first: 0, last: 0, atEnd: true });
  const waiting = pending.value;
  const all = useMemo(() => {
    const shown = messages.value.filter((message) => !message.threadId);
    const reader = { id: mine, username: me.value?.username ?? "", read };
    return rows(shown, after.value ? [] : waiting.filter((one) => !one.draft.threadId), reader);
  }, [messages.value, waiting, after.value, mine, read]);
  const latest = useRef(all);
  latest.current = all;

  const marker = useMarker(talk);
  const toEnd = async () => {
    if (after.value) await log.latest().catch(() => undefined);
    requestAnimationFrame(() => list.current?.end());
  };
  useLayoutEffect(() => {
    control(() => {
      onRead(null);
      void toEnd();
    });
    talk.jump = ({ seq, id }) => void jump(talk, seq, id, latest, list);
  });
  useLineAboveWhatComes(talk, seen.atEnd && !after.value, onRead);

  const start = useMemo<Anchor>(() => {
    const first = all.find((row) => row.unread);
    return first ? { key: first.key, distance: DOWN } : "end";
  }, []);
  const look = (now: Seen) => {
    if (now.atEnd !== seen.atEnd) setSeen(now);
    const last = now.atEnd && !after.value ? talk.hub.position(log.id)?.seq : all[now.last]?.message.seq;
    if (last !== undefined && last < Number.MAX_SAFE_INTEGER) marker.current?.see(last);
  };
  if (all.length === 0 && !before.value && !after.value) return <Beginning />;
  return (
    <div class="feed">
      <VirtualList
        rows={all}
        draw={(row: Row) => <MessageRow row={row} />}
        label={t("talk_messages")}
        start={start}
        busy={log.reading.value !== null}
        control={(made) => (list.current = made)}
        onEdge={(edge) => void (edge === "start" ? log.older() : log.newer())}
        onSeen={look}
      />
      {log.reading.value === "before" && <div class="feed-reading" role="status"><span class="spinner" aria-label={t("loading")} /></div>}
      {(!seen.atEnd || after.value) && <ToEnd onClick={() => void toEnd()} />}
      <Said last={all.at(-1)} atEnd={seen.atEnd} mine={mine} />
    </div>
  );
}

async function jump(talk: Talk, seq: number, id: string | undefined, latest: { current: readonly Row[] }, list: { current: ListControl | null }): Promise<void> {
  await talk.log.around(seq).catch(() => undefined);
  requestAnimationFrame(() => {
    const row = latest.current.find((one) => one.message.seq >= seq);
    if (!row) return list.current?.end();
    list.current?.show(row.key, DOWN);
    talk.lit.value = id ?? row.message.id;
    setTimeout(() => (talk.lit.value = null), 2_500);
  });
}

function useMarker(talk: Talk): { current: ReadMarker | null } {
  const marker = useRef<ReadMarker | null>(null);
  useEffect(() => {
    const made = new ReadMarker(talk.hub, talk.log.id);
    marker.current = made;
    return () => made.close();
  }, [talk]);
  return marker;
}

/** Who looks elsewhere finds a line above what was said meanwhile. */
function useLineAboveWhatComes(talk: Talk, atEnd: boolean, onRead: (read: number | null) => void): void {
  useEffect(() => {
    const away = () => atEnd && onRead(talk.log.stretch.messages.value.at(-1)?.seq ?? 0);
    window.addEventListener("blur", away);
    return () => window.removeEventListener("blur", away);
  }, [talk, atEnd]);
}

function ToEnd({ onClick }: { onClick: () => void }) {
  const { log } = useTalk();
  const { unread } = unreadIn(log.id);
  return (
    <button type="button" class="to-end" onClick={onClick}>
      <Icon name="down" />
      {unread > 0 ? t("talk_new_below", { count: number(unread) }) : t("talk_to_newest")}
    </button>
  );
}

/** What was said last, for those who hear the page. */
function Said({ last, atEnd, mine }: { last: Row | undefined; atEnd: boolean; mine: string }) {
  const said = last && atEnd && last.message.userId !== mine && hubState.value.phase === "online" ? last.message : null;
  return <div class="unseen" aria-live="polite">{said && `${nameOf(said.userId, said.username)}: ${said.text ?? ""}`}</div>;
}

function Beginning() {
  const { log } = useTalk();
  return (
    <div class="feed">
      <Empty icon="message" title={t("talk_beginning")}>
        <p>{log.channel.value?.description ?? t("talk_beginning_text")}</p>
      </Empty>
    </div>
  );
}
