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

/** The first letters of the first two words, as a reader would count letters; of two scripts the first alone. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/u).map((word) => word.replace(/^[^\p{L}\p{N}]+/u, "")).filter(Boolean);
  const [first = "?", second = ""] = words.map((word) => [...word][0] ?? "");
  const together = isLatin(first) && isLatin(second);
  return (together ? first + second : first).toLocaleUpperCase();
}

const isLatin = (letter: string) => /^[\p{Script=Latin}\p{N}]?$/u.test(letter);
