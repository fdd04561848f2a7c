// Keeps one line to the server: tokens, refusals, and coming back after a while that no clock decides.
import { Backoff } from "./backoff";
import { HubError } from "./problem";
import type { WaitReason } from "./state";
import { type Dial, type Line, PATIENCE } from "./transport";
import type { Answer, Welcome } from "./wire";

export type GetToken = (asked: { fresh: boolean }) => Promise<string | null>;

export interface ConnectionEvents {
  connecting(): void;
  /** The server has greeted us: from here on it can be asked. */
  ready(welcome: Welcome): void;
  heard(event: string, data: unknown): void;
  lost(): void;
  waiting(retryInMs: number, reason: WaitReason): void;
  signedOut(): void;
}

/** Of a refusal of the handshake: `Authentication error: CODE: sentence`. */
const REFUSAL = /^Authentication error: ([A-Z_]+): /;

export class Connection {
  readonly #events: ConnectionEvents;
  readonly #token: GetToken;
  readonly #line: Line;
  readonly #backoff: Backoff;
  readonly #random: () => number;
  #running = false;
  #greeted = false;
  /** The token of the moment was refused, or may be over. */
  #doubted = false;
  #drainMs: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renewing: Promise<boolean> | null = null;
  /** What an await returns to may be another attempt. */
  #attempt = 0;

  constructor(dial: Dial, token: GetToken, random: () => number, events: ConnectionEvents) {
    this.#events = events;
    this.#token = token;
    this.#random = random;
    this.#backoff = new Backoff(random);
    this.#line = dial({
      connected: () => this.#later(PATIENCE, () => this.#again("unavailable")),
      refused: (message) => this.#refused(message),
      disconnected: (byServer) => this.#disconnected(byServer),
      heard: (event, data) => this.#heard(event, data),
    });
  }

  get ready(): boolean {
    return this.#greeted && this.#line.connected;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#connect();
  }

  stop(): void {
    this.#running = false;
    this.#attempt += 1;
    clearTimeout(this.#timer);
    this.#drop();
  }

  /** Tries at once what would be tried later. */
  wake(): void {
    if (!this.#running || this.#line.connected || this.#timer === undefined) return;
    void this.#connect();
  }

  /** The connection is of no use as it is: begins a new one after a while. */
  again(): void {
    if (this.#running) this.#again("unavailable");
  }

  /** Answers by a callback, before anything that arrives later is heard. */
  ask(event: string, payload: object, answered: (answer: Answer | HubError) => void): void {
    if (!this.ready) return answered(HubError.offline());
    this.#line.emit(event, payload, (answer) => {
      if (answer === null) return answered(HubError.unknown());
      if (answer.ok || answer.error.code !== "TOKEN_EXPIRED") return answered(answer);
      void this.#renewed().then((renewed) => {
        if (renewed) this.ask(event, payload, answered);
        else answered(new HubError(answer.error));
      });
    });
  }

  /** Hands a newer token in, so that the connection outlives the old one. */
  renew(token: string): Promise<boolean> {
    return new Promise((resolve) => {
      if (!this.ready) return resolve(false);
      this.#line.emit("refresh_auth", { token }, (answer) => resolve(answer?.ok ?? false));
    });
  }

  /** The first of several that met an expired token fetches a new one for all. */
  #renewed(): Promise<boolean> {
    const renew = async () => {
      const token = await this.#token({ fresh: true }).catch(() => null);
      return token !== null && (await this.renew(token));
    };
    this.#renewing ??= renew().finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  async #connect(): Promise<void> {
    this.#settle();
    const attempt = (this.#attempt += 1);
    this.#events.connecting();
    try {
      const token = await this.#token({ fresh: this.#doubted });
      if (attempt !== this.#attempt) return;
      if (token === null) return this.#signedOut();
      this.#line.open(token);
    } catch {
      if (attempt === this.#attempt) this.#again("unreachable");
    }
  }

  #heard(event: string, data: unknown): void {
    if (event === "server_draining") {
      this.#drainMs = (data as { reconnectWithinMs?: number }).reconnectWithinMs ?? 0;
    }
    if (event !== "welcome") return this.#events.heard(event, data);
    this.#settle();
    this.#backoff.reset();
    this.#greeted = true;
    this.#doubted = false;
    this.#drainMs = null;
    this.#events.ready(data as Welcome);
  }

  #refused(message: string): void {
    const code = REFUSAL.exec(message)?.[1];
    const invalid = code === "TOKEN_EXPIRED" || code === "UNAUTHENTICATED";
    if (invalid && !this.#doubted) {
      this.#doubted = true;
      this.#drop();
      void this.#connect();
    } else if (code === "UNAUTHENTICATED") {
      // A token that was fetched just now is no good either.
      this.#signedOut();
    } else if (code === "RATE_LIMITED") {
      this.#again("crowded");
    } else {
      this.#again(code === undefined ? "unreachable" : "unavailable");
    }
  }

  #disconnected(byServer: boolean): void {
    // It ended the session, or waited for a new token in vain; only a new token can tell.
    this.#doubted ||= byServer && this.#drainMs === null;
    this.#again(this.#drainMs === null ? "unreachable" : "draining");
  }

  #again(reason: WaitReason): void {
    this.#attempt += 1;
    this.#drop();
    if (!this.#running) return;
    const wait = this.#drainMs === null ? this.#backoff.next() : this.#random() * this.#drainMs;
    this.#drainMs = null;
    this.#later(wait, () => void this.#connect());
    this.#events.waiting(wait, reason);
  }

  #signedOut(): void {
    this.#running = false;
    this.#drop();
    this.#events.signedOut();
  }

  #drop(): void {
    const greeted = this.#greeted;
    this.#greeted = false;
    this.#line.close();
    if (greeted) this.#events.lost();
  }

  #later(wait: number, then: () => void): void {
    this.#settle();
    this.#timer = setTimeout(then, wait);
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
