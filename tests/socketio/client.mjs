// One socket.io-client of any generation that remembers all it hears.

import assert from "node:assert/strict";
import { io as io4 } from "socket.io-client";
import { io as io3 } from "socket.io-client-3";
import io2 from "socket.io-client-2";
import { within } from "./wait.mjs";

const generations = { 2: io2, 3: io3, 4: io4 };

export const DEADLINE = 10_000;

export class Client {
  /** In the order of arrival: `{name, data}`; and `{name: "disconnect", data: reason}` among them. */
  heard = [];
  #waiting = new Set();

  constructor(url, token, { generation = 4, transports = ["websocket"], resume, reconnect = false, ...more } = {}) {
    // Generation 2 has no `auth`; the address is no place for a token.
    const auth = generation === 2
      ? { extraHeaders: token === undefined ? {} : { authorization: `Bearer ${token}` } }
      : { auth: { ...(token !== undefined && { token }), ...(resume && { resume }) } };
    this.socket = generations[generation](url, {
      ...auth,
      transports,
      forceNew: true,
      reconnection: reconnect,
      reconnectionDelay: 20,
      reconnectionDelayMax: 200,
      ...more,
    });
    this.#overhear();
  }

  /** What arrives is kept before any listener sees it, also where there is no `onAny`. */
  #overhear() {
    const onevent = this.socket.onevent;
    this.socket.onevent = (packet) => {
      const [name, data] = packet.data;
      this.#note(name, data);
      onevent.call(this.socket, packet);
    };
    this.socket.on("connect", () => this.#note("connect"));
    this.socket.on("disconnect", (reason) => this.#note("disconnect", reason));
    this.socket.on("connect_error", (error) => this.#note("connect_error", error.message));
    // Generation 2 tells a refusal this way, and has no `connect_error` for it.
    this.socket.on("error", (error) => {
      if (typeof error === "string") this.#note("connect_error", error);
      else if (typeof error?.message === "string" && !error.code) this.#note("connect_error", error.message);
    });
  }

  #note(name, data) {
    const event = { name, data };
    this.heard.push(event);
    for (const one of this.#waiting) one(event);
  }

  /** What was heard under that name, from `from` on. */
  all(name, from = 0) {
    return this.heard.slice(from).filter((event) => event.name === name).map((event) => event.data);
  }

  /** The first event of that name that fits, among those heard from `from` on or still to come. */
  async hear(name, fits = () => true, { from = 0, deadline = DEADLINE } = {}) {
    const suits = (event) => event.name === name && fits(event.data);
    const known = this.heard.slice(from).find(suits);
    if (known) return known.data;
    let listener;
    const heard = new Promise((found) => {
      listener = (event) => suits(event) && found(event.data);
      this.#waiting.add(listener);
    });
    try {
      return await within(deadline, `${name} at a client that heard ${this.#summary()}`, heard);
    } finally {
      this.#waiting.delete(listener);
    }
  }

  #summary() {
    return JSON.stringify(this.heard.slice(-10).map((event) => event.name));
  }

  welcomed(from = 0) {
    return this.hear("welcome", () => true, { from });
  }

  /** The message of the refusal. */
  refused() {
    return this.hear("connect_error");
  }

  /** The reason of the end of the connection. */
  gone(deadline = DEADLINE, from = 0) {
    return this.hear("disconnect", () => true, { deadline, from });
  }

  /** The acknowledgement as it came. */
  answer(event, ...payload) {
    const answered = new Promise((done) => this.socket.emit(event, ...payload, done));
    return within(DEADLINE + 1_000, `the answer to ${event}`, answered);
  }

  /** The data of an acknowledgement that says ok. */
  async ask(event, ...payload) {
    const answer = await this.answer(event, ...payload);
    assert.ok(answer.ok, `${event} was refused: ${JSON.stringify(answer.error)}`);
    return answer.data;
  }

  /** The error of an acknowledgement that says no, with the code that was expected. */
  async refusal(code, event, ...payload) {
    const answer = await this.answer(event, ...payload);
    assert.equal(answer.ok, false, `${event} went through: ${JSON.stringify(answer.data)}`);
    assert.equal(answer.error.code, code, answer.error.message);
    return answer.error;
  }

  async send(channelId, text, more = {}) {
    const sent = await this.ask("send_message", { channelId, text, ...more });
    return sent.message;
  }

  /** The texts of the channel's messages that came live. */
  texts(channel) {
    return this.all("new_message").filter((told) => told.channelId === channel).map((told) => told.message.text);
  }

  leave() {
    this.socket.disconnect();
  }
}
