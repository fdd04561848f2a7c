// Links that a message carries beside its text, and the address of a message itself.
import type { Message } from "../hub";
import { address } from "../text/address";
import { Icon } from "../ui/icon";

export function linkOf(message: Pick<Message, "channelId" | "id">): string {
  return `/c/${message.channelId}/m/${message.id}`;
}

/** Nothing is loaded from where a message says; whoever wants to see it follows the link. */
export function Links({ message }: { message: Message }) {
  const all = [message.imageUrl, message.fileUrl, ...message.attachments].filter((link): link is string => !!link);
  if (all.length === 0) return null;
  return (
    <ul class="message-links">
      {all.map((link) => <li key={link}><Attached link={link} /></li>)}
    </ul>
  );
}

function Attached({ link }: { link: string }) {
  const to = address(link, location.origin);
  const name = link.split(/[?#]/)[0]?.split("/").filter(Boolean).at(-1) ?? link;
  if (!to) return <>{link}</>;
  return <a class="attached" href={to} rel="nofollow noopener noreferrer ugc" target="_blank"><Icon name="clip" /><span class="cut" dir="auto">{name}</span></a>;
}
