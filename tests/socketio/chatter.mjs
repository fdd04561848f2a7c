// A client as the delivery contract wants one: a position, an outbox, and patience.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { within } from "./wait.mjs";

export class Chatter {
  /** What was applied: each entry of the channel's log once, in order. */
  applied = [];
  position = 0;
  #epoch;
  #catching = Promise.resolve();
  #awaited = [];

  constructor(person, channel, transports) {
    this.channel = channel;
    this.client = person.world.client(person.token, { transports, reconnect: true });
    const { socket } = this.client;
    socket.on("connect", () => this.#catchUp());
    socket.onAny((name, data) => data?.channelId === channel && data.seq && this.#apply({ event: name, data }));
    socket.on("heads", (heads) => heads[channel] > this.position && this.#catchUp());
    // A server that ends refuses, and who is refused has to come back by itself.
    socket.on("connect_error", () => socket.active || setTimeout(() => socket.connect(), 50));
  }

  get texts() {
    const said = this.applied.filter(({ event }) => event === "new_message");
    return said.map(({ data }) => data.message.text);
  }

  /** Says all of it, several at once, each as often as it takes; the messages as acknowledged. */
  async say(texts, atOnce = 10) {
    const sent = [];
    for (const [at, text] of texts.entries()) {
      if (at >= atOnce) await sent[at - atOnce];
      sent.push(this.#say({ channelId: this.channel, text, clientMsgId: randomUUID() }));
    }
    return Promise.all(sent);
  }

  async #say(send) {
    for (;;) {
      const answer = await this.#answer("send_message", send);
      if (answer?.ok) return answer.data.message;
      if (!answer) continue;
      assert.ok(answer.error.retryable, JSON.stringify(answer.error));
      await pause(answer.error.retryAfterMs ?? 100);
    }
  }

  /** The answer, or nothing where the connection ended before it came. */
  async #answer(event, payload) {
    const { socket } = this.client;
    if (!socket.connected) await within(30_000, "a connection", once(socket, "connect"));
    const ended = new AbortController();
    const gone = once(socket, "disconnect", ended).then(() => undefined, () => undefined);
    try {
      return await Promise.race([this.client.answer(event, payload), gone]);
    } finally {
      ended.abort();
    }
  }

  #apply({ event, data }) {
    if (data.seq <= this.position) return;
    if (data.seq > this.position + 1) return this.#catchUp();
    this.position = event === "skip" ? data.to : data.seq;
    this.applied.push({ event, data });
    for (const { seq, reached } of this.#awaited) if (seq <= this.position) reached();
  }

  #catchUp() {
    this.#catching = this.#catching.then(() => this.#catchUpOnce());
  }

  async #catchUpOnce() {
    for (let more = true; more && this.client.socket.connected; ) {
      const place = { channelId: this.channel, after: this.position, ...(this.#epoch && { epoch: this.#epoch }) };
      const answer = await this.#answer("join_channel", place);
      if (!answer) return;
      assert.ok(answer.ok, JSON.stringify(answer.error));
      const caught = answer.data;
      assert.ok(caught.changes, `history must not go back: ${JSON.stringify(caught.reset)}`);
      this.#epoch = caught.epoch;
      caught.changes.forEach((change) => this.#apply(change));
      ({ more } = caught);
    }
  }

  /** When everything up to there has been applied. */
  async reach(seq) {
    if (this.position >= seq) return;
    await within(20_000, `position ${seq}`, new Promise((reached) => this.#awaited.push({ seq, reached })));
  }
}
