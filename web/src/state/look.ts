// How this browser shows the client: theme and language. Both stay in this browser.
import { effect, signal } from "@preact/signals";
import { languages, setLanguage, type Language } from "../words";
import { recall, remember } from "./keep";

export type Theme = "system" | "light" | "dark";

const isTheme = (value: string | null): value is Theme => value === "light" || value === "dark" || value === "system";
const remembered = recall("theme");

export const theme = signal<Theme>(isTheme(remembered) ? remembered : "system");

effect(() => {
  if (theme.value === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme.value;
  remember("theme", theme.value);
});

export function chooseLanguage(language: Language): Promise<void> {
  remember("language", language);
  return setLanguage(language);
}

/** The language chosen here before, else the first of the browser's that we speak. */
export function firstLanguage(): Language {
  const wished = [recall("language"), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return languages.find((one) => one.code === wished.find((code) => languages.some((known) => known.code === code)))?.code ?? "en";
}
