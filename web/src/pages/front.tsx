// The frame of the pages before signing in: what this is, the form, and the choice of language and theme.
import type { ComponentChildren } from "preact";
import { chooseLanguage, theme } from "../state/look";
import { IconButton } from "../ui/button";
import { Icon, Logo } from "../ui/icon";
import { Menu } from "../ui/menu";
import { language, languages, t } from "../words";

export function Front({ title, lead, children }: { title: string; lead?: string; children: ComponentChildren }) {
  return (
    <div class="front">
      <aside class="front-side" aria-hidden="true">
        <Chatter />
      </aside>
      <main class="front-main">
        <div class="front-card">
          <div class="brand"><Logo /><span>hubbub</span></div>
          <h1>{title}</h1>
          {lead && <p class="soft">{lead}</p>}
          {children}
        </div>
        <footer class="front-foot"><LanguageMenu /><ThemeButton /></footer>
      </main>
    </div>
  );
}

function LanguageMenu() {
  const items = languages.map(({ code, name }) => ({
    label: name,
    chosen: language.value === code,
    onChoose: () => void chooseLanguage(code),
  }));
  return (
    <Menu label={t("language")} items={items} side="up" class="button quiet-button">
      <Icon name="globe" />
      {languages.find(({ code }) => code === language.value)?.name}
    </Menu>
  );
}

function ThemeButton() {
  const dark = theme.value === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : theme.value === "dark";
  return (
    <IconButton
      icon={dark ? "sun" : "moon"}
      label={dark ? t("theme_to_light") : t("theme_to_dark")}
      onClick={() => {
        theme.value = dark ? "light" : "dark";
      }}
    />
  );
}

/** Bubbles without words: many people talk, nobody in particular. */
function Chatter() {
  const bubbles = [
    [24, 8, 62], [150, 8, 38], [24, 17, 44], [188, 26, 70], [150, 34, 30], [24, 43, 54], [60, 52, 76], [188, 61, 40], [24, 69, 66], [150, 78, 48], [60, 87, 34],
  ] as const;
  return (
    <svg class="chatter" viewBox="0 0 100 96" preserveAspectRatio="xMidYMid slice">
      {bubbles.map(([hue, top, width], row) => (
        <g key={top} class={row % 3 === 1 ? "chatter-own" : undefined} transform={`translate(${row % 3 === 1 ? 92 - width : 8} ${top})`} data-hue={hue}>
          <rect width={width} height="6.500" rx="3.250" />
          <rect class="chatter-line" x="3" y="2.700" width={width - 6} height="1.100" rx="0.550" />
        </g>
      ))}
    </svg>
  );
}
