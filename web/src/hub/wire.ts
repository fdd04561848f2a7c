// What goes over the wire: the messages, events and answers of docs/sockets.md, as types.

export type Id = string;
/** RFC 3339, UTC, with milliseconds, by the server's clock. */
export type Time = string;

/** Where one stands in a log. Positions of different epochs do not compare. */
export interface Position {
  epoch: string;
  seq: number;
}

export interface Reaction {
  reaction: string;
  count: number;
  userIds: Id[];
}

export interface ThreadSummary {
  replies: number;
  lastReplyAt?: Time;
  lastReplyId?: Id;
  lastReplyBy?: Id;
  participants: Id[];
  /** Of two summaries of a thread, the one with the higher `seq` holds. */
  seq: number;
}

export interface Poll {
  options: { text: string; count: number; userIds: Id[] }[];
  multiple: boolean;
  closesAt: Time | null;
  closedAt: Time | null;
}

export interface Forwarded {
  messageId: Id;
  channelId: Id;
  userId: Id;
  username: string;
  createdAt: Time;
  text: string | null;
}

/** A message as it is now; once deleted, without content. */
export interface Message {
  id: Id;
  channelId: Id;
  seq: number;
  userId: Id;
  username: string;
  type: "text" | "image" | "file";
  text: string | null;
  replyTo: Id | null;
  threadId: Id | null;
  mentions: Id[];
  everyone?: "here" | "channel";
  attachments: string[];
  imageUrl: string | null;
  fileUrl: string | null;
  clientMsgId: string | null;
  revision: number;
  createdAt: Time;
  editedAt: Time | null;
  deletedAt: Time | null;
  reactions: Reaction[];
  pinnedAt?: Time;
  pinnedBy?: Id;
  thread?: ThreadSummary;
  forwarded?: Forwarded;
  poll?: Poll;
}

export interface ChannelSettings {
  everyone: "members" | "admins";
  pinning: "admins" | "members";
  polls: boolean;
  reactions: boolean;
  readOnly: boolean;
  slowModeSeconds: number;
  uploads: boolean;
  [later: string]: unknown;
}

export interface Channel {
  id: Id;
  epoch: string;
  type: string;
  name: string;
  description: string | null;
  groupId: Id | null;
  isPrivate: boolean;
  status: string;
  settings: ChannelSettings;
  createdBy: Id;
  createdAt: Time;
  updatedAt: Time;
  head?: number;
  /** Of a direct channel: who belongs to it. */
  members?: { userId: Id; username: string }[];
}

export interface Notification {
  id: Id;
  kind: string;
  at: Time;
  read: boolean;
  channelId: Id | null;
  seq: number | null;
  messageId: Id | null;
  groupId: Id | null;
  userId: Id | null;
  username: string | null;
  about: unknown;
}

export type LeaveReason = "left" | "removed" | "banned" | "deactivated" | "closed";

export type ThreadMoved = ThreadSummary & { rootId: Id };

/** The entries of a channel's log, by their names. */
export interface ChannelEntries {
  new_message: { message: Message; thread?: ThreadMoved };
  /** Whom it calls is as before where `mentions` is missing. */
  message_edited: { messageId: Id; text: string; revision: number; editedAt: Time; mentions?: Id[]; everyone?: "here" | "channel" };
  message_deleted: { messageId: Id; deletedAt: Time; thread?: ThreadMoved };
  message_pinned: { messageId: Id; userId: Id; removed: boolean; pinnedAt?: Time };
  reaction_updated: { messageId: Id; userId: Id; reaction: string; removed: boolean };
  poll_voted: { messageId: Id; userId: Id; options: number[] };
  poll_closed: { messageId: Id; closedAt: Time };
  user_joined: { userId: Id; username: string; role: string; message: string };
  user_left: { userId: Id; username: string; reason: LeaveReason; message: string };
  member_updated: { userId: Id; role: string };
  channel_updated: { about: Channel };
  channel_deleted: object;
}

/** The entries of the own log: what concerns the user and is in no channel they can read. */
export interface OwnEntries {
  channel_added: { channel: Channel };
  channel_removed: { channel: Id; reason: LeaveReason };
  group_updated: { about: Record<string, unknown> & { id: Id } };
  group_request_created: { about: Record<string, unknown> & { id: Id; groupId: Id } };
  group_request_reviewed: { about: Record<string, unknown> & { id: Id; groupId: Id; status: string } };
  read_updated: { about: { channelId: Id; seq: number } };
  notification: { about: Notification };
  notifications_updated: { about: { ids?: Id[]; all?: boolean; read?: boolean; removed?: boolean } };
  role_updated: { about: { role: string; status: string } };
  thread_followed: { about: { channelId: Id; rootId: Id; following: boolean } };
  blocks_updated: { about: { userId: Id } };
  bookmark_updated: { about: { messageId: Id } };
  draft_updated: { about: { channelId: Id; threadId: Id | null; updatedAt: Time } };
  session_revoked: { about: { sessionId: Id | null } };
}

export type Entries = ChannelEntries & OwnEntries;

/** What every entry carries beside its content. */
export interface Placed {
  /** The log: a channel, or of the own log the user. */
  channelId: Id;
  epoch: string;
  seq: number;
}

type Named<Table> = { [Name in keyof Table]: { event: Name; data: Table[Name] & Placed } }[keyof Table];

/** One entry of a log; `entry.event` tells which, and with it what `entry.data` holds. */
export type Entry = Named<Entries>;
export type ChannelEntry = Named<ChannelEntries>;
export type OwnEntry = Named<OwnEntries>;

export interface Presence {
  userId: Id;
  username: string;
  status: "online" | "away" | "busy" | "offline";
  text: string | null;
  /** Drop what has a lower one than you know of this user. */
  version: number;
}

/** What is in no log: never repeated, and may be lost. */
export interface Hints {
  user_typing: { channelId: Id; userId: Id; username: string; isTyping: boolean };
  user_stop_typing: { channelId: Id; userId: Id; username: string; isTyping: boolean };
  user_presence_update: Presence;
  presence_updates: { presences: Presence[] };
  thread_updated: { channelId: Id; rootId: Id; thread: ThreadSummary };
  online_users_count: { count: number };
}

export type Hint = { [Name in keyof Hints]: { event: Name; data: Hints[Name] } }[keyof Hints];

export interface Welcome {
  userId: Id;
  username: string;
  limits: { frameBytes: number; textChars: number };
  log: { channelId: Id; epoch: string; head: number };
}

export interface Problem {
  code: string;
  message: string;
  details?: Record<string, string>;
  retryable: boolean;
  retryAfterMs?: number;
}

export type Answer = { ok: true; data: unknown } | { ok: false; error: Problem };

/** What came before `head` when the channel was entered. */
export interface Joined {
  channel: Channel;
  epoch: string;
  head: number;
  messages: Message[];
  hasMoreBefore: boolean;
  hasMoreAfter: boolean;
}

export interface Reset {
  epoch: string;
  head: number;
  reason: "epoch" | "ahead" | "too_far_behind";
}

/** Of one log the answer to `resume`: changes, a reset, or gone. */
export interface Caught {
  epoch?: string;
  head?: number;
  upto?: number;
  more?: boolean;
  changes?: { event: string; data: unknown }[];
  reset?: Reset;
  gone?: boolean;
}

/** What the author of a message decides. */
export interface Draft {
  channelId: Id;
  text?: string;
  replyTo?: Id;
  threadId?: Id;
  mentions?: Id[];
  attachments?: string[];
  imageUrl?: string;
  fileUrl?: string;
  type?: "text" | "image" | "file";
  poll?: { options: string[]; multiple?: boolean; closesAt?: Time };
}

export interface Sent {
  message: Message;
  duplicate: boolean;
  epoch: string;
}

export type Changed = Sent & { seq: number };

/** What may be asked with `hub.ask`, and what is answered. Sending, entering and resuming are the hub's own. */
export interface Asks {
  edit_message: { ask: { messageId: Id; text: string; baseRevision?: number }; answer: Changed };
  delete_message: { ask: { messageId: Id }; answer: Changed };
  react_message: { ask: { messageId: Id; reaction: string; remove?: boolean }; answer: Changed };
  pin_message: { ask: { messageId: Id; remove?: boolean }; answer: Changed };
  vote_poll: { ask: { messageId: Id; options: number[] }; answer: Changed };
  follow_thread: {
    ask: { rootId: Id; remove?: boolean };
    answer: { channelId: Id; rootId: Id; following: boolean };
  };
  mark_read: {
    ask: { channelId: Id; seq: number };
    answer: { channelId: Id; seq: number; unread: number; mentions: number };
  };
  typing: { ask: { channelId: Id; isTyping?: boolean }; answer: { told: boolean } };
  stop_typing: { ask: { channelId: Id }; answer: { told: boolean } };
  update_presence: { ask: { status: Presence["status"]; text?: string }; answer: { presence: Presence } };
  subscribe_presence: { ask: { userIds: Id[] }; answer: { presences: Presence[] } };
  get_online_users: {
    ask: object;
    answer: { count: number; users: { userId: Id; username: string; status: Presence["status"] }[] };
  };
  get_channel_users: {
    ask: { channelId: Id };
    answer: { channelId: Id; users: { userId: Id; username: string; status: Presence["status"] }[] };
  };
}
