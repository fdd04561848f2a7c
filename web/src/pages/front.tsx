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
  const name = languages.find(({ code }) => code === language.value)?.name ?? "";
  return (
    <Menu label={`${t("language")}: ${name}`} items={items} side="up" class="button quiet-button">
      <Icon name="globe" />
      {name}
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

/** Bubbles without words: many people talk, nobody in particular. Each is where it stands, how wide and how many lines. */
const bubbles: readonly [top: number, width: number, lines: 1 | 2 | 3, own?: true][] = [
  [-6, 52, 2], [14, 36, 1], [27, 58, 3, true], [55, 44, 2], [75, 30, 1], [88, 62, 2], [108, 40, 1, true], [121, 54, 2],
];

function Chatter() {
  return (
    <svg class="chatter" viewBox="0 0 100 136" preserveAspectRatio="xMidYMid slice">
      {bubbles.map((bubble) => <Bubble key={bubble[0]} bubble={bubble} />)}
    </svg>
  );
}

function Bubble({ bubble: [top, width, lines, own] }: { bubble: (typeof bubbles)[number] }) {
  const left = own ? 88 - width : 24;
  return (
    <g class={own ? "chatter-own" : undefined}>
      {!own && <rect class="chatter-face" x="12" y={top} width="9" height="9" rx="3" />}
      <rect x={left} y={top} width={width} height={lines * 4 + 5} rx="4" />
      {Array.from({ length: lines }, (_, line) => (
        <rect class="chatter-line" key={line} x={left + 4} y={top + 4 + line * 4} width={(width - 8) * (line === lines - 1 ? 0.6 : 1)} height="1.4" rx="0.7" />
      ))}
    </g>
  );
}
