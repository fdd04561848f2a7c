// The page that the address names. Each is loaded when it is first shown.
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { channelToOpen, lastChannel, side } from "../state/here";
import { places, placesLoaded } from "../state/mine";
import { go, match, route } from "../state/route";
import { isNarrow } from "../state/width";
import { LinkButton } from "../ui/button";
import { Empty } from "../ui/pane";
import { Skeleton } from "../ui/skeleton";
import { t } from "../words";

type Params = Record<string, string>;
// What a pattern names is what its page takes.
type AnyPage = ComponentType<any>;

const groupPages = () => import("./group");
const channelPages = () => import("./channel");
const settingsPages = () => import("./settings");
const conversation = async () => (await import("../conversation")).Conversation as AnyPage;

const pages: readonly [pattern: string, load: () => Promise<AnyPage>][] = [
  ["/c/:channelId", conversation],
  ["/c/:channelId/m/:messageId", conversation],
  ["/c/:channelId/t/:threadId", conversation],
  ["/c/:channel/about", async () => (await channelPages()).ChannelAbout],
  ["/c/:channel/members", async () => (await channelPages()).ChannelMembers],
  ["/c/:channel/bans", async () => (await channelPages()).ChannelBans],
  ["/g/:group", async () => (await groupPages()).GroupAbout],
  ["/g/:group/members", async () => (await groupPages()).GroupMembers],
  ["/g/:group/requests", async () => (await groupPages()).GroupRequests],
  ["/g/:group/settings", async () => (await groupPages()).GroupSettingsPage],
  ["/browse", async () => (await import("./browse")).Browse],
  ["/notifications", async () => (await import("./notifications")).Notifications],
  ["/search", async () => (await import("./search")).Search],
  ["/settings", async () => (await settingsPages()).ProfileSettings],
  ["/settings/security", async () => (await settingsPages()).SecuritySettings],
  ["/settings/look", async () => (await settingsPages()).LookSettings],
  ["/settings/blocked", async () => (await settingsPages()).BlockedSettings],
  ["/u/:user", async () => (await import("./person")).Person],
];

const loaded = signal<ReadonlyMap<() => Promise<AnyPage>, AnyPage>>(new Map());

export function Slot() {
  const path = route.value.path;
  for (const [pattern, load] of pages) {
    const params = match(pattern, path);
    if (params) return <Loaded load={load} params={params} />;
  }
  return path === "/" || path === "/list" ? <Start /> : <Lost />;
}

function Loaded({ load, params }: { load: () => Promise<AnyPage>; params: Params }) {
  const Page = loaded.value.get(load);
  useEffect(() => {
    if (!Page) void load().then((page) => (loaded.value = new Map(loaded.value).set(load, page)));
  }, [load]);
  return Page ? <Page {...params} /> : <div class="pane-body"><div class="pane-column"><Skeleton rows={5} /></div></div>;
}

/** Where nothing is named: the channel one was in last, if both panes have room. */
function Start() {
  const path = route.value.path;
  const ready = placesLoaded.value;
  const none = ready && places.value.channels.size === 0;
  useEffect(() => {
    if (!ready) return;
    const channel = lastChannel() ?? channelToOpen(side.value);
    if (channel && path === "/" && !isNarrow.value) go(`/c/${channel}`, "replace");
  }, [ready, path]);
  if (!ready) return <div class="pane-body"><div class="pane-column"><Skeleton rows={5} /></div></div>;
  return (
    <div class="middle">
      {none
        ? <Empty first icon="compass" title={t("welcome_title")}><p>{t("welcome_text")}</p><LinkButton to="/browse" kind="main">{t("browse_groups")}</LinkButton></Empty>
        : <Empty first icon="message" title={t("nothing_open")}><p>{t("nothing_open_text")}</p></Empty>}
    </div>
  );
}

export function Lost() {
  return (
    <div class="middle">
      <Empty first icon="compass" title={t("lost_title")}><p>{t("lost_text")}</p><LinkButton to="/">{t("to_start")}</LinkButton></Empty>
    </div>
  );
}
