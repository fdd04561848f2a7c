// What a thread comes to, below the message that it begins with.
import type { Message } from "../hub";
import { nameOf, pictureOf } from "../state/people";
import { Avatar } from "../ui/avatar";
import { Link } from "../ui/link";
import { ago, plural, t } from "../words";

const FACES = 4;

export function ThreadSummary({ message }: { message: Message }) {
  const { thread } = message;
  if (!thread || thread.replies === 0) return null;
  return (
    <Link class="thread-summary" to={`/c/${message.channelId}/t/${message.id}`}>
      <span class="thread-faces">
        {thread.participants.slice(0, FACES).map((id) => <Avatar key={id} id={id} name={nameOf(id, "?")} picture={pictureOf(id)} size={1.375} />)}
      </span>
      <strong>{plural("talk_replies", thread.replies)}</strong>
      {thread.lastReplyAt && <span class="soft">{t("talk_last_reply", { when: ago(thread.lastReplyAt) })}</span>}
    </Link>
  );
}
