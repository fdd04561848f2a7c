// What can go wrong with a question, as an error that knows whether to ask again.
import type { Problem } from "./wire";

export class HubError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly details: Record<string, string> | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(problem: Problem) {
    super(problem.message);
    this.name = "HubError";
    this.code = problem.code;
    this.retryable = problem.retryable;
    this.details = problem.details;
    this.retryAfterMs = problem.retryAfterMs;
  }

  /** There is no connection, so nothing was asked. */
  static offline(): HubError {
    return new HubError({ code: "OFFLINE", message: "there is no connection", retryable: true });
  }

  /** Asked and not answered: it may have been done or not (contract D-02). */
  static unknown(): HubError {
    return new HubError({ code: "UNKNOWN", message: "there was no answer", retryable: true });
  }

  static stopped(): HubError {
    return new HubError({ code: "STOPPED", message: "the hub was stopped", retryable: false });
  }

  /** Over a new connection, with a new token, the same question may succeed. */
  get passes(): boolean {
    return this.retryable || this.code === "TOKEN_EXPIRED" || this.code === "UNAUTHENTICATED";
  }
}
