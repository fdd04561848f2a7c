// Finds people by how their username begins and gathers those that are chosen.
import { useEffect, useState } from "preact/hooks";
import type { Id, User } from "../api/types";
import { findPeople } from "../state/people";
import { me } from "../state/session";
import { Avatar } from "../ui/avatar";
import { SearchField } from "../ui/field";
import { Icon } from "../ui/icon";
import { t } from "../words";

type PickerProps = {
  chosen: readonly User[];
  onChange: (chosen: User[]) => void;
  most: number;
  /** Those who cannot be chosen, because they are there already. */
  without?: ReadonlySet<Id>;
  /** Whom one may choose from; everybody, where it is left out. */
  find?: (search: string) => Promise<User[]>;
};

export function PeoplePicker({ chosen, onChange, most, without, find = findPeople }: PickerProps) {
  const [search, setSearch] = useState("");
  const [found, setFound] = useState<User[] | null>(null);
  useEffect(() => {
    let here = true;
    const timer = setTimeout(() => void find(search.trim()).then((users) => here && setFound(users), () => here && setFound([])), 150);
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [search]);
  const isChosen = (user: User) => chosen.some((one) => one.id === user.id);
  const toggle = (user: User) => onChange(isChosen(user) ? chosen.filter((one) => one.id !== user.id) : [...chosen, user]);
  const shown = (found ?? []).filter((user) => user.id !== me.value?.id && !without?.has(user.id));
  return (
    <div class="picker">
      {chosen.length > 0 && (
        <ul class="chips">
          {chosen.map((user) => (
            <li key={user.id}>
              <button type="button" class="chip" onClick={() => toggle(user)} aria-label={t("take_out", { name: user.username })}>
                {user.displayName || user.username}<Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <SearchField label={t("find_people")} value={search} onValue={setSearch} autoFocus />
      <ul class="picker-list" aria-busy={found === null}>
        {shown.map((user) => <Choice user={user} key={user.id} chosen={isChosen(user)} full={chosen.length >= most} onToggle={() => toggle(user)} />)}
        {found !== null && shown.length === 0 && <li class="picker-none soft">{t("nobody_found")}</li>}
      </ul>
    </div>
  );
}

function Choice({ user, chosen, full, onToggle }: { user: User; chosen: boolean; full: boolean; onToggle: () => void }) {
  const name = user.displayName || user.username;
  return (
    <li>
      <button type="button" class="picker-row" aria-pressed={chosen} disabled={full && !chosen} onClick={onToggle}>
        <Avatar id={user.id} name={name} size={2} picture={user.avatarUrl} />
        <span class="cut" dir="auto">{name}</span>
        <span class="soft small cut">@{user.username}</span>
        {chosen && <Icon name="check" />}
      </button>
    </li>
  );
}
