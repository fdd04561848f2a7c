// What the client says, in the languages it speaks. A key that is missing in one of them, or an argument that is left out, does not compile.
import { signal } from "@preact/signals";
import { en } from "./en";

export type Key = keyof typeof en;
/** Another language has the same keys, and sentences of its own. */
export type Words = Record<Key, string>;

type ArgumentsOf<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | ArgumentsOf<Rest> : never;
type Arguments<K extends Key> = [ArgumentsOf<(typeof en)[K]>] extends [never]
  ? []
  : [Record<ArgumentsOf<(typeof en)[K]>, string | number>];

type PluralKey = Key extends infer K ? (K extends `${infer Base}_other` ? Base : never) : never;

export const languages = [
  { code: "en", name: "English" },
  { code: "de", name: "Deutsch" },
] as const;

export type Language = (typeof languages)[number]["code"];

export const language = signal<Language>("en");
const words = signal<Words>(en);

export async function setLanguage(next: Language): Promise<void> {
  words.value = next === "de" ? (await import("./de")).de : en;
  language.value = next;
  document.documentElement.lang = next;
}

export function t<K extends Key>(key: K, ...args: Arguments<K>): string {
  return fill(words.value[key], args[0] as Record<string, string | number> | undefined);
}

/** The sentence for this many: `key_one` or `key_other`, in which `{count}` is the number. */
export function plural(key: PluralKey, count: number): string {
  const one = new Intl.PluralRules(language.value).select(count) === "one";
  return fill(words.value[`${key}_${one ? "one" : "other"}` as Key], { count: number(count) });
}

export function number(value: number): string {
  return new Intl.NumberFormat(language.value).format(value);
}

export function day(time: string): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: "medium" }).format(new Date(time));
}

export function moment(time: string): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: "medium", timeStyle: "short" }).format(new Date(time));
}

/** "5 minutes ago", of something that happened; coarse, as people say it. */
export function ago(time: string, now = Date.now()): string {
  const seconds = (new Date(time).getTime() - now) / 1000;
  const format = new Intl.RelativeTimeFormat(language.value, { numeric: "auto" });
  if (seconds > -45) return format.format(0, "second");
  if (seconds > -2700) return format.format(Math.round(seconds / 60), "minute");
  if (seconds > -79_200) return format.format(Math.round(seconds / 3600), "hour");
  if (seconds > -2_400_000) return format.format(Math.round(seconds / 86_400), "day");
  return day(time);
}

function fill(text: string, args?: Record<string, string | number>): string {
  return args ? text.replace(/\{(\w+)\}/g, (whole, name: string) => String(args[name] ?? whole)) : text;
}
