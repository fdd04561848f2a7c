// A server for tests: it keeps logs as the contract says, and its line to a client is as bad as a test wants.
import type { Dial, Line, LineEvents } from "../transport";
import type { Answer, Caught, Draft, Message, Position } from "../wire";

interface Row {
  event: string;
  data: { channelId: string; epoch: string; seq: number; [more: string]: unknown };
}

/** What may go wrong; each is asked anew for everything that is sent. */
export interface Weather {
  /** How long something is under way. */
  delay(): number;
  loses(what: "question" | "answer" | "event"): boolean;
  repeats(): boolean;
  /** The code of a refusal of this question, which then is not worked. */
  refuses(event: string): string | null;
  /** What the handshake is refused with, or null. */
  refusesConnect(): string | null;
}

export const FAIR: Weather = {
  delay: () => 1,
  loses: () => false,
  repeats: () => false,
  refuses: () => null,
  refusesConnect: () => null,
};

export const USER = "u1";
const PAGE = 5;
const MOST_MISSED = 20;

export class FakeServer {
  weather: Weather = FAIR;
  tokens: string[] = [];
  asked: { event: string; payload: Record<string, unknown> }[] = [];
  readonly #logs = new Map<string, { epoch: string; rows: Row[] }>();
  readonly #sent = new Map<string, Message>();
  readonly #lines = new Set<FakeLine>();
  #epochs = 0;

  constructor(...channels: string[]) {
    for (const id of [USER, ...channels]) this.renumber(id);
  }

  readonly dial: Dial = (events) => new FakeLine(this, events);

  head(id: string): Position {
    const { epoch, rows } = this.#log(id);
    return { epoch, seq: rows.length };
  }

  rows(id: string): Row[] {
    return this.#log(id).rows;
  }

  texts(id: string): string[] {
    return this.rows(id).flatMap(({ data }) => (data["message"] ? [(data["message"] as Message).text ?? ""] : []));
  }

  /** Somebody else writes. */
  say(id: string, text: string): void {
    this.#append(id, { channelId: id, text }, "u2", null);
  }

  /** An entry of any kind. */
  enter(id: string, event: string, data: object): void {
    const { epoch, rows } = this.#log(id);
    const row: Row = { event, data: { ...data, channelId: id, epoch, seq: rows.length + 1 } };
    rows.push(row);
    for (const line of this.#lines) line.tell(row);
  }

  /** Another telling of the log begins, with what the old one held. */
  renumber(id: string): void {
    const epoch = `e${(this.#epochs += 1)}`;
    const rows = this.#logs.get(id)?.rows ?? [];
    this.#logs.set(id, { epoch, rows: rows.map((row) => ({ ...row, data: { ...row.data, epoch } })) });
  }

  heads(): void {
    for (const line of this.#lines) line.heads();
  }

  hint(event: string, data: object): void {
    for (const line of this.#lines) line.push(event, data);
  }

  /** Every line breaks. */
  cut(byServer = false): void {
    for (const line of [...this.#lines]) line.cut(byServer);
  }

  greet(line: FakeLine, token: string): void {
    this.tokens.push(token);
    this.#lines.add(line);
  }

  bye(line: FakeLine): void {
    this.#lines.delete(line);
  }

  work(line: FakeLine, event: string, payload: Record<string, unknown>): Answer {
    this.asked.push({ event, payload });
    const refused = this.weather.refuses(event);
    if (refused !== null) return { ok: false, error: { code: refused, message: "", retryable: RETRYABLE.has(refused) } };
    if (event === "join_channel") return this.#join(line, String(payload["channelId"]));
    if (event === "resume") return this.#resume(line, payload["channels"] as Record<string, Position>);
    if (event === "send_message") return this.#send(payload as unknown as Draft & { clientMsgId: string });
    return { ok: true, data: {} };
  }

  #log(id: string): { epoch: string; rows: Row[] } {
    const log = this.#logs.get(id);
    if (!log) throw new Error(`no log ${id}`);
    return log;
  }

  #append(id: string, draft: Draft, userId: string, clientMsgId: string | null): Message {
    const seq = this.rows(id).length + 1;
    const message = { id: `m${id}-${seq}`, channelId: id, seq, userId, clientMsgId, text: draft.text } as Message;
    this.enter(id, "new_message", { message });
    return message;
  }

  #join(line: FakeLine, id: string): Answer {
    if (!this.#logs.has(id)) return { ok: false, error: { code: "NOT_FOUND", message: "no such channel", retryable: false } };
    line.sit(id);
    const { epoch, seq } = this.head(id);
    return { ok: true, data: { channel: { id }, epoch, head: seq, messages: [], hasMoreBefore: false, hasMoreAfter: false } };
  }

  #resume(line: FakeLine, channels: Record<string, Position>): Answer {
    const caught = Object.entries(channels).map(([id, at]) => [id, this.#caught(line, id, at)]);
    return { ok: true, data: { channels: Object.fromEntries(caught) } };
  }

  #caught(line: FakeLine, id: string, at: Position): Caught {
    const log = this.#logs.get(id);
    if (!log) return { gone: true };
    const { epoch, seq: head } = this.head(id);
    const reason = at.epoch !== epoch ? "epoch" : at.seq > head ? "ahead" : head - at.seq > MOST_MISSED ? "too_far_behind" : null;
    if (reason) {
      line.sit(id);
      return { reset: { epoch, head, reason } };
    }
    const upto = Math.min(head, at.seq + PAGE);
    if (upto === head) line.sit(id);
    return { epoch, head, upto, more: upto < head, changes: log.rows.slice(at.seq, upto) };
  }

  #send({ clientMsgId, ...draft }: Draft & { clientMsgId: string }): Answer {
    const earlier = this.#sent.get(clientMsgId);
    if (earlier && earlier.text !== draft.text) return { ok: false, error: { code: "CONFLICT", message: "", retryable: false } };
    const message = earlier ?? this.#append(draft.channelId, draft, USER, clientMsgId);
    this.#sent.set(clientMsgId, message);
    return { ok: true, data: { message, duplicate: earlier !== undefined, epoch: this.head(draft.channelId).epoch } };
  }
}

const RETRYABLE = new Set(["UNAVAILABLE", "UNKNOWN", "RATE_LIMITED"]);

class FakeLine implements Line {
  connected = false;
  readonly #server: FakeServer;
  readonly #events: LineEvents;
  readonly #seated = new Set<string>();
  #unanswered = new Set<(answer: Answer | null) => void>();
  /** What is under way arrives in order, and not at all once the line is cut. */
  #last: Promise<void> = Promise.resolve();
  #life = 0;

  constructor(server: FakeServer, events: LineEvents) {
    this.#server = server;
    this.#events = events;
  }

  open(token: string): void {
    const life = (this.#life += 1);
    this.#last = Promise.resolve();
    this.#arrives(life, () => {
      const refused = this.#server.weather.refusesConnect();
      if (refused !== null) return this.#events.refused(refused);
      this.connected = true;
      this.#seated.clear();
      this.#server.greet(this, token);
      this.#events.connected();
      const { epoch, seq } = this.#server.head(USER);
      this.#seated.add(USER);
      this.push("welcome", { userId: USER, username: "ann", log: { channelId: USER, epoch, head: seq } });
    });
  }

  close(): void {
    this.#life += 1;
    this.connected = false;
    this.#server.bye(this);
    const unanswered = this.#unanswered;
    this.#unanswered = new Set();
    for (const answered of unanswered) answered(null);
  }

  cut(byServer: boolean): void {
    this.#life += 1;
    this.connected = false;
    this.#server.bye(this);
    this.#events.disconnected(byServer);
  }

  emit(event: string, payload: object, answered: (answer: Answer | null) => void): void {
    if (!this.connected) return answered(null);
    const { weather } = this.#server;
    this.#unanswered.add(answered);
    const answer = (given: Answer | null) => {
      if (this.#unanswered.delete(answered)) answered(given);
    };
    setTimeout(() => answer(null), 10_000);
    if (weather.loses("question")) return;
    const life = this.#life;
    this.#arrives(life, () => {
      const given = this.#server.work(this, event, structuredClone(payload) as Record<string, unknown>);
      if (weather.loses("answer")) return;
      this.#arrives(life, () => answer(structuredClone(given)));
    });
  }

  sit(id: string): void {
    this.#seated.add(id);
  }

  tell({ event, data }: Row): void {
    if (!this.#seated.has(data.channelId)) return;
    const { weather } = this.#server;
    if (!weather.loses("event")) this.push(event, data);
    if (weather.repeats()) this.push(event, data);
  }

  heads(): void {
    this.push("heads", Object.fromEntries([...this.#seated].map((id) => [id, this.#server.head(id).seq])));
  }

  push(event: string, data: object): void {
    const life = this.#life;
    this.#arrives(life, () => this.#events.heard(event, structuredClone(data)));
  }

  #arrives(life: number, then: () => void): void {
    const wait = this.#server.weather.delay();
    this.#last = this.#last.then(
      () =>
        new Promise((resolve) => {
          setTimeout(() => {
            if (life === this.#life) then();
            resolve();
          }, wait);
        }),
    );
  }
}
