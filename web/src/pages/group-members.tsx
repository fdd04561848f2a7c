// Who belongs to a group, and what admins can do about it.
import { useEffect, useMemo, useState } from "preact/hooks";
import { api } from "../api/http";
import { Listing } from "../api/pages";
import type { Group, GroupRole, Id, Member } from "../api/types";
import { isAdminOf } from "../state/mine";
import { overlay } from "../state/overlay";
import { me } from "../state/session";
import { Button } from "../ui/button";
import { Confirm } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { List } from "../ui/list";
import { Menu, type MenuItem } from "../ui/menu";
import { attempt } from "../ui/problem";
import { day, t } from "../words";
import { GroupPane } from "./group";
import { beginDirect } from "./invite";
import { PersonRow } from "./person-row";

export function GroupMembers({ group: id }: { group: Id }) {
  return (
    <GroupPane id={id} actions={isAdminOf(id) && <AddButton id={id} />}>
      {(group) => <Members group={group} />}
    </GroupPane>
  );
}

function AddButton({ id }: { id: Id }) {
  const add = () => {
    overlay.value = { name: "add-members", group: id };
  };
  return <Button kind="main" size="small" icon="plus" onClick={add}>{t("add_members")}</Button>;
}

function Members({ group }: { group: Group }) {
  const [removing, setRemoving] = useState<Member | null>(null);
  const listing = useMemo(() => new Listing<Member, "members">(`/groups/${group.id}/members`, "members"), [group.id]);
  const adding = overlay.value?.name === "add-members";
  useEffect(() => {
    if (!adding) void listing.start();
  }, [listing, adding]);
  const remove = async (member: Member) => {
    const done = await attempt(api.delete(`/groups/${group.id}/members/${member.userId}`), t("member_removed", { name: member.username }));
    if (done) listing.change((items) => items.filter((one) => one.userId !== member.userId));
  };
  const turn = (member: Member, role: GroupRole) => async () => {
    if (await turnTo(group, member, role)) await listing.start();
  };
  return (
    <>
      <List listing={listing} empty={t("nobody_found")} icon="people" class="people">
        {(member) => (
          <PersonRow key={member.userId} id={member.userId} username={member.username} about={t("member_since", { day: day(member.joinedAt) })}>
            {member.role === "admin" && <span class="tag" data-kind="accent"><Icon name="shield" />{t("admin")}</span>}
            <MemberMenu group={group} member={member} onTurn={turn} onRemove={() => setRemoving(member)} />
          </PersonRow>
        )}
      </List>
      {removing && (
        <Confirm
          title={t("remove_member")}
          text={t("remove_member_text", { name: removing.username, group: group.name })}
          action={t("remove")}
          danger
          onConfirm={() => remove(removing)}
          onClose={() => setRemoving(null)}
        />
      )}
    </>
  );
}

/** Roles are given by super admins; admins of the group remove members, not one another. */
async function turnTo(group: Group, member: Member, role: GroupRole): Promise<boolean> {
  const path = `/groups/${group.id}/admins`;
  const change = role === "admin" ? api.post(path, { userId: member.userId }) : api.delete(`${path}/${member.userId}`);
  return attempt(change, t(role === "admin" ? "is_admin_now" : "is_member_now", { name: member.username }));
}

type MenuProps = { group: Group; member: Member; onTurn: (member: Member, role: GroupRole) => () => void; onRemove: () => void };

function MemberMenu({ group, member, onTurn, onRemove }: MenuProps) {
  if (member.userId === me.value?.id) return null;
  const superAdmin = me.value?.role === "super_admin";
  const items: MenuItem[] = [{ label: t("write_to"), icon: "message", onChoose: () => void attempt(beginDirect([member.userId])) }];
  if (superAdmin && member.role === "member") items.push({ label: t("make_admin"), icon: "shield", onChoose: onTurn(member, "admin") });
  if (superAdmin && member.role === "admin") items.push({ label: t("make_member"), icon: "person", onChoose: onTurn(member, "member") });
  const mayRemove = isAdminOf(group.id) && (member.role === "member" || superAdmin);
  if (mayRemove) items.push({ label: t("remove"), icon: "trash", danger: true, onChoose: onRemove });
  return <Menu label={t("member_menu", { name: member.username })} items={items}><Icon name="dots" /></Menu>;
}
