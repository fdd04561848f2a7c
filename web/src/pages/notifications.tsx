// What is meant for oneself, newest first, and whether the browser may say so.
import { useEffect, useMemo, useState } from "preact/hooks";
import { api } from "../api/http";
import { Listing } from "../api/pages";
import type { Notification as Notice } from "../api/types";
import { places } from "../state/mine";
import { allowRinging, countNotifications, noticesHeard, permission, placeOf, ringing, titleOf, unreadNotices } from "../state/notices";
import { nameOf } from "../state/people";
import { go } from "../state/route";
import { Avatar } from "../ui/avatar";
import { Button, IconButton } from "../ui/button";
import { Choice, Switch } from "../ui/field";
import { Icon, type IconName } from "../ui/icon";
import { List } from "../ui/list";
import { Pane } from "../ui/pane";
import { attempt } from "../ui/problem";
import { ago, t } from "../words";
import { titleOfChannel } from "./channel-name";

const icons: Record<string, IconName> = { mention: "at", reply: "reply", direct: "message", message: "hash", request: "inbox", invite: "plus" };

export function Notifications() {
  const [which, setWhich] = useState<"all" | "unread">("all");
  const listing = useMemo(() => new Listing<Notice, "notifications">("/client/notifications", "notifications"), []);
  const heard = noticesHeard.value;
  useEffect(() => void listing.start({ unread: which === "unread" || null }), [which, heard]);
  const readAll = () => attempt(api.put("/client/notifications/read-all").then(countNotifications));
  return (
    <Pane
      title={t("notifications")}
      icon="bell"
      actions={unreadNotices.value > 0 && <Button size="small" icon="check" onClick={readAll}>{t("read_all")}</Button>}
    >
      <Ringing />
      <Choice label={t("show")} value={which} onChange={setWhich} options={[{ value: "all", label: t("all") }, { value: "unread", label: t("unread") }]} />
      <List listing={listing} empty={t("no_notifications")} icon="bell" class="notices">
        {(notice) => <Row notice={notice} key={notice.id} onAway={() => putAway(notice)} />}
      </List>
    </Pane>
  );
}

function Ringing() {
  if (permission.value === "unsupported") return null;
  if (permission.value === "denied") return <p class="notice small">{t("ring_denied")}</p>;
  return <Switch label={t("ring")} hint={t("ring_hint")} on={ringing.value} onChange={(on) => void allowRinging(on)} />;
}

function Row({ notice, onAway }: { notice: Notice; onAway: () => void }) {
  const channel = places.value.channels.get(notice.channelId ?? "");
  const group = places.value.groups.get(notice.groupId ?? channel?.groupId ?? "");
  const where = [channel && titleOfChannel(channel), group?.name].filter(Boolean).join(" · ");
  return (
    <li class="notice-row" data-unread={!notice.read || undefined}>
      <button type="button" class="notice-open" onClick={() => open(notice)}>
        <span class="notice-mark">
          {notice.userId
            ? <Avatar id={notice.userId} name={nameOf(notice.userId, notice.username ?? "")} />
            : <Avatar id={notice.groupId ?? notice.id} name={group?.name ?? "·"} />}
          <span class="notice-kind"><Icon name={icons[notice.kind] ?? "bell"} /></span>
        </span>
        <span class="notice-text">
          <span class="notice-title" dir="auto">{titleOf(notice)}{!notice.read && <span class="unseen"> {t("unread")}</span>}</span>
          {notice.message?.text && <span class="notice-said" dir="auto">{notice.message.text}</span>}
          <span class="soft small">{[where, ago(notice.at)].filter(Boolean).join(" · ")}</span>
        </span>
      </button>
      <IconButton icon="close" label={t("put_away")} onClick={onAway} />
    </li>
  );
}

function open(notice: Notice): void {
  if (!notice.read) void api.put(`/client/notifications/${notice.id}/read`).then(countNotifications, () => undefined);
  go(placeOf(notice));
}

async function putAway(notice: Notice): Promise<void> {
  if (await attempt(api.delete(`/client/notifications/${notice.id}`))) await countNotifications();
}
