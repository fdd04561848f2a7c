// The rail: direct talks, one's groups with what is unread in them, and the way to everything that is in no group.
import type { ComponentChildren } from "preact";
import type { Group, Id } from "../api/types";
import { channelToOpen, chooseSide, side, showsList } from "../state/here";
import { channelsOf, directChannels, myGroups, placesLoaded, unreadIn } from "../state/mine";
import { unreadNotices } from "../state/notices";
import { go, route } from "../state/route";
import { isNarrow } from "../state/width";
import { Avatar } from "../ui/avatar";
import { Icon, type IconName } from "../ui/icon";
import { Link } from "../ui/link";
import { t } from "../words";
import { OwnMenu } from "./own-menu";

export function Rail() {
  return (
    <nav class="rail" aria-label={t("groups")}>
      <Place label={t("direct_messages")} chosen={side.value === "direct"} unread={sum(directChannels.value.map((one) => one.id))} onOpen={() => open("direct")}>
        <span class="rail-home"><Icon name="message" /></span>
      </Place>
      <div class="rail-groups">
        {!placesLoaded.value && [1, 2, 3].map((row) => <div class="rail-skeleton" key={row} />)}
        {myGroups.value.map((group) => <GroupPlace group={group} key={group.id} />)}
        <RailLink to="/browse" icon="compass" label={t("browse_groups")} />
      </div>
      <RailLink to="/search" icon="search" label={t("search")} />
      <RailLink to="/notifications" icon="bell" label={t("notifications")} count={unreadNotices.value} />
      <OwnMenu />
    </nav>
  );
}

type Count = { unread: number; mentions: number };

function GroupPlace({ group }: { group: Group }) {
  const unread = sum(channelsOf(group.id).map((channel) => channel.id));
  return (
    <Place label={group.name} chosen={side.value === group.id} unread={unread} onOpen={() => open(group.id)}>
      <Avatar id={group.id} name={group.name} size={2.75} />
    </Place>
  );
}

function Place(props: { label: string; chosen: boolean; unread: Count; onOpen: () => void; children: ComponentChildren }) {
  const { unread, mentions } = props.unread;
  return (
    <button type="button" class="rail-place" title={props.label} aria-current={props.chosen ? "true" : undefined} onClick={props.onOpen}>
      <span class="rail-pill" data-unread={unread > 0 || undefined} />
      {props.children}
      <span class="unseen">{props.label} {unread > 0 && t("has_unread")}</span>
      {mentions > 0 && <span class="badge rail-badge">{mentions > 99 ? "99+" : mentions}</span>}
    </button>
  );
}

function RailLink({ to, icon, label, count = 0 }: { to: string; icon: IconName; label: string; count?: number }) {
  return (
    <Link to={to} class="rail-link" title={label} aria-current={route.value.path === to ? "page" : undefined}>
      <Icon name={icon} />
      <span class="unseen">{label}</span>
      {count > 0 && <span class="badge rail-badge">{count > 99 ? "99+" : count}</span>}
    </Link>
  );
}

/** On a phone the list shows first; where there is room for both, the channel one was in last opens too. */
function open(next: Id | "direct"): void {
  chooseSide(next);
  const channel = channelToOpen(next);
  if (showsList.value && isNarrow.value) return;
  if (channel) go(`/c/${channel}`);
  else if (next !== "direct") go(`/g/${next}`);
}

function sum(channels: readonly Id[]): Count {
  const total = { unread: 0, mentions: 0 };
  for (const id of channels) {
    const { unread, mentions } = unreadIn(id);
    total.unread += unread;
    total.mentions += mentions;
  }
  return total;
}
