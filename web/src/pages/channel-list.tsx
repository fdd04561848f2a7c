// The list beside the rail: the channels of a group, or one's direct talks, and what is unread in them.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import type { Channel, Group } from "../api/types";
import { currentChannel, side } from "../state/here";
import { channelsOf, directChannels, isAdminOf, myGroups, places, placesLoaded, unreadIn } from "../state/mine";
import { noticesHeard } from "../state/notices";
import { overlay } from "../state/overlay";
import { route } from "../state/route";
import { isNarrow } from "../state/width";
import { IconButton, LinkButton } from "../ui/button";
import { Icon, type IconName } from "../ui/icon";
import { Link } from "../ui/link";
import { Skeleton } from "../ui/skeleton";
import { t } from "../words";
import { ChannelMark, titleOfChannel } from "./channel-name";
import { GroupMenu } from "./group-menu";

export function ChannelList() {
  const group = places.value.groups.get(side.value);
  return (
    <nav class="list" aria-label={group?.name ?? t("direct_messages")}>
      {group ? <GroupChannels group={group} /> : <DirectChannels />}
    </nav>
  );
}

function GroupChannels({ group }: { group: Group }) {
  const channels = channelsOf(group.id);
  const spoken = channels.filter((channel) => channel.type !== "text");
  const mayCreate = isAdminOf(group.id) || group.settings.membersMayCreateChannels;
  const create = () => {
    overlay.value = { name: "new-channel", group: group.id };
  };
  return (
    <>
      <header class="list-head">
        <Name><Link to={`/g/${group.id}`} class="list-title">{group.name}</Link></Name>
        <GroupMenu group={group} />
      </header>
      <div class="list-body">
        <ul class="list-top">
          <PageRow to={`/g/${group.id}/members`} icon="people" name={t("members")} />
          {isAdminOf(group.id) && <Requests group={group} />}
        </ul>
        <div class="list-section">
          <SectionName>{t("channels")}</SectionName>
          {mayCreate && <IconButton icon="plus" label={t("new_channel")} onClick={create} />}
        </div>
        <ul>{channels.filter((channel) => channel.type === "text").map((channel) => <Row channel={channel} key={channel.id} />)}</ul>
        {spoken.length > 0 && <div class="list-section"><SectionName>{t("voice_and_video")}</SectionName></div>}
        <ul>{spoken.map((channel) => <Row channel={channel} key={channel.id} />)}</ul>
      </div>
    </>
  );
}

function DirectChannels() {
  const begin = () => {
    overlay.value = { name: "new-direct" };
  };
  return (
    <>
      <header class="list-head">
        <Name>{t("direct_messages")}</Name>
        <IconButton icon="plus" label={t("new_direct")} onClick={begin} />
      </header>
      <div class="list-body">
        {!placesLoaded.value && <Skeleton rows={6} height={1.75} />}
        {placesLoaded.value && directChannels.value.length === 0 && <Nobody />}
        <ul>{directChannels.value.map((channel) => <Row channel={channel} key={channel.id} />)}</ul>
      </div>
    </>
  );
}

/** Where the list stands alone, its name is the name of the page. */
function Name({ children }: { children: ComponentChildren }) {
  const Heading = isNarrow.value ? "h1" : "h2";
  return <Heading class="list-name cut" dir="auto">{children}</Heading>;
}

function SectionName({ children }: { children: ComponentChildren }) {
  const Heading = isNarrow.value ? "h2" : "h3";
  return <Heading class="list-section-name">{children}</Heading>;
}

function Nobody() {
  if (myGroups.value.length > 0) return <p class="list-empty">{t("no_directs")}</p>;
  return <div class="list-empty"><p>{t("welcome_text")}</p><LinkButton to="/browse" kind="main" size="small">{t("browse_groups")}</LinkButton></div>;
}

function Row({ channel }: { channel: Channel }) {
  const { unread, mentions } = unreadIn(channel.id);
  const count = channel.type === "direct" ? unread : mentions;
  return (
    <li>
      <Link
        to={`/c/${channel.id}`}
        class="row"
        data-unread={unread > 0 || undefined}
        data-direct={channel.type === "direct" || undefined}
        aria-current={currentChannel.value === channel.id ? "page" : undefined}
      >
        <ChannelMark channel={channel} />
        <span class="row-name cut" dir="auto">{titleOfChannel(channel)}</span>
        {unread > 0 && <span class="unseen">{t("has_unread")}</span>}
        {count > 0 ? <span class="badge">{count > 99 ? "99+" : count}</span> : unread > 0 && <span class="row-dot" />}
      </Link>
    </li>
  );
}

function PageRow({ to, icon, name, count }: { to: string; icon: IconName; name: string; count?: number }) {
  return (
    <li>
      <Link to={to} class="row" aria-current={route.value.path === to ? "page" : undefined}>
        <Icon name={icon} />
        <span class="row-name cut">{name}</span>
        {count ? <span class="badge">{count}</span> : null}
      </Link>
    </li>
  );
}

/** Shown to admins while somebody waits for an answer. */
function Requests({ group }: { group: Group }) {
  const [pending, setPending] = useState(0);
  const heard = noticesHeard.value;
  const path = route.value.path;
  useEffect(() => {
    let here = true;
    void api
      .get<{ pending?: number }>("/group-requests/stats", { groupId: group.id })
      .then((stats) => here && setPending(stats.pending ?? 0), () => undefined);
    return () => {
      here = false;
    };
  }, [group.id, heard, path]);
  if (pending === 0) return null;
  return <PageRow to={`/g/${group.id}/requests`} icon="inbox" name={t("requests")} count={pending} />;
}
