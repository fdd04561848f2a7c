// Searching what was said, with the words marked where they were found. The question stands in the address.
import { useEffect, useId, useMemo, useState } from "preact/hooks";
import { Listing } from "../api/pages";
import type { Found } from "../api/types";
import { places } from "../state/mine";
import { nameOf, pictureOf } from "../state/people";
import { go, route } from "../state/route";
import { Avatar } from "../ui/avatar";
import { Button } from "../ui/button";
import { Field, SearchField } from "../ui/field";
import { Icon } from "../ui/icon";
import { Link } from "../ui/link";
import { List } from "../ui/list";
import { Empty, Pane } from "../ui/pane";
import { moment, t } from "../words";
import { iconOfChannel, titleOfChannel } from "./channel-name";

const names = ["q", "channelId", "has", "from", "to", "sort"] as const;
type Question = Record<(typeof names)[number], string>;

export function Search() {
  const query = route.value.query;
  const asked = Object.fromEntries(names.map((name) => [name, query.get(name) ?? ""])) as Question;
  const text = names.map((name) => asked[name]).join("\n");
  const listing = useMemo(() => new Listing<Found, "messages">("/messages/search", "messages"), []);
  useEffect(() => {
    if (asked.q) void listing.start({ ...asked });
  }, [text]);
  return (
    <Pane title={t("search")} icon="search">
      <Question asked={asked} key={text} />
      {asked.q
        ? <List listing={listing} empty={t("nothing_found")} icon="search" class="found">{(found) => <Row found={found} key={found.message.id} />}</List>
        : <Hints />}
    </Pane>
  );
}

function Question({ asked }: { asked: Question }) {
  const [now, setNow] = useState(asked);
  const [open, setOpen] = useState(Boolean(asked.channelId || asked.has || asked.from || asked.to));
  const ask = (next: Question) => go(`/search?${new URLSearchParams(Object.entries(next).filter(([, value]) => value !== ""))}`, "replace");
  const submit = (event: Event) => {
    event.preventDefault();
    ask({ ...now, q: now.q.trim() });
  };
  const change = (name: keyof Question) => (value: string) => {
    const next = { ...now, [name]: value };
    setNow(next);
    if (name !== "q" && next.q.trim()) ask(next);
  };
  return (
    <form class="question" role="search" onSubmit={submit}>
      <div class="question-line">
        <SearchField label={t("search_messages")} value={now.q} onValue={change("q")} autoFocus={!asked.q} />
        <Button icon="filter" aria-expanded={open} onClick={() => setOpen(!open)}>{t("filters")}</Button>
        <Button kind="main" type="submit">{t("search_do")}</Button>
      </div>
      {open && <Filters now={now} change={change} />}
    </form>
  );
}

function Filters({ now, change }: { now: Question; change: (name: keyof Question) => (value: string) => void }) {
  const channels = [...places.value.channels.values()].sort((a, b) => titleOfChannel(a).localeCompare(titleOfChannel(b)));
  return (
    <div class="filters">
      <Select label={t("channel")} value={now.channelId} onValue={change("channelId")} options={channels.map((one) => [one.id, titleOfChannel(one)])} none={t("all")} />
      <Select label={t("has")} value={now.has} onValue={change("has")} options={[["link", t("has_link")], ["image", t("has_image")], ["file", t("has_file")]]} none={t("anything")} />
      <Field label={t("from_day")} type="date" value={now.from} onValue={change("from")} />
      <Field label={t("to_day")} type="date" value={now.to} onValue={change("to")} />
      <Select label={t("sort")} value={now.sort} onValue={change("sort")} options={[["relevance", t("sort_best")]]} none={t("sort_newest")} />
    </div>
  );
}

type SelectProps = { label: string; value: string; none: string; options: readonly (readonly [string, string])[]; onValue: (value: string) => void };

function Select({ label, value, none, options, onValue }: SelectProps) {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>{label}</label>
      <select class="input" id={id} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        <option value="">{none}</option>
        {options.map(([key, name]) => <option key={key} value={key}>{name}</option>)}
      </select>
    </div>
  );
}

function Row({ found: { message, highlights } }: { found: Found }) {
  const channel = places.value.channels.get(message.channelId);
  const name = nameOf(message.userId, message.username);
  return (
    <li>
      <Link to={`/c/${message.channelId}/m/${message.id}`} class="found-row">
        <Avatar id={message.userId} name={name} picture={pictureOf(message.userId)} />
        <span class="found-text">
          <span class="found-head">
            <b dir="auto">{name}</b>
            {channel && <span class="tag">{channel.type !== "direct" && <Icon name={iconOfChannel(channel)} />}{titleOfChannel(channel)}</span>}
            <time class="soft small" dateTime={message.createdAt}>{moment(message.createdAt)}</time>
          </span>
          <span class="found-said" dir="auto">{marked(message.text ?? "", highlights)}</span>
        </span>
      </Link>
    </li>
  );
}

/** The text with what was found in it marked; places are in UTF-16 units, as JavaScript counts. */
function marked(text: string, highlights: Found["highlights"]) {
  const parts = [];
  let from = 0;
  for (const { start, end } of highlights) {
    parts.push(text.slice(from, start), <mark key={start}>{text.slice(start, end)}</mark>);
    from = end;
  }
  return [...parts, text.slice(from)];
}

function Hints() {
  const hints = [["\"low water\"", t("hint_phrase")], ["boat*", t("hint_begin")], ["-storm", t("hint_without")], ["from:@ann", t("hint_from")], ["in:#general", t("hint_in")], ["has:link", t("hint_has")]];
  return (
    <Empty icon="search" title={t("search_title")}>
      <dl class="hints">{hints.map(([sign, says]) => <div key={sign}><dt><code>{sign}</code></dt><dd>{says}</dd></div>)}</dl>
    </Empty>
  );
}
