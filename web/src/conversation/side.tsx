// What stands beside the conversation: a thread, or what is pinned. On a phone it stands over it.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { api } from "../api/http";
import type { Message } from "../hub";
import { nameOf } from "../state/people";
import { me } from "../state/session";
import type { Typing } from "../state/typing";
import { Markdown } from "../text/draw";
import { IconButton } from "../ui/button";
import { Empty } from "../ui/pane";
import { Skeleton } from "../ui/skeleton";
import { day, t } from "../words";
import { Composer } from "./composer";
import { type ListControl, VirtualList } from "./list";
import { meantBy, MessageRow } from "./message";
import { type Row, rows } from "./rows";
import { attempt, type Side as What, useTalk } from "./talk";

export function Side({ what, typing, onClose }: { what: NonNullable<What>; typing: Typing; onClose: () => void }) {
  return what.is === "pins" ? <Pins onClose={onClose} /> : <Thread key={what.rootId} rootId={what.rootId} typing={typing} onClose={onClose} />;
}

function Frame({ title, actions, onClose, children }: { title: string; actions?: ComponentChildren; onClose: () => void; children: ComponentChildren }) {
  const escape = (event: KeyboardEvent) => event.key === "Escape" && !event.defaultPrevented && onClose();
  return (
    <aside class="side" aria-label={title} onKeyDown={escape}>
      <header class="pane-head">
        <h2 class="pane-title cut">{title}</h2>
        <div class="pane-actions">
          {actions}
          <IconButton icon="close" label={t("close")} onClick={onClose} />
        </div>
      </header>
      {children}
    </aside>
  );
}

function Thread({ rootId, typing, onClose }: { rootId: string; typing: Typing; onClose: () => void }) {
  const talk = useTalk();
  const thread = useMemo(() => talk.log.thread(rootId), [talk.log, rootId]);
  useEffect(() => void thread.open(), [thread]);
  const list = useRef<ListControl | null>(null);
  const { messages, after } = thread.stretch;
  const root = thread.root.value;
  const waiting = talk.pending.value;
  const all = useMemo(() => {
    if (!root) return [];
    const mine = waiting.filter((one) => one.draft.threadId === rootId && !after.value);
    return rows([root, ...messages.value], mine, { id: talk.mine, username: me.value?.username ?? "", read: null });
  }, [root, messages.value, waiting, after.value]);
  const follow = () => attempt(async () => {
    const { following } = await talk.hub.ask("follow_thread", { rootId, remove: thread.following.value });
    thread.following.value = following;
  });
  const bell = <IconButton icon="bell" label={t(thread.following.value ? "talk_unfollow" : "talk_follow")} aria-pressed={thread.following.value} onClick={() => void follow()} />;
  return (
    <Frame title={t("talk_thread")} actions={thread.phase.value === "ready" && bell} onClose={onClose}>
      {thread.phase.value === "failed" && <Empty icon="thread" title={t("talk_not_there")} />}
      {thread.phase.value === "loading" && <div class="feed-loading"><Skeleton rows={3} height={3.25} /></div>}
      {thread.phase.value === "ready" && (
        <>
          <div class="feed">
            <VirtualList
              rows={all}
              draw={(row: Row) => <MessageRow row={row} inThread />}
              label={t("talk_thread")}
              from="start"
              start="end"
              busy={false}
              control={(made) => (list.current = made)}
              onEdge={(edge) => edge === "end" && void thread.newer().catch(() => undefined)}
              onSeen={() => undefined}
            />
          </div>
          <Composer threadId={rootId} placeholder={t("talk_reply")} typing={typing} said={() => messages.value} onSent={() => list.current?.end()} />
        </>
      )}
    </Frame>
  );
}

type Pinned = readonly Message[] | null;

function Pins({ onClose }: { onClose: () => void }) {
  const talk = useTalk();
  const pins = useMemo(() => signal<Pinned>(null), [talk.log]);
  useEffect(() => {
    const read = () => api.get<{ pins: Message[] }>(`/channels/${talk.log.id}/pins`, { limit: 100 }).then((page) => (pins.value = page.pins), () => (pins.value ??= []));
    void read();
    return talk.hub.on("entry", ({ event, data }) => {
      const changes = event === "message_pinned" || event === "message_deleted" || event === "message_edited";
      if (changes && data.channelId === talk.log.id) void read();
    });
  }, [talk.log]);
  return (
    <Frame title={t("talk_pins")} onClose={onClose}>
      <div class="side-body">
        {pins.value === null && <Skeleton rows={3} />}
        {pins.value?.length === 0 && <Empty icon="pin" title={t("talk_no_pins")} />}
        <ul class="pins">{pins.value?.map((message) => <Pin key={message.id} message={message} />)}</ul>
      </div>
    </Frame>
  );
}

function Pin({ message }: { message: Message }) {
  const talk = useTalk();
  const meant = useMemo(() => meantBy(message), [message]);
  return (
    <li class="pin">
      <div class="pin-head">
        <strong dir="auto">{nameOf(message.userId, message.username)}</strong>
        <span class="soft small">{day(message.createdAt)}</span>
        <button type="button" class="link-button" onClick={() => talk.jump(message)}>{t("talk_show")}</button>
      </div>
      {message.text && <Markdown text={message.text} meant={meant} mine={talk.mine} />}
    </li>
  );
}
