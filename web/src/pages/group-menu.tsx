// What one can do with a group, from wherever it is shown.
import { useState } from "preact/hooks";
import { api } from "../api/http";
import type { Group } from "../api/types";
import { isAdminOf, loseGroup } from "../state/mine";
import { overlay } from "../state/overlay";
import { go } from "../state/route";
import { Confirm } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { Menu, type MenuItem } from "../ui/menu";
import { attempt } from "../ui/problem";
import { t } from "../words";

export function GroupMenu({ group }: { group: Group }) {
  const [leaving, setLeaving] = useState(false);
  return (
    <>
      <Menu label={t("group_menu", { name: group.name })} items={itemsOf(group, () => setLeaving(true))}>
        <Icon name="dots" />
      </Menu>
      {leaving && (
        <Confirm
          title={t("leave_group")}
          text={t("leave_group_text", { name: group.name })}
          action={t("leave")}
          danger
          onConfirm={() => leave(group)}
          onClose={() => setLeaving(false)}
        />
      )}
    </>
  );
}

function itemsOf(group: Group, leave: () => void): MenuItem[] {
  const items: MenuItem[] = [
    { label: t("about_group"), icon: "eye", onChoose: () => go(`/g/${group.id}`) },
    { label: t("members"), icon: "people", onChoose: () => go(`/g/${group.id}/members`) },
  ];
  if (isAdminOf(group.id)) {
    items.push(
      {
        label: t("add_members"),
        icon: "plus",
        onChoose: () => {
          overlay.value = { name: "add-members", group: group.id };
        },
      },
      { label: t("requests"), icon: "inbox", onChoose: () => go(`/g/${group.id}/requests`) },
      { label: t("group_settings"), icon: "gear", onChoose: () => go(`/g/${group.id}/settings`) },
    );
  }
  if (group.role) items.push({ label: t("leave_group"), icon: "door", danger: true, apart: true, onChoose: leave });
  return items;
}

async function leave(group: Group): Promise<void> {
  if (!(await attempt(api.post(`/groups/${group.id}/leave`), t("left_group", { name: group.name })))) return;
  loseGroup(group.id);
  go("/browse");
}
