// How a channel is called and drawn: a direct one by its people, another by its name and kind.
import type { Channel } from "../api/types";
import { nameOf, pictureOf } from "../state/people";
import { statusOf } from "../state/presence";
import { me } from "../state/session";
import { Avatar } from "../ui/avatar";
import { Icon, type IconName } from "../ui/icon";
import { t } from "../words";

export function othersIn(channel: Channel): { userId: string; username: string }[] {
  return (channel.members ?? []).filter((member) => member.userId !== me.value?.id);
}

export function titleOfChannel(channel: Channel): string {
  if (channel.type !== "direct") return channel.name;
  const others = othersIn(channel);
  return others.length > 0 ? others.map(({ userId, username }) => nameOf(userId, username)).join(", ") : t("own_notes");
}

export function iconOfChannel(channel: Channel): IconName {
  if (channel.type === "voice") return "voice";
  if (channel.type === "video") return "video";
  if (channel.status === "archived") return "archive";
  return channel.isPrivate ? "lock" : "hash";
}

export function ChannelMark({ channel, size = 1.75 }: { channel: Channel; size?: number }) {
  if (channel.type !== "direct") return <Icon name={iconOfChannel(channel)} />;
  const others = othersIn(channel);
  const one = others[0];
  if (others.length > 1) return <span class="crowd">{others.length}</span>;
  const id = one?.userId ?? me.value?.id ?? "";
  const name = one ? nameOf(one.userId, one.username) : t("own_notes");
  return <Avatar id={id} name={name} size={size} picture={pictureOf(id)} status={statusOf(id)} />;
}
