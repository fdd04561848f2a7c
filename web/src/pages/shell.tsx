// The house one is in once signed in: the rail of groups, the list of channels, the page; over them dialogs and the banner.
import "../styles/shell.css";
import "../styles/pages.css";
import { useEffect } from "preact/hooks";
import { keepConnected } from "../state/connection";
import { showsList } from "../state/here";
import { isNarrow } from "../state/width";
import { t } from "../words";
import { Banner } from "./banner";
import { ChannelList } from "./channel-list";
import { listenToKeys } from "./keys";
import { Overlays } from "./overlays";
import { Rail } from "./rail";
import { Slot } from "./slot";
import { Title } from "./title";

keepConnected();

export function Shell() {
  useEffect(() => listenToKeys(), []);
  const onlyList = isNarrow.value && showsList.value;
  return (
    <div class="shell" data-pane={showsList.value ? "list" : "page"}>
      <a class="skip" href="#page">{t("skip_to_page")}</a>
      <Banner />
      <Rail />
      {onlyList ? <main class="list-alone" id="page" tabIndex={-1}><ChannelList /></main> : <Beside />}
      <Overlays />
      <Title />
    </div>
  );
}

function Beside() {
  return (
    <>
      <ChannelList />
      <main class="slot" id="page" tabIndex={-1}>
        <Slot />
      </main>
    </>
  );
}
