// Who is banned from a channel.
import { useEffect, useMemo } from "preact/hooks";
import { api } from "../api/http";
import { Listing } from "../api/pages";
import type { Ban, Id } from "../api/types";
import { Button } from "../ui/button";
import { List } from "../ui/list";
import { attempt } from "../ui/problem";
import { moment, t } from "../words";
import { ChannelPane } from "./channel";
import { PersonRow } from "./person-row";

export function ChannelBans({ channel: id }: { channel: Id }) {
  return <ChannelPane id={id}>{() => <Bans channel={id} />}</ChannelPane>;
}

function Bans({ channel }: { channel: Id }) {
  const listing = useMemo(() => new Listing<Ban, "bans">(`/channels/${channel}/bans`, "bans"), [channel]);
  useEffect(() => void listing.start(), [listing]);
  const lift = async (ban: Ban) => {
    const done = await attempt(api.delete(`/channels/${channel}/bans/${ban.userId}`), t("ban_lifted", { name: ban.username }));
    if (done) listing.change((items) => items.filter((one) => one.userId !== ban.userId));
  };
  return (
    <List listing={listing} empty={t("no_bans")} icon="ban" class="people">
      {(ban) => (
        <PersonRow key={ban.userId} id={ban.userId} username={ban.username} about={<><q class="said">{ban.reason}</q><span>{ban.until ? t("until", { when: moment(ban.until) }) : t("span_ever")}</span></>}>
          <Button size="small" onClick={() => lift(ban)}>{t("lift_ban")}</Button>
        </PersonRow>
      )}
    </List>
  );
}
