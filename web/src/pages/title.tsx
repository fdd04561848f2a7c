// The title of the window: where one is, and whether something waits.
import { useEffect } from "preact/hooks";
import { currentChannel } from "../state/here";
import { places } from "../state/mine";
import { unreadNotices } from "../state/notices";
import { titleOfChannel } from "./channel-name";

export function Title() {
  const channel = places.value.channels.get(currentChannel.value ?? "");
  const waiting = unreadNotices.value > 0 ? `(${unreadNotices.value}) ` : "";
  const where = channel ? `${titleOfChannel(channel)} · ` : "";
  useEffect(() => {
    document.title = `${waiting}${where}hubbub`;
  }, [waiting, where]);
  return null;
}
