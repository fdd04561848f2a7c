// What the list draws: messages in their order, then what is on its way; with the lines between days and above what is new. Pure.
import type { Message, Pending } from "../hub";

export interface Row {
  /** The same before and after a message has arrived, so that it stays where it is. */
  key: string;
  message: Message;
  pending: Pending | null;
  /** The first of its day. */
  day: boolean;
  /** The first that was not read. */
  unread: boolean;
  /** Said by the same person shortly after the last: without a name of its own. */
  grouped: boolean;
}

const TOGETHER = 5 * 60_000;

export interface Reader {
  id: string;
  username: string;
  /** What was said after this place is new; null where nothing is. */
  read: number | null;
}

export function keyOf(message: Message, mine: string): string {
  return message.userId === mine && message.clientMsgId ? message.clientMsgId : message.id;
}

export function rows(messages: readonly Message[], pending: readonly Pending[], reader: Reader): Row[] {
  const all: Row[] = [];
  let [last, line]: [Message | null, boolean] = [null, false];
  for (const message of messages) {
    const unread: boolean = !line && reader.read !== null && message.seq > reader.read && message.userId !== reader.id;
    line ||= unread;
    const day = !last || dayOf(last.createdAt) !== dayOf(message.createdAt);
    all.push({ key: keyOf(message, reader.id), message, pending: null, day, unread, grouped: !day && !unread && belongs(last, message) });
    last = message;
  }
  const there = new Set(all.map((row) => row.key));
  for (const one of pending) {
    if (there.has(one.clientMsgId)) continue;
    const message = onItsWay(one, reader);
    all.push({ key: one.clientMsgId, message, pending: one, day: false, unread: false, grouped: belongs(last, message) });
    last = message;
  }
  return all;
}

/** The day by the clock of whoever reads. */
export function dayOf(time: string): string {
  return new Date(time).toDateString();
}

function belongs(last: Message | null, message: Message): boolean {
  if (!last || last.userId !== message.userId || last.deletedAt || message.replyTo || message.forwarded) return false;
  return !message.createdAt || !last.createdAt || Date.parse(message.createdAt) - Date.parse(last.createdAt) < TOGETHER;
}

/** As it will look; without a time, for only the server has one. */
function onItsWay({ clientMsgId, draft }: Pending, reader: Reader): Message {
  return {
    id: clientMsgId,
    channelId: draft.channelId,
    seq: Number.MAX_SAFE_INTEGER,
    userId: reader.id,
    username: reader.username,
    type: draft.type ?? "text",
    text: draft.text ?? null,
    replyTo: draft.replyTo ?? null,
    threadId: draft.threadId ?? null,
    mentions: draft.mentions ?? [],
    attachments: draft.attachments ?? [],
    imageUrl: draft.imageUrl ?? null,
    fileUrl: draft.fileUrl ?? null,
    clientMsgId,
    revision: 0,
    createdAt: "",
    editedAt: null,
    deletedAt: null,
    reactions: [],
    ...(draft.poll && {
      poll: {
        options: draft.poll.options.map((text) => ({ text, count: 0, userIds: [] })),
        multiple: draft.poll.multiple ?? false,
        closesAt: draft.poll.closesAt ?? null,
        closedAt: null,
      },
    }),
  };
}
