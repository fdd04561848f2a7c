// Emoji to pick from, by name or by kind. The list is loaded when it is first asked for.
import { useEffect, useRef, useState } from "preact/hooks";
import { SearchField } from "../ui/field";
import { t } from "../words";
import type * as Emoji from "../text/emoji";

interface Props {
  onPick: (emoji: string) => void;
  onClose: () => void;
}

export function Picker({ onPick, onClose }: Props) {
  const [list, setList] = useState<typeof Emoji | null>(null);
  const [word, setWord] = useState("");
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.querySelector("input")?.focus({ preventScroll: true });
    void import("../text/emoji").then(setList);
  }, []);
  useEffect(() => {
    const outside = (event: Event) => !place.current?.contains(event.target as Node) && onClose();
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [onClose]);
  const closes = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    onClose();
  };
  const found = word && list ? [{ kind: "found", all: list.find(word, 60) }] : (list?.kinds ?? []);
  return (
    <div class="picker" ref={place} role="dialog" aria-label={t("talk_emoji")} onKeyDown={closes}>
      <SearchField label={t("talk_find_emoji")} value={word} onValue={setWord} />
      <div class="picker-all" tabIndex={-1}>
        {found.map(({ kind, all }) => (
          <div key={kind} class="picker-kind">
            {all.map(({ emoji, name }) => (
              <button key={name + emoji} type="button" title={`:${name}:`} aria-label={name.replaceAll("_", " ")} onClick={() => onPick(emoji)}>{emoji}</button>
            ))}
          </div>
        ))}
        {word && found[0]?.all.length === 0 && <p class="soft small">{t("talk_no_emoji")}</p>}
      </div>
    </div>
  );
}
