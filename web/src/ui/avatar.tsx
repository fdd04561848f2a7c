// Whom one sees: a picture of their own, else initials on a colour that stays theirs.
import type { Status } from "../api/types";

type AvatarProps = {
  /** What the colour is made from: an id, so that it survives a change of name. */
  id: string;
  name: string;
  /** In rem. */
  size?: number;
  picture?: string | null;
  status?: Status;
};

export function Avatar({ id, name, size = 2.25, picture, status }: AvatarProps) {
  const own = picture?.startsWith("/") ? picture : null;
  return (
    <span class="avatar" style={{ "--size": `${size}rem`, "--hue": String(hueOf(id)) }} aria-hidden="true">
      {own ? <img src={own} alt="" loading="lazy" /> : initials(name)}
      {status && status !== "offline" && <span class="avatar-dot" data-status={status} />}
    </span>
  );
}

/** The golden angle keeps neighbours apart. */
export function hueOf(id: string): number {
  let sum = 7;
  for (const character of id) sum = (sum * 31 + character.charCodeAt(0)) % 9973;
  return Math.round((sum * 137.508) % 360);
}

/** The first letters of the first two words, as a reader would count letters. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.slice(0, 2).map((word) => [...word.replace(/^[^\p{L}\p{N}]+/u, "")][0] ?? "");
  return letters.join("").toLocaleUpperCase() || "?";
}
