// Who reads a channel: of a public one the members of its group, of a private or direct one its own.
import { useEffect, useMemo, useState } from "preact/hooks";
import { api } from "../api/http";
import { Listing } from "../api/pages";
import type { Channel, Id, Member } from "../api/types";
import { isAdminOf } from "../state/mine";
import { overlay } from "../state/overlay";
import { me } from "../state/session";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { List } from "../ui/list";
import { Menu, type MenuItem } from "../ui/menu";
import { attempt } from "../ui/problem";
import { t } from "../words";
import { BanDialog } from "./ban-dialog";
import { ChannelPane } from "./channel";
import { beginDirect } from "./invite";
import { PersonRow } from "./person-row";

export function ChannelMembers({ channel: id }: { channel: Id }) {
  return <ChannelPane id={id}>{(channel) => <Members channel={channel} />}</ChannelPane>;
}

function Members({ channel }: { channel: Channel }) {
  const [banning, setBanning] = useState<Member | null>(null);
  const listing = useMemo(() => new Listing<Member, "members">(`/channels/${channel.id}/members`, "members"), [channel.id]);
  const closed = channel.isPrivate && channel.type !== "direct" && isAdminOf(channel.groupId);
  const adding = overlay.value?.name === "add-members";
  useEffect(() => {
    if (!adding) void listing.start();
  }, [listing, adding]);
  const drop = (member: Member) => listing.change((items) => items.filter((one) => one.userId !== member.userId));
  const add = () => {
    if (channel.groupId) overlay.value = { name: "add-members", group: channel.groupId, channel: channel.id };
  };
  const remove = (member: Member) => async () => {
    const done = await attempt(api.delete(`/channels/${channel.id}/members/${member.userId}`), t("member_removed", { name: member.username }));
    if (done) drop(member);
  };
  return (
    <>
      {closed && <div><Button icon="plus" size="small" onClick={add}>{t("add_members")}</Button></div>}
      <List listing={listing} empty={t("nobody_found")} icon="people" class="people">
        {(member) => (
          <PersonRow key={member.userId} id={member.userId} username={member.username}>
            {member.role === "admin" && <span class="tag" data-kind="accent"><Icon name="shield" />{t("admin")}</span>}
            {member.userId !== me.value?.id && (
              <Menu label={t("member_menu", { name: member.username })} items={itemsOf(channel, member, () => setBanning(member), closed ? remove(member) : null)}>
                <Icon name="dots" />
              </Menu>
            )}
          </PersonRow>
        )}
      </List>
      {banning && <BanDialog channel={channel.id} member={banning} onClose={() => setBanning(null)} onDone={() => drop(banning)} />}
    </>
  );
}

function itemsOf(channel: Channel, member: Member, ban: () => void, remove: (() => Promise<void>) | null): MenuItem[] {
  const items: MenuItem[] = [{ label: t("write_to"), icon: "message", onChoose: () => void attempt(beginDirect([member.userId])) }];
  const ruled = channel.type !== "direct" && isAdminOf(channel.groupId) && member.role !== "admin";
  if (remove && ruled) items.push({ label: t("remove"), icon: "minus", danger: true, onChoose: () => void remove() });
  if (ruled) items.push({ label: t("ban"), icon: "ban", danger: true, onChoose: ban });
  return items;
}
