// One person: who they are, what they share with us, and to write to them or hear them no more.
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import type { Failure } from "../api/failure";
import { all } from "../api/pages";
import type { Block, Group, Id, User } from "../api/types";
import { meet, people } from "../state/people";
import { statusOf } from "../state/presence";
import { me } from "../state/session";
import { Avatar } from "../ui/avatar";
import { Button, LinkButton } from "../ui/button";
import { Link } from "../ui/link";
import { Pane, Section } from "../ui/pane";
import { attempt, sentence } from "../ui/problem";
import { Skeleton } from "../ui/skeleton";
import { day, t } from "../words";
import { beginDirect } from "./invite";

export function Person({ user: id }: { user: Id }) {
  const [problem, setProblem] = useState<Failure | null>(null);
  const user = people.value.get(id);
  useEffect(() => {
    setProblem(null);
    void api.get<User>(`/users/${id}`).then((read) => meet([read]), setProblem);
  }, [id]);
  if (problem && !user) return <Pane title={t("person")}><p class="notice" data-kind="bad" role="alert">{sentence(problem)}</p></Pane>;
  if (!user) return <Pane title="…"><Skeleton rows={3} /></Pane>;
  const name = user.displayName || user.username;
  return (
    <Pane title={name} icon="person">
      <header class="hero">
        <Avatar id={id} name={name} size={4.5} picture={user.avatarUrl} />
        <div>
          <p class="hero-name" dir="auto">{name}</p>
          <p class="hero-tags">
            <span class="soft">@{user.username}</span>
            <span class="tag">{statusWord(user)}</span>
          </p>
        </div>
      </header>
      {user.bio && <p class="lead" dir="auto">{user.bio}</p>}
      <p class="soft small">{t("since", { day: day(user.createdAt) })}</p>
      {id === me.value?.id ? <div><LinkButton to="/settings" icon="pen">{t("edit_profile")}</LinkButton></div> : <Acts user={user} key={id} />}
      <Shared id={id} key={`shared-${id}`} />
    </Pane>
  );
}

/** Of others one cannot tell whether they hide. */
function statusWord(user: User): string {
  if (user.status === "inactive") return t("deactivated");
  const status = statusOf(user.id);
  return status === "offline" && user.id !== me.value?.id ? t("not_there") : t(`status_${status}`);
}

function Acts({ user }: { user: User }) {
  const [blocked, setBlocked] = useState<boolean | null>(null);
  useEffect(() => {
    void all<Block, "blocks">("/client/blocks", "blocks").then((blocks) => setBlocked(blocks.some((one) => one.userId === user.id)), () => undefined);
  }, [user.id]);
  const block = () => attempt(api.post(`/users/${user.id}/block`).then(() => setBlocked(true)), t("was_blocked", { name: user.username }));
  const unblock = () => attempt(api.delete(`/users/${user.id}/block`).then(() => setBlocked(false)), t("was_unblocked", { name: user.username }));
  return (
    <div class="acts">
      <Button kind="main" icon="message" disabled={user.status === "inactive"} onClick={() => attempt(beginDirect([user.id]))}>{t("write_to")}</Button>
      {blocked !== null && <Button icon="ban" onClick={blocked ? unblock : block}>{t(blocked ? "unblock" : "block")}</Button>}
    </div>
  );
}

function Shared({ id }: { id: Id }) {
  const [groups, setGroups] = useState<Group[]>([]);
  useEffect(() => {
    void all<Group, "groups">(`/users/${id}/groups`, "groups").then(setGroups, () => undefined);
  }, [id]);
  if (groups.length === 0) return null;
  return (
    <Section title={t("groups")}>
      <ul class="table">
        {groups.map((group) => (
          <li class="table-row" key={group.id}>
            <Avatar id={group.id} name={group.name} size={2} />
            <div class="table-text"><Link to={`/g/${group.id}`} class="table-name" dir="auto">{group.name}</Link></div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
