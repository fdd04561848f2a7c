// What people answered with an emoji.
import type { Message, Reaction } from "../hub";
import { nameOf } from "../state/people";
import { t } from "../words";
import { attempt, useTalk } from "./talk";

const NAMED = 12;

export function Reactions({ message }: { message: Message }) {
  if (message.reactions.length === 0) return null;
  return (
    <ul class="reactions" aria-label={t("talk_reactions")}>
      {message.reactions.map((one) => <li key={one.reaction}><Chip message={message} one={one} /></li>)}
    </ul>
  );
}

function Chip({ message, one }: { message: Message; one: Reaction }) {
  const talk = useTalk();
  const mine = one.userIds.includes(talk.mine);
  const may = talk.rights.value?.react ?? false;
  const toggle = () => attempt(() => talk.hub.ask("react_message", { messageId: message.id, reaction: one.reaction, remove: mine }));
  const names = one.userIds.slice(0, NAMED).map((id) => (id === talk.mine ? t("talk_you") : nameOf(id, "…"))).join(", ");
  const rest = one.count - Math.min(NAMED, one.userIds.length);
  return (
    <button type="button" class="reaction" aria-pressed={mine} disabled={!may} title={rest > 0 ? `${names} +${rest}` : names} onClick={toggle}>
      <span class="emoji" dir="ltr">{one.reaction}</span> <span>{one.count}</span>
    </button>
  );
}
