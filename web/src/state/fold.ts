// What a message is after an entry of its log: the sum of them in their order. Pure.

import type { ChannelEntries, ChannelEntry, Message, Poll, Reaction, ThreadMoved } from "../hub/wire";

/** The messages after the entry: the same list where it changes none of them. Those are in the order of `seq`. */
export function fold(messages: readonly Message[], entry: ChannelEntry): readonly Message[] {
  const { event, data } = entry;
  switch (event) {
    case "new_message": return sumUp(append(messages, data.message), data.thread);
    case "message_edited":
      return change(messages, data.messageId, (message) => reword(message, data));
    case "message_deleted":
      return sumUp(change(messages, data.messageId, (message) => bury(message, data.deletedAt)), data.thread);
    case "reaction_updated":
      return change(messages, data.messageId, (message) =>
        ({ ...message, reactions: react(message.reactions, data.reaction, data.userId, data.removed) }));
    case "message_pinned":
      return change(messages, data.messageId, ({ pinnedAt: _, pinnedBy: __, ...message }) =>
        (data.removed || !data.pinnedAt ? message : { ...message, pinnedAt: data.pinnedAt, pinnedBy: data.userId }));
    case "poll_voted":
      return ask(messages, data.messageId, (poll) => vote(poll, data.userId, data.options));
    case "poll_closed":
      return ask(messages, data.messageId, (poll) => ({ ...poll, closedAt: poll.closedAt ?? data.closedAt }));
    default:
      return messages;
  }
}

/** A message that is there already stands as it was told last. */
export function append(messages: readonly Message[], message: Message): readonly Message[] {
  const last = messages.at(-1);
  if (!last || last.seq < message.seq) return [...messages, message];
  const place = placeOf(messages, message.seq);
  const there = messages[place]?.seq === message.seq;
  return [...messages.slice(0, place), message, ...messages.slice(there ? place + 1 : place)];
}

/** Two stretches of one log as one; where both have a message, that of `newer` holds. */
export function join(older: readonly Message[], newer: readonly Message[]): readonly Message[] {
  const first = newer[0];
  if (!first) return older;
  const last = older.at(-1);
  if (!last || last.seq < first.seq) return [...older, ...newer];
  const all = new Map<number, Message>();
  for (const message of older) all.set(message.seq, message);
  for (const message of newer) all.set(message.seq, message);
  return [...all.values()].sort((one, other) => one.seq - other.seq);
}

/** The first place whose message is not before `seq`. */
export function placeOf(messages: readonly { seq: number }[], seq: number): number {
  let [from, to] = [0, messages.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((messages[middle]?.seq ?? 0) < seq) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** What is deleted stays so. */
function change(messages: readonly Message[], id: string, to: (message: Message) => Message): readonly Message[] {
  const place = messages.findLastIndex((message) => message.id === id);
  const message = messages[place];
  if (!message || message.deletedAt) return messages;
  return messages.with(place, to(message));
}

function reword({ everyone: before, ...message }: Message, { text, revision, editedAt, mentions, everyone }: ChannelEntries["message_edited"]): Message {
  const calls = mentions ? everyone : before;
  return { ...message, text, revision, editedAt, mentions: mentions ?? message.mentions, ...(calls && { everyone: calls }) };
}

/** Its place stays, and with it what its thread comes to. */
function bury(message: Message, deletedAt: string): Message {
  const { id, channelId, seq, userId, username, type, replyTo, threadId, clientMsgId, revision } = message;
  return {
    id, channelId, seq, userId, username, type, replyTo, threadId, clientMsgId, revision,
    createdAt: message.createdAt,
    editedAt: message.editedAt,
    deletedAt,
    text: null,
    mentions: [],
    attachments: [],
    imageUrl: null,
    fileUrl: null,
    reactions: [],
    ...(message.thread && { thread: message.thread }),
  };
}

/** Of two summaries of a thread the later one holds, also where its root is deleted. */
export function sumUp(messages: readonly Message[], moved: ThreadMoved | undefined): readonly Message[] {
  if (!moved) return messages;
  const { rootId, ...thread } = moved;
  const place = messages.findLastIndex((message) => message.id === rootId);
  const root = messages[place];
  if (!root || (root.thread && root.thread.seq >= thread.seq)) return messages;
  return messages.with(place, { ...root, thread });
}

export function react(all: readonly Reaction[], reaction: string, userId: string, removed: boolean): Reaction[] {
  const there = all.find((one) => one.reaction === reaction);
  const others = (there?.userIds ?? []).filter((id) => id !== userId);
  const userIds = removed ? others : [...others, userId];
  const view = { reaction, count: userIds.length, userIds };
  if (!there) return removed ? [...all] : [...all, view];
  return all.map((one) => (one === there ? view : one)).filter((one) => one.count > 0);
}

function ask(messages: readonly Message[], id: string, to: (poll: Poll) => Poll): readonly Message[] {
  return change(messages, id, (message) => (message.poll ? { ...message, poll: to(message.poll) } : message));
}

export function vote(poll: Poll, userId: string, choice: readonly number[]): Poll {
  const options = poll.options.map((option, place) => {
    const others = option.userIds.filter((id) => id !== userId);
    const userIds = choice.includes(place) ? [...others, userId].sort() : others;
    return { ...option, userIds, count: userIds.length };
  });
  return { ...poll, options };
}
