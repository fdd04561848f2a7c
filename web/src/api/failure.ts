// Why something asked over REST did not come about. The code is the contract, the sentence is for people.

export class Failure extends Error {
  readonly code: string;
  readonly details: Record<string, string>;
  readonly retryAfterSeconds: number | null;

  constructor(code: string, message: string, details: Record<string, string> = {}, retryAfterSeconds: number | null = null) {
    super(message);
    this.name = "Failure";
    this.code = code;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

type Refusal = { message?: string; error?: { code?: string; message?: string; details?: Record<string, string> } };

export function failureOf(status: number, body: unknown, retryAfter: string | null): Failure {
  const { message, error } = (body ?? {}) as Refusal;
  const code = error?.code ?? (status >= 500 ? "UNAVAILABLE" : "BAD_REQUEST");
  return new Failure(code, error?.message ?? message ?? "", error?.details, retryAfter ? Number(retryAfter) : null);
}

/** Nobody answered at all. */
export function unreachable(): Failure {
  return new Failure("OFFLINE", "");
}
