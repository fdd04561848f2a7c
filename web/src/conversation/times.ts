// Hours and days as people say them, in the language that is chosen. Formats are costly to make and are kept.
import { language, t } from "../words";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language.value} ${name}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(language.value, options);
  formats.set(key, known);
  return known;
}

export function hour(time: string): string {
  return format("hour", { hour: "2-digit", minute: "2-digit" }).format(new Date(time));
}

/** Without the half of the day, for where there is little room. */
export function shortHour(time: string): string {
  const parts = format("hour", { hour: "2-digit", minute: "2-digit" }).formatToParts(new Date(time));
  return parts.filter((part) => part.type !== "dayPeriod").map((part) => part.value).join("").trim();
}

export function fullTime(time: string): string {
  return format("full", { dateStyle: "full", timeStyle: "medium" }).format(new Date(time));
}

/** "Today", "Yesterday", else the date. */
export function dayName(time: string, now = new Date()): string {
  const date = new Date(time);
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return t("talk_today");
  if (date.toDateString() === yesterday.toDateString()) return t("talk_yesterday");
  const year = date.getFullYear() === now.getFullYear();
  return year
    ? format("day", { weekday: "long", day: "numeric", month: "long" }).format(date)
    : format("date", { dateStyle: "long" }).format(date);
}
