// One message: who, when, what, and what others made of it.
import { useComputed } from "@preact/signals";
import { Component, Fragment } from "preact";
import { useMemo } from "preact/hooks";
import type { Message as Said } from "../hub";
import { nameOf, people, pictureOf } from "../state/people";
import { statusOf } from "../state/presence";
import { route } from "../state/route";
import { Markdown } from "../text/draw";
import type { Meant } from "../text/tree";
import { Avatar } from "../ui/avatar";
import { Icon } from "../ui/icon";
import { Link } from "../ui/link";
import { t } from "../words";
import { Actions } from "./actions";
import { Delivery } from "./delivery";
import { Editor } from "./editor";
import { linkOf, Links } from "./links";
import { Poll } from "./poll";
import { Quote } from "./quote";
import { Reactions } from "./reactions";
import type { Row } from "./rows";
import { useTalk } from "./talk";
import { dayName, fullTime, hour, shortHour } from "./times";
import { ThreadSummary } from "./thread-summary";
import { Unbroken } from "./unbroken";

interface Props {
  row: Row;
  /** Within a thread there are no threads. */
  inThread?: boolean;
}

/** A message that cannot be drawn is left out; those beside it stay. */
export function MessageRow(props: Props) {
  return <Unbroken message={props.row.message}><Whole {...props} /></Unbroken>;
}

/** Drawn again only when something of it is other than it was. */
class Whole extends Component<Props> {
  override shouldComponentUpdate({ row }: Props): boolean {
    const now = this.props.row;
    return now.message !== row.message || now.pending !== row.pending || now.day !== row.day || now.unread !== row.unread || now.grouped !== row.grouped;
  }

  override render({ row, inThread = false }: Props) {
    return (
      <>
        {row.day && row.message.createdAt && <div class="line-day"><span>{dayName(row.message.createdAt)}</span></div>}
        {row.unread && <div class="line-unread" role="separator" aria-label={t("talk_new")}><span>{t("talk_new")}</span></div>}
        <Body row={row} inThread={inThread} />
      </>
    );
  }
}

function Body({ row, inThread }: { row: Row; inThread: boolean }) {
  const talk = useTalk();
  const { message, pending, grouped } = row;
  const active = useComputed(() => talk.active.value === row.key);
  const lit = useComputed(() => talk.lit.value === message.id);
  const editing = useComputed(() => talk.editing.value === message.id);
  const point = () => (talk.active.value = row.key);
  const leave = () => active.value && (talk.active.value = null);
  const shows = active.value && !pending && !message.deletedAt && !editing.value;
  return (
    <article
      class="message"
      data-grouped={grouped || undefined}
      data-pending={pending?.status}
      data-lit={lit.value || undefined}
      data-called={message.mentions.includes(talk.mine) || undefined}
      data-pinned={message.pinnedAt ? "" : undefined}
      onMouseEnter={point}
      onMouseLeave={leave}
      onFocusIn={point}
      onClick={point}
    >
      <div class="message-side">
        {grouped
          ? message.createdAt && <time class="message-hour" dateTime={message.createdAt}>{shortHour(message.createdAt)}</time>
          : <Avatar id={message.userId} name={nameOf(message.userId, message.username)} picture={pictureOf(message.userId)} status={statusOf(message.userId)} />}
      </div>
      <div class="message-body">
        {grouped ? <span class="unseen">{nameOf(message.userId, message.username)}</span> : <Head message={message} />}
        {message.pinnedAt && <p class="message-mark"><Icon name="pin" />{t("talk_pinned")}</p>}
        {message.replyTo && !inThread && <Quote id={message.replyTo} />}
        {editing.value ? <Editor message={message} /> : <Content message={message} />}
        {pending && <Delivery pending={pending} />}
        <Reactions message={message} />
        {message.thread && !inThread && <ThreadSummary message={message} />}
      </div>
      {shows && <Actions message={message} inThread={inThread} />}
    </article>
  );
}

function Head({ message }: { message: Said }) {
  return (
    <header class="message-head">
      <span class="message-name" dir="auto">{nameOf(message.userId, message.username)}</span>
      {message.createdAt && (
        <Link class="message-time" to={linkOf(message)} aria-current={route.value.path === linkOf(message) ? "location" : undefined}>
          <time dateTime={message.createdAt} title={fullTime(message.createdAt)}>{hour(message.createdAt)}</time>
        </Link>
      )}
    </header>
  );
}

function Content({ message }: { message: Said }) {
  if (message.deletedAt) return <p class="message-gone"><Icon name="trash" />{t("talk_deleted")}</p>;
  return (
    <Fragment>
      {message.text && <Text message={message} />}
      <Links message={message} />
      {message.forwarded && <Forwarded message={message} />}
      {message.poll && <Poll message={message} poll={message.poll} />}
    </Fragment>
  );
}

function Text({ message }: { message: Said }) {
  const talk = useTalk();
  const known = people.value;
  const meant = useMemo(() => meantBy(message), [message, known]);
  return (
    <>
      <Markdown text={message.text ?? ""} meant={meant} mine={talk.mine} />
      {message.editedAt && (
        <button type="button" class="message-edited" title={fullTime(message.editedAt)} onClick={() => (talk.asking.value = { is: "history", message })}>
          {t("talk_edited")}
        </button>
      )}
    </>
  );
}

/** Only whom the server found is mentioned; the same name is text elsewhere. */
export function meantBy(message: Pick<Said, "mentions" | "everyone">): Meant {
  const called = new Map<string, string>();
  for (const id of message.mentions) {
    const user = people.value.get(id);
    if (user) called.set(user.username.toLowerCase(), id);
  }
  return { named: (name) => called.get(name.toLowerCase()), everyone: !!message.everyone };
}

function Forwarded({ message: { forwarded } }: { message: Said }) {
  const talk = useTalk();
  if (!forwarded) return null;
  return (
    <blockquote class="forwarded">
      <p class="forwarded-from"><Icon name="forward" />{t("talk_forwarded_from", { name: nameOf(forwarded.userId, forwarded.username) })}</p>
      {forwarded.text && <Markdown text={forwarded.text} meant={{ named: () => undefined, everyone: false }} mine={talk.mine} />}
    </blockquote>
  );
}
