// The pages of a group: what it is, who is in it, who wants in, and its settings.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import type { Failure } from "../api/failure";
import type { Channel, Group, Id } from "../api/types";
import { channelsOf, isAdminOf, places, setGroup } from "../state/mine";
import { overlay } from "../state/overlay";
import { Avatar } from "../ui/avatar";
import { Button, LinkButton } from "../ui/button";
import { Icon } from "../ui/icon";
import { Link } from "../ui/link";
import { Pane, Section, Tabs } from "../ui/pane";
import { sentence } from "../ui/problem";
import { Skeleton } from "../ui/skeleton";
import { day, plural, t } from "../words";
import { AskToJoin, join } from "./browse";
import { iconOfChannel } from "./channel-name";
import { GroupMenu } from "./group-menu";

export { GroupMembers } from "./group-members";
export { GroupRequests } from "./group-requests";
export { GroupSettingsPage } from "./group-settings";

/** The group of a page: what is known of it at once, and all that the server says as soon as it does. */
export function useGroup(id: Id): { group: Group | null; problem: Failure | null } {
  const known = places.value.groups.get(id) ?? null;
  const [read, setRead] = useState<Group | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  useEffect(() => {
    let here = true;
    setProblem(null);
    void api.get<Group>(`/groups/${id}`).then((group) => here && setRead(group), (why: Failure) => here && setProblem(why));
    return () => {
      here = false;
    };
  }, [id, known?.role]);
  const fresh = read?.id === id ? read : null;
  return { group: known ? { ...fresh, ...known } : fresh, problem };
}

export function GroupPane({ id, children, actions }: { id: Id; actions?: ComponentChildren; children: (group: Group) => ComponentChildren }) {
  const { group, problem } = useGroup(id);
  if (!group && problem) return <Pane title={t("group")}><p class="notice" data-kind="bad" role="alert">{sentence(problem)}</p></Pane>;
  if (!group) return <Pane title="…"><Skeleton rows={4} /></Pane>;
  return (
    <Pane title={group.name} tabs={group.role || isAdminOf(id) ? <GroupTabs id={id} /> : undefined} actions={actions ?? <GroupActions group={group} />}>
      {children(group)}
    </Pane>
  );
}

function GroupTabs({ id }: { id: Id }) {
  const tabs = [
    { to: `/g/${id}`, name: t("about") },
    { to: `/g/${id}/members`, name: t("members") },
  ];
  if (isAdminOf(id)) tabs.push({ to: `/g/${id}/requests`, name: t("requests") }, { to: `/g/${id}/settings`, name: t("settings") });
  return <Tabs label={t("group")} tabs={tabs} />;
}

function GroupActions({ group }: { group: Group }) {
  const [asking, setAsking] = useState(false);
  if (group.role) return <GroupMenu group={group} />;
  if (!group.isPrivate) return <Button kind="main" size="small" onClick={() => void join(group)}>{t("join")}</Button>;
  return (
    <>
      <Button size="small" onClick={() => setAsking(true)}>{t("ask_to_join")}</Button>
      {asking && <AskToJoin group={group} onClose={() => setAsking(false)} onAsked={() => undefined} />}
    </>
  );
}

export function GroupAbout({ group: id }: { group: Id }) {
  return (
    <GroupPane id={id}>
      {(group) => (
        <>
          <header class="hero">
            <Avatar id={group.id} name={group.name} size={4.5} />
            <div>
              <p class="hero-name" dir="auto">{group.name}</p>
              <p class="hero-tags">
                <span class="tag"><Icon name={group.isPrivate ? "lock" : "globe"} />{group.isPrivate ? t("private") : t("public")}</span>
                {group.category && <span class="tag">{group.category}</span>}
                {group.memberCount !== undefined && <span class="tag"><Icon name="people" />{plural("members", group.memberCount)}</span>}
                {group.role === "admin" && <span class="tag" data-kind="accent"><Icon name="shield" />{t("you_are_admin")}</span>}
              </p>
            </div>
          </header>
          {group.description && <p class="lead" dir="auto">{group.description}</p>}
          <p class="soft small">{t("since", { day: day(group.createdAt) })}</p>
          {group.role && <Channels group={group} />}
        </>
      )}
    </GroupPane>
  );
}

/** Archived channels are in no list of one's own: they are read once, and what is archived meanwhile the log tells. */
function useArchived(group: Group): Channel[] {
  const [archived, setArchived] = useState<Channel[]>([]);
  useEffect(() => {
    let here = true;
    void api
      .get<{ channels: Channel[] }>("/channels", { groupId: group.id, status: "archived", limit: 100 })
      .then(({ channels }) => here && setArchived(channels), () => undefined);
    return () => {
      here = false;
    };
  }, [group.id]);
  const known = places.value.channels;
  const told = [...known.values()].filter((channel) => channel.groupId === group.id && channel.status === "archived");
  return [...told, ...archived.filter((channel) => !known.has(channel.id))];
}

function Channels({ group }: { group: Group }) {
  const archived = useArchived(group);
  const mayCreate = isAdminOf(group.id) || group.settings.membersMayCreateChannels;
  const create = () => {
    overlay.value = { name: "new-channel", group: group.id };
  };
  return (
    <>
      <Section title={t("channels")} actions={mayCreate && <Button size="small" icon="plus" onClick={create}>{t("new_channel")}</Button>}>
        <ChannelTable channels={channelsOf(group.id)} />
      </Section>
      {archived.length > 0 && <Section title={t("archived")}><ChannelTable channels={archived} /></Section>}
    </>
  );
}

function ChannelTable({ channels }: { channels: readonly Channel[] }) {
  return (
    <ul class="table">
      {channels.map((channel) => (
        <li key={channel.id} class="table-row">
          <Icon name={iconOfChannel(channel)} />
          <div class="table-text">
            <Link to={`/c/${channel.id}`} class="table-name" dir="auto">{channel.name}</Link>
            {channel.description && <span class="soft small" dir="auto">{channel.description}</span>}
          </div>
          <LinkButton to={`/c/${channel.id}/about`} kind="quiet" size="small">{t("about")}</LinkButton>
        </li>
      ))}
    </ul>
  );
}

/** After a change of one's own, before the log tells of it. */
export function took(group: Group): void {
  const known = places.value.groups.get(group.id);
  if (known) setGroup({ ...known, ...group, ...(known.role && { role: known.role }) });
}
