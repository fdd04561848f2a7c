// Oneself at the foot of the rail: how one is shown to others, settings, the way out.
import type { Status } from "../api/types";
import { chooseStatus, hubState } from "../state/connection";
import { pictureOf } from "../state/people";
import { statusOf } from "../state/presence";
import { overlay } from "../state/overlay";
import { go } from "../state/route";
import { me, signOut } from "../state/session";
import { Avatar } from "../ui/avatar";
import { Menu } from "../ui/menu";
import { attempt } from "../ui/problem";
import { t } from "../words";

const statuses: readonly Status[] = ["online", "away", "busy", "offline"];

export function OwnMenu() {
  const user = me.value;
  if (!user) return null;
  const name = user.displayName || user.username;
  const shown = hubState.value.phase === "online" ? statusOf(user.id) : undefined;
  const items = [
    ...statuses.map((status) => ({
      label: t(`status_${status}`),
      chosen: shown === status,
      onChoose: () => void attempt(chooseStatus(status)),
    })),
    { label: t("settings"), icon: "gear" as const, apart: true, onChoose: () => go("/settings") },
    {
      label: t("shortcuts"),
      icon: "keyboard" as const,
      onChoose: () => {
        overlay.value = { name: "shortcuts" };
      },
    },
    { label: t("sign_out"), icon: "door" as const, apart: true, onChoose: () => void signOut() },
  ];
  return (
    <Menu label={t("own_menu", { name })} items={items} side="up" class="rail-own">
      <Avatar id={user.id} name={name} size={2.5} picture={user.avatarUrl ?? pictureOf(user.id)} status={shown} />
    </Menu>
  );
}
