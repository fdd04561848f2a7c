// The line to the server: socket.io-client behind an interface so small that a test can be the server.
import { io, type Socket } from "socket.io-client";

import type { Answer } from "./wire";

/** How long an answer may take; after that it counts as unknown (contract D-02). */
export const PATIENCE = 10_000;

export interface LineEvents {
  connected(): void;
  /** The server said no, or nobody is there; the message is the server's where it has one. */
  refused(message: string): void;
  /** `byServer`: it ended this session and would not take it back as it was. */
  disconnected(byServer: boolean): void;
  heard(event: string, data: unknown): void;
}

export interface Line {
  readonly connected: boolean;
  open(token: string): void;
  close(): void;
  /** Calls back exactly once, and before anything that arrives later is heard; with null if there is no answer. */
  emit(event: string, payload: object, answered: (answer: Answer | null) => void): void;
}

export type Dial = (events: LineEvents) => Line;

/** Lines over socket.io-client to this address, or to the server that the page came from. */
export function socketLine(url: string | undefined): Dial {
  return (events) => new SocketLine(url, events);
}

class SocketLine implements Line {
  readonly #socket: Socket;
  #token = "";

  constructor(url: string | undefined, events: LineEvents) {
    const options = {
      autoConnect: false,
      forceNew: true,
      // The hub decides when to come back.
      reconnection: false,
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      auth: (send: (auth: object) => void) => send({ token: this.#token }),
    };
    this.#socket = url === undefined ? io(options) : io(url, options);
    this.#socket.on("connect", () => events.connected());
    this.#socket.on("connect_error", (error) => events.refused(error.message));
    this.#socket.on("disconnect", (reason) => {
      if (reason !== "io client disconnect") events.disconnected(reason === "io server disconnect");
    });
    this.#socket.onAny((event: string, data: unknown) => events.heard(event, data));
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  open(token: string): void {
    this.#token = token;
    this.#socket.connect();
  }

  close(): void {
    this.#socket.disconnect();
  }

  emit(event: string, payload: object, answered: (answer: Answer | null) => void): void {
    // socket.io-client would keep it and send it after the next connect, when nobody waits for it.
    if (!this.connected) return answered(null);
    this.#socket.timeout(PATIENCE).emit(event, payload, (late: Error | null, answer: Answer) => {
      answered(late ? null : answer);
    });
  }
}
