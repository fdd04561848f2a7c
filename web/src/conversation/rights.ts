// What the reader may do here, so that nothing is offered that the server would refuse. The server decides all the same. Pure.
import type { Channel, Message } from "../hub/wire";

export interface Rights {
  post: boolean;
  react: boolean;
  pin: boolean;
  ask: boolean;
  /** Of a message. */
  edit(message: Message): boolean;
  remove(message: Message): boolean;
  closePoll(message: Message): boolean;
}

export function rightsIn(channel: Channel, reader: string, isAdmin: boolean): Rights {
  const { settings } = channel;
  const open = channel.status === "active";
  const admin = isAdmin && channel.type !== "direct";
  const post = open && (admin || !settings.readOnly);
  const own = (message: Message) => message.userId === reader && !message.deletedAt;
  return {
    post,
    react: open && settings.reactions,
    pin: open && (admin || channel.type === "direct" || settings.pinning === "members"),
    ask: post && settings.polls,
    edit: (message) => open && own(message),
    remove: (message) => open && !message.deletedAt && (own(message) || admin),
    closePoll: (message) => open && !!message.poll && !message.poll.closedAt && (own(message) || admin),
  };
}
