// Which conversation this is, and ways to what belongs to it.
import type { Channel } from "../api/types";
import { ChannelMark, titleOfChannel } from "../pages/channel-name";
import { places } from "../state/mine";
import { IconButton } from "../ui/button";
import { Icon } from "../ui/icon";
import { Link } from "../ui/link";
import { BackButton } from "../ui/pane";
import { t } from "../words";
import { type Side, useTalk } from "./talk";

export function Header({ side }: { side: Side }) {
  const talk = useTalk();
  const channel = (talk.log.channel.value ?? places.value.channels.get(talk.log.id)) as Channel | undefined;
  return (
    <header class="pane-head talk-head">
      <BackButton />
      {channel && <ChannelMark channel={channel} />}
      <div class="talk-title">
        <h1 class="pane-title cut" dir="auto">{channel ? titleOfChannel(channel) : ""}</h1>
        {channel?.description && <p class="talk-topic small soft cut" dir="auto" title={channel.description}>{channel.description}</p>}
      </div>
      <div class="pane-actions">
        <IconButton icon="calendar" label={t("talk_to_date")} onClick={() => (talk.asking.value = { is: "date" })} />
        <IconButton icon="pin" label={t("talk_pins")} aria-pressed={side?.is === "pins"} onClick={() => talk.openSide(side?.is === "pins" ? null : { is: "pins" })} />
        {channel && channel.type !== "direct" && (
          <>
            <Link class="icon-button only-wide" to={`/c/${talk.log.id}/members`} aria-label={t("talk_members")} title={t("talk_members")}><Icon name="people" /></Link>
            <Link class="icon-button" to={`/c/${talk.log.id}/about`} aria-label={t("talk_about")} title={t("talk_about")}><Icon name="gear" /></Link>
          </>
        )}
      </div>
    </header>
  );
}
