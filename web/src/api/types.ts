// What REST answers with, as types; what sockets say too is in hub/wire.ts.
import type { Channel as WireChannel, Id, Message, Notification as WireNotification, Presence, Time } from "../hub/wire";

export type { ChannelSettings, Id, Message, Presence, Time } from "../hub/wire";
export type Status = Presence["status"];

export interface User {
  id: Id;
  username: string;
  displayName: string | null;
  bio: string | null;
  avatarUrl: string | null;
  role: "user" | "super_admin";
  status: "active" | "inactive";
  createdAt: Time;
  /** Of one's own account only. */
  email?: string;
}

export interface SignedIn {
  user: User;
  accessToken: string;
  expiresIn: number;
  sessionId: string;
}

export interface GroupSettings {
  membersMayCreateChannels: boolean;
  readReceipts: boolean;
  editHistory: boolean;
  emoji: "admins" | "members";
}

export type GroupRole = "admin" | "member";

export interface Group {
  id: Id;
  name: string;
  description: string | null;
  category: string | null;
  isPrivate: boolean;
  status: "active" | "deleted";
  settings: GroupSettings;
  createdAt: Time;
  memberCount?: number;
  /** Absent where one does not belong to it. */
  role?: GroupRole;
}

export interface Channel extends WireChannel {
  unread?: number;
  mentions?: number;
}

export interface Member {
  userId: Id;
  username: string;
  role: GroupRole;
  joinedAt: Time;
}

export interface Ban {
  userId: Id;
  username: string;
  reason: string;
  until: Time | null;
}

export interface JoinRequest {
  id: Id;
  groupId: Id;
  userId: Id;
  username: string;
  requestType: "register_interest" | "request_invite";
  message: string | null;
  status: "pending" | "approved" | "rejected" | "withdrawn";
  reason: string | null;
  createdAt: Time;
}

export interface Session {
  id: string;
  device: string | null;
  address: string | null;
  createdAt: Time;
  lastSeenAt: Time;
  current: boolean;
}

export interface Notification extends WireNotification {
  message?: Message | null;
}

export interface Block {
  userId: Id;
  username: string;
  createdAt: Time;
}

export interface Found {
  message: Message;
  highlights: { start: number; end: number }[];
}

export type Page<Name extends string, Item> = { [key in Name]: Item[] } & { nextCursor: string | null; total?: number };
