// The quick switcher: a few letters of a channel, a group, a person or a page, then Enter.
import { useEffect, useId, useMemo, useState } from "preact/hooks";
import type { JSX } from "preact";
import { places, unreadIn } from "../state/mine";
import { findPeople, people } from "../state/people";
import { go } from "../state/route";
import { me } from "../state/session";
import { Avatar } from "../ui/avatar";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { attempt } from "../ui/problem";
import { t } from "../words";
import { ChannelMark, titleOfChannel } from "./channel-name";
import { beginDirect } from "./invite";
import { rank } from "./rank";

type Target = { id: string; name: string; about: string; mark: JSX.Element; weight: number; open: () => unknown };

export function Switcher({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useId();
  useAsked(typed);
  const found = useMemo(() => rank(targets(), typed).slice(0, 12), [typed, places.value, people.value]);
  const open = (target: Target | undefined) => {
    if (!target) return;
    onClose();
    target.open();
  };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) setAt((at + by + found.length) % Math.max(1, found.length));
    else if (event.key === "Enter") open(found[at]);
    else return;
    event.preventDefault();
  };
  const type = (text: string) => {
    setTyped(text);
    setAt(0);
  };
  return (
    <Dialog title={t("switcher")} onClose={onClose} class="switcher" bare>
      <Typing list={list} chosen={found[at] ? `${list}-${at}` : undefined} typed={typed} onType={type} onPress={press} />
      <div class="switcher-list" role="listbox" id={list} aria-label={t("switcher")}>
        {found.map((target, row) => (
          <Row key={target.id} id={`${list}-${row}`} target={target} chosen={row === at} onOpen={() => open(target)} onPoint={() => setAt(row)} />
        ))}
      </div>
      {found.length === 0 && <p class="switcher-none soft">{t("nothing_found")}</p>}
    </Dialog>
  );
}

/** People are too many to be known beforehand: the server is asked for those whose names begin so. */
function useAsked(typed: string): void {
  useEffect(() => {
    const timer = setTimeout(() => typed.trim() && void findPeople(typed.trim()).catch(() => undefined), 150);
    return () => clearTimeout(timer);
  }, [typed]);
}

type TypingProps = { list: string; chosen: string | undefined; typed: string; onType: (text: string) => void; onPress: (event: KeyboardEvent) => void };

function Typing({ list, chosen, typed, onType, onPress }: TypingProps) {
  return (
    <div class="switcher-input">
      <Icon name="search" />
      <input
        role="combobox"
        aria-label={t("switcher")}
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={chosen}
        placeholder={t("switcher_hint")}
        dir="auto"
        autoFocus
        value={typed}
        onInput={(event) => onType(event.currentTarget.value)}
        onKeyDown={onPress}
      />
      <kbd>Esc</kbd>
    </div>
  );
}

function Row(props: { id: string; target: Target; chosen: boolean; onOpen: () => void; onPoint: () => void }) {
  const { target } = props;
  return (
    <div role="option" class="switcher-row" id={props.id} aria-selected={props.chosen} onClick={props.onOpen} onPointerMove={props.onPoint}>
      <span class="switcher-mark">{target.mark}</span>
      <span class="cut" dir="auto">{target.name}</span>
      <span class="soft small cut">{target.about}</span>
    </div>
  );
}

function targets(): Target[] {
  return [...channelTargets(), ...groupTargets(), ...peopleTargets(), ...pageTargets()];
}

function channelTargets(): Target[] {
  return [...places.value.channels.values()].map((channel) => ({
    id: channel.id,
    name: titleOfChannel(channel),
    about: channel.groupId ? (places.value.groups.get(channel.groupId)?.name ?? "") : t("direct_messages"),
    mark: <ChannelMark channel={channel} size={1.5} />,
    weight: 2 + (unreadIn(channel.id).unread > 0 ? 2 : 0) + (unreadIn(channel.id).mentions > 0 ? 2 : 0),
    open: () => go(`/c/${channel.id}`),
  }));
}

function groupTargets(): Target[] {
  return [...places.value.groups.values()].map((group) => ({
    id: group.id,
    name: group.name,
    about: t("group"),
    mark: <Avatar id={group.id} name={group.name} size={1.5} />,
    weight: 1,
    open: () => go(`/g/${group.id}`),
  }));
}

function peopleTargets(): Target[] {
  return [...people.value.values()]
    .filter((user) => user.id !== me.value?.id && user.status === "active")
    .map((user) => ({
      id: user.id,
      name: user.displayName || user.username,
      about: `@${user.username}`,
      mark: <Avatar id={user.id} name={user.displayName || user.username} size={1.5} picture={user.avatarUrl} />,
      weight: 0,
      open: () => attempt(beginDirect([user.id])),
    }));
}

function pageTargets(): Target[] {
  const pages = [
    ["/search", t("search"), "search"],
    ["/notifications", t("notifications"), "bell"],
    ["/browse", t("browse_groups"), "compass"],
    ["/settings", t("settings"), "gear"],
  ] as const;
  return pages.map(([to, name, icon]) => ({ id: to, name, about: "", mark: <Icon name={icon} />, weight: 0.5, open: () => go(to) }));
}
