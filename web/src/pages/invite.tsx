// Bringing people together: a direct talk, or new members of a group or a private channel.
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import { all } from "../api/pages";
import type { Channel, Id, Member, User } from "../api/types";
import { places } from "../state/mine";
import { go } from "../state/route";
import { me } from "../state/session";
import { people } from "../state/people";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { attempt } from "../ui/problem";
import { plural, t } from "../words";
import { PeoplePicker } from "./people-picker";
import { plain } from "./rank";

/** Opens the one direct channel of these people, which is made if it is not there. */
export async function beginDirect(userIds: Id[]): Promise<void> {
  const { channel } = await api.post<{ channel: Channel }>("/dms", { userIds });
  go(`/c/${channel.id}`);
}

export function NewDirect({ onClose }: { onClose: () => void }) {
  const [chosen, setChosen] = useState<User[]>([]);
  const [busy, setBusy] = useState(false);
  const begin = async (ids: Id[]) => {
    setBusy(true);
    const done = await attempt(beginDirect(ids));
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Dialog title={t("new_direct")} onClose={onClose}>
      <PeoplePicker chosen={chosen} onChange={setChosen} most={9} />
      <div class="dialog-foot">
        <Button kind="quiet" onClick={() => begin([])}>{t("own_notes")}</Button>
        <Button kind="main" busy={busy} disabled={chosen.length === 0} onClick={() => begin(chosen.map((user) => user.id))}>{t("begin")}</Button>
      </div>
    </Dialog>
  );
}

/** Of a group anybody can become a member, of a private channel members of its group. */
export function AddMembers({ group, channel, onClose }: { group: Id; channel?: Id | undefined; onClose: () => void }) {
  const [chosen, setChosen] = useState<User[]>([]);
  const [there, setThere] = useState<ReadonlySet<Id> | null>(null);
  const [busy, setBusy] = useState(false);
  const path = channel ? `/channels/${channel}/members` : `/groups/${group}/members`;
  useEffect(() => {
    void all<Member, "members">(path, "members").then((members) => setThere(new Set(members.map((one) => one.userId))), onClose);
  }, [path]);
  const add = async () => {
    setBusy(true);
    const done = await attempt(Promise.all(chosen.map((user) => api.post(path, { userId: user.id }))), plural("added", chosen.length));
    setBusy(false);
    if (done) onClose();
  };
  const name = channel ? places.value.channels.get(channel)?.name : places.value.groups.get(group)?.name;
  return (
    <Dialog title={t("add_to", { name: name ?? "" })} onClose={onClose}>
      {there && <PeoplePicker chosen={chosen} onChange={setChosen} most={20} without={there} {...(channel ? { find: among(group) } : {})} />}
      <div class="dialog-foot">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button kind="main" busy={busy} disabled={chosen.length === 0} onClick={add}>{t("add")}</Button>
      </div>
    </Dialog>
  );
}

/** Finds among the members of a group, who are read once. */
function among(group: Id): (search: string) => Promise<User[]> {
  const members = all<Member, "members">(`/groups/${group}/members`, "members");
  return async (search) => {
    const fitting = (await members).filter((one) => one.userId !== me.value?.id && plain(one.username).includes(plain(search)));
    return fitting.slice(0, 30).map(asUser);
  };
}

function asUser({ userId, username }: Member): User {
  const known = people.value.get(userId);
  return known ?? { id: userId, username, displayName: null, bio: null, avatarUrl: null, role: "user", status: "active", createdAt: "" };
}
