// What a client holds: one connection, its logs, and its outbox. README.md tells how to use it.
import { Backoff } from "./backoff";
import { Connection, type GetToken } from "./connection";
import { Emitter } from "./emitter";
import { isPlaced } from "./log";
import { Logs } from "./logs";
import { Outbox, type Pending, type Told } from "./outbox";
import { BrowserStore, type OutboxStore } from "./outbox-store";
import { HubError } from "./problem";
import type { HubState } from "./state";
import { browserTabs, type Tabs } from "./tabs";
import { type Dial, socketLine } from "./transport";
import type { Answer, Asks, Caught, Draft, Entry, Hint, Hints, Joined, Position, Reset, Sent, Welcome } from "./wire";

export interface HubOptions {
  /** Whose hub it is; the outbox is kept apart for each. */
  userId: string;
  /** An access token; with `fresh` a new one, because the last was refused. Null if there is none any more. */
  token: GetToken;
  /** Where the server is, if not where the page came from. */
  url?: string;
  /** For tests: other lines, another store, other tabs, another chance. */
  dial?: Dial;
  store?: OutboxStore;
  tabs?: (heard: (told: Told) => void) => Tabs<Told>;
  random?: () => number;
}

export interface HubEvents {
  state: HubState;
  /** A new connection; what no log tells, such as who is online, is to be asked again. */
  welcome: Welcome;
  /** An entry of a followed log: each once, in order. */
  entry: Entry;
  /** What is known of this log is void: read it afresh. Entries after `head` follow. */
  reset: Reset & { channelId: string };
  /** The user cannot read this channel any more. */
  gone: { channelId: string };
  /** What may be lost: typing, presence. */
  hint: Hint;
  /** Something about the unsent messages of this channel changed. */
  pending: { channelId: string };
}

const HINTS: ReadonlySet<string> = new Set<keyof Hints>([
  "user_typing",
  "user_stop_typing",
  "user_presence_update",
  "presence_updates",
  "thread_updated",
  "online_users_count",
]);

export class Hub {
  readonly #userId: string;
  readonly #emitter = new Emitter<HubEvents>();
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #random: () => number;
  readonly #logs: Logs;
  #state: HubState = { phase: "stopped" };
  /** Who waits for a connection. */
  #waiting: { go: () => void; stop: (error: HubError) => void }[] = [];

  constructor(options: HubOptions) {
    const { userId, token, url, random = Math.random } = options;
    this.#userId = userId;
    this.#random = random;
    this.#connection = new Connection(options.dial ?? socketLine(url), token, random, {
      connecting: () => this.#become({ phase: "connecting" }),
      ready: (welcome) => this.#ready(welcome),
      heard: (event, data) => this.#heard(event, data),
      lost: () => this.#logs.lost(),
      waiting: (retryInMs, reason) => this.#become({ phase: "waiting", retryInMs, reason }),
      signedOut: () => this.#end({ phase: "signed-out" }),
    });
    this.#logs = new Logs({
      userId,
      random,
      ready: () => this.#connection.ready,
      resume: (channels, at) =>
        this.#ask("resume", { channels }, (data) => at((data as { channels: Record<string, Caught> }).channels)),
      entry: (entry) => this.#entry(entry),
      reset: (reset) => this.#moved("reset", reset),
      gone: (channelId) => this.#moved("gone", { channelId }),
      complete: () => this.#state.phase === "catching-up" && this.#become({ phase: "online" }),
    });
    this.#outbox = new Outbox({
      userId,
      random,
      store: options.store ?? new BrowserStore(),
      tabs: options.tabs ?? ((heard) => browserTabs(`hubbub-outbox-${userId}`, heard)),
      ready: () => this.#connection.ready,
      send: (draft, clientMsgId) => this.#ask("send_message", { ...draft, clientMsgId }) as Promise<Sent>,
      awaited: ({ channelId, seq }) => this.#logs.awaits(channelId, seq),
      changed: (channelId) => this.#emitter.emit("pending", { channelId }),
    });
  }

  get state(): HubState {
    return this.#state;
  }

  /** Returns what stops the listener. */
  on<Name extends keyof HubEvents>(name: Name, listener: (data: HubEvents[Name]) => void): () => void {
    return this.#emitter.on(name, listener);
  }

  start(): void {
    this.#connection.start();
  }

  /** For good; what is unsent stays in the browser for the next hub of this user. */
  stop(): void {
    this.#connection.stop();
    this.#outbox.close();
    this.#end({ phase: "stopped" });
  }

  /** Tries at once what would be tried later: the network is back, or somebody pressed a button. */
  wake(): void {
    this.#connection.wake();
  }

  /** Hands a newer access token in, so that the connection outlives the old one. */
  async renew(token: string): Promise<void> {
    await this.#connection.renew(token);
  }

  /** Where one stands in a log; undefined if it is not followed. */
  position(channelId: string): Position | undefined {
    return this.#logs.position(channelId);
  }

  /** Hears these logs from these places on. A log that is followed already stays where it is. */
  follow(places: Record<string, Position>): void {
    this.#logs.follow(places);
  }

  /** Hears a channel from now on, and answers its newest messages; waits for a connection. */
  async enter(channelId: string): Promise<Joined> {
    const backoff = new Backoff(this.#random);
    for (;;) {
      await this.#connected();
      try {
        return (await this.#ask("join_channel", { channelId }, (data) => {
          const { epoch, head } = data as Joined;
          this.#logs.seated(channelId, { epoch, seq: head });
        })) as Joined;
      } catch (error) {
        if (!(error as HubError).passes) throw error;
        await delay(backoff.next((error as HubError).retryAfterMs));
      }
    }
  }

  /** Hears a channel no more. */
  async leave(channelId: string): Promise<void> {
    this.#logs.forget(channelId);
    this.#outbox.settle();
    if (this.#connection.ready) await this.#ask("leave_channel", { channelId });
  }

  /** Rejects with a HubError, at once with `OFFLINE` if there is no connection. */
  ask<Name extends keyof Asks>(event: Name, payload: Asks[Name]["ask"]): Promise<Asks[Name]["answer"]> {
    return this.#ask(event, payload) as Promise<Asks[Name]["answer"]>;
  }

  /** Sends a message, if need be after a reload; answers its clientMsgId. */
  send(draft: Draft): string {
    return this.#outbox.add(draft);
  }

  /** What was written to this channel and is in no entry yet, in order. */
  pending(channelId: string): Pending[] {
    return this.#outbox.list(channelId);
  }

  /** How many messages are not known to be sent. */
  get unsent(): number {
    return this.#outbox.size;
  }

  /** Tries a failed message again. */
  retry(clientMsgId: string): void {
    this.#outbox.retry(clientMsgId);
  }

  /** Throws a failed or waiting message away. */
  drop(clientMsgId: string): void {
    this.#outbox.drop(clientMsgId);
  }

  /** Throws away everything that this user has not sent. */
  forget(): Promise<void> {
    return this.#outbox.clear();
  }

  #ask(event: string, payload: object, at: (data: unknown) => void = () => {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#connection.ask(event, payload, (answer: Answer | HubError) => {
        if (answer instanceof HubError) return reject(answer);
        if (!answer.ok) return reject(new HubError(answer.error));
        at(answer.data);
        resolve(answer.data);
      });
    });
  }

  #connected(): Promise<void> {
    if (this.#connection.ready) return Promise.resolve();
    if (this.#state.phase === "stopped" || this.#state.phase === "signed-out") return Promise.reject(HubError.stopped());
    return new Promise((go, stop) => this.#waiting.push({ go, stop }));
  }

  #ready(welcome: Welcome): void {
    const { channelId, epoch, head } = welcome.log;
    this.#logs.connected();
    this.#become({ phase: "catching-up" });
    this.#emitter.emit("welcome", welcome);
    this.#logs.seated(channelId, { epoch, seq: head });
    for (const { go } of this.#waiting.splice(0)) go();
    this.#outbox.wake();
  }

  #end(state: HubState): void {
    for (const { stop } of this.#waiting.splice(0)) stop(HubError.stopped());
    this.#become(state);
  }

  #become(state: HubState): void {
    this.#state = state;
    this.#emitter.emit("state", state);
  }

  #heard(event: string, data: unknown): void {
    if (event === "heads") this.#logs.heads(data as Record<string, number>);
    else if (HINTS.has(event)) this.#emitter.emit("hint", { event, data } as Hint);
    else if (isPlaced(data)) this.#logs.heard({ event, data });
  }

  #entry(entry: Entry): void {
    if (entry.event === "new_message") {
      const { userId, clientMsgId } = entry.data.message;
      if (userId === this.#userId && clientMsgId) this.#outbox.seen(clientMsgId);
    }
    this.#emitter.emit("entry", entry);
  }

  /** Entries that were awaited will not be told one by one. */
  #moved<Name extends "reset" | "gone">(name: Name, data: HubEvents[Name]): void {
    this.#outbox.settle();
    this.#emitter.emit(name, data);
  }
}

function delay(wait: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, wait));
}
