// The keys that work everywhere, as keys.ts listens to them, and those of the conversation.
import { Dialog } from "../ui/dialog";
import { t, type Key } from "../words";

const everywhere: readonly [keys: readonly string[], does: Key][] = [
  [["Ctrl", "K"], "key_switcher"],
  [["Ctrl", "Shift", "F"], "key_search"],
  [["Alt", "↑↓"], "key_channels"],
  [["Alt", "Shift", "↑↓"], "key_unread"],
  [["?"], "key_shortcuts"],
  [["Esc"], "key_close"],
];

const writing: readonly [keys: readonly string[], does: Key][] = [
  [["Enter"], "key_send"],
  [["Shift", "Enter"], "key_line"],
  [["↑"], "key_edit_last"],
];

export function Shortcuts({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t("shortcuts")} onClose={onClose}>
      <Keys title={t("keys_everywhere")} rows={everywhere} />
      <Keys title={t("keys_writing")} rows={writing} />
    </Dialog>
  );
}

function Keys({ title, rows }: { title: string; rows: typeof everywhere }) {
  return (
    <section class="keys">
      <h3>{title}</h3>
      <dl>
        {rows.map(([keys, does]) => (
          <div key={does}>
            <dt>{t(does as "key_search")}</dt>
            <dd>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
