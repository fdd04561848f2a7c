// One person in a list: who they are, how they are shown, and what can be done.
import type { ComponentChildren } from "preact";
import { nameOf, pictureOf } from "../state/people";
import { statusOf } from "../state/presence";
import { Avatar } from "../ui/avatar";
import { Link } from "../ui/link";

type PersonRowProps = { id: string; username: string; about?: ComponentChildren; children?: ComponentChildren };

export function PersonRow({ id, username, about, children }: PersonRowProps) {
  const name = nameOf(id, username);
  return (
    <li class="person-row">
      <Avatar id={id} name={name} picture={pictureOf(id)} status={statusOf(id)} />
      <div class="person-text">
        <span class="person-name">
          <Link to={`/u/${id}`} class="cut" dir="auto">{name}</Link>
          <span class="soft small cut">@{username}</span>
        </span>
        {about && <span class="soft small" dir="auto">{about}</span>}
      </div>
      <div class="person-actions">{children}</div>
    </li>
  );
}
