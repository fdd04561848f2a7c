// The pages of a channel beside its conversation: what it is and how it is set, who reads it, who is banned.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import type { Failure } from "../api/failure";
import type { Channel, Id } from "../api/types";
import { isAdminOf, places } from "../state/mine";
import { LinkButton } from "../ui/button";
import { Pane, Tabs } from "../ui/pane";
import { sentence } from "../ui/problem";
import { Skeleton } from "../ui/skeleton";
import { t } from "../words";
import { iconOfChannel, titleOfChannel } from "./channel-name";

export { ChannelAbout } from "./channel-about";
export { ChannelMembers } from "./channel-members";
export { ChannelBans } from "./channel-bans";

function useChannel(id: Id): { channel: Channel | null; problem: Failure | null } {
  const known = places.value.channels.get(id) ?? null;
  const [read, setRead] = useState<Channel | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  const unknown = known === null;
  useEffect(() => {
    let here = true;
    setProblem(null);
    if (unknown) void api.get<Channel>(`/channels/${id}`).then((channel) => here && setRead(channel), (why: Failure) => here && setProblem(why));
    return () => {
      here = false;
    };
  }, [id, unknown]);
  return { channel: known ?? (read?.id === id ? read : null), problem };
}

export function ChannelPane({ id, actions, children }: { id: Id; actions?: ComponentChildren; children: (channel: Channel) => ComponentChildren }) {
  const { channel, problem } = useChannel(id);
  if (!channel && problem) return <Pane title={t("channel")}><p class="notice" data-kind="bad" role="alert">{sentence(problem)}</p></Pane>;
  if (!channel) return <Pane title="…"><Skeleton rows={4} /></Pane>;
  const back = <LinkButton to={`/c/${id}`} size="small" icon="message">{t("to_conversation")}</LinkButton>;
  return (
    <Pane title={titleOfChannel(channel)} icon={channel.type === "direct" ? "message" : iconOfChannel(channel)} tabs={<ChannelTabs channel={channel} />} actions={<>{actions}{back}</>}>
      {children(channel)}
    </Pane>
  );
}

function ChannelTabs({ channel }: { channel: Channel }) {
  const tabs = [
    { to: `/c/${channel.id}/about`, name: t("about") },
    { to: `/c/${channel.id}/members`, name: t("members") },
  ];
  if (channel.type !== "direct" && isAdminOf(channel.groupId)) tabs.push({ to: `/c/${channel.id}/bans`, name: t("bans") });
  return <Tabs label={t("channel")} tabs={tabs} />;
}
