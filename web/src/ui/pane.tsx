// The frame of a page in the main slot: header with a way back on phones, tabs, a body that scrolls, and what stands there when there is nothing.
import type { ComponentChildren } from "preact";
import { route, go } from "../state/route";
import { t } from "../words";
import { IconButton } from "./button";
import { Icon, type IconName } from "./icon";
import { Link } from "./link";

/** On a phone one pane shows at a time; this leads back to the list. */
export function BackButton() {
  return <IconButton class="only-phone" icon="back" label={t("back")} onClick={() => go("/list")} />;
}

export function Pane(props: { title: string; icon?: IconName; actions?: ComponentChildren; tabs?: ComponentChildren; children: ComponentChildren }) {
  return (
    <div class="pane">
      <header class="pane-head">
        <BackButton />
        {props.icon && <Icon name={props.icon} />}
        <h1 class="pane-title cut" dir="auto">{props.title}</h1>
        <div class="pane-actions">{props.actions}</div>
      </header>
      {props.tabs}
      <div class="pane-body" tabIndex={-1}>
        <div class="pane-column">{props.children}</div>
      </div>
    </div>
  );
}

export function Tabs({ label, tabs }: { label: string; tabs: readonly { to: string; name: string; count?: number }[] }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.to} to={tab.to} class="tab" aria-current={route.value.path === tab.to ? "page" : undefined}>
          {tab.name}
          {tab.count ? <span class="badge">{tab.count}</span> : null}
        </Link>
      ))}
    </nav>
  );
}

export function Section(props: { title: string; hint?: string; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="section">
      <header class="section-head">
        <div>
          <h2>{props.title}</h2>
          {props.hint && <p class="soft small">{props.hint}</p>}
        </div>
        {props.actions}
      </header>
      {props.children}
    </section>
  );
}

/** `first` where no other heading stands on the page. */
export function Empty({ icon, title, first, children }: { icon: IconName; title: string; first?: boolean; children?: ComponentChildren }) {
  const Heading = first ? "h1" : "h2";
  return (
    <div class="empty">
      <Icon name={icon} />
      <Heading class="empty-title">{title}</Heading>
      {children}
    </div>
  );
}
