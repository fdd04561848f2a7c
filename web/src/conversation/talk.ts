// What all parts of an open conversation share: its log, who reads, what they may do, and what is chosen at the moment.
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { Failure } from "../api/http";
import { type Hub, HubError, type Message, type Pending } from "../hub";
import { hub } from "../state/connection";
import { type ChannelLog, Logs } from "../state/logs";
import { isAdminOf } from "../state/mine";
import { me } from "../state/session";
import { toast } from "../ui/toast";
import { t } from "../words";
import { type Rights, rightsIn } from "./rights";

export type Side = { is: "thread"; rootId: string } | { is: "pins" } | null;

/** What stands over the conversation and asks something. */
export type Asking =
  | { is: "delete" | "forward" | "readers" | "history" | "report"; message: Message }
  | { is: "poll" | "date" }
  | null;

export interface Talk {
  readonly hub: Hub;
  readonly log: ChannelLog;
  readonly mine: string;
  readonly rights: ReadonlySignal<Rights | null>;
  readonly pending: Signal<readonly Pending[]>;
  /** The row that is pointed at or has the focus, by its key. */
  readonly active: Signal<string | null>;
  /** Of the message that is being edited. */
  readonly editing: Signal<string | null>;
  /** Of the message that was jumped to. */
  readonly lit: Signal<string | null>;
  readonly asking: Signal<Asking>;
  /** Brings a message of this channel into sight. */
  jump: (target: { seq: number; id?: string }) => void;
  openSide: (side: Side) => void;
}

const logs = computed(() => (hub.value ? new Logs(hub.value) : null));

export function talkIn(channelId: string): Talk | null {
  const [line, reader, all] = [hub.value, me.value, logs.value];
  if (!line || !reader || !all) return null;
  const log = all.of(channelId);
  return {
    hub: line,
    log,
    mine: reader.id,
    rights: computed(() => (log.channel.value ? rightsIn(log.channel.value, reader.id, isAdminOf(log.channel.value.groupId)) : null)),
    pending: signal(line.pending(channelId)),
    active: signal(null),
    editing: signal(null),
    lit: signal(null),
    asking: signal(null),
    jump: () => undefined,
    openSide: () => undefined,
  };
}

export const TalkContext = createContext<Talk | null>(null);

export function useTalk(): Talk {
  const talk = useContext(TalkContext);
  if (!talk) throw new Error("outside of a conversation");
  return talk;
}

/** Does it, and says in words where it was refused; answers whether it came about. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (problem) {
    toast(reasonOf(problem), "bad");
    return false;
  }
}

export function reasonOf(problem: unknown): string {
  if (!(problem instanceof HubError || problem instanceof Failure)) return t("talk_failed");
  return reasonOfCode(problem.code, problem.message);
}

export function reasonOfCode(code: string, message: string): string {
  switch (code) {
    case "OFFLINE": return t("talk_offline");
    case "FORBIDDEN": return t("talk_forbidden");
    case "NOT_FOUND":
    case "GONE": return t("talk_not_there");
    case "RATE_LIMITED": return t("talk_too_fast");
    case "CONFLICT": return t("talk_conflict");
    case "UNAVAILABLE":
    case "UNKNOWN":
    case "INTERNAL": return t("talk_failed");
    default: return message || t("talk_failed");
  }
}
