// What went wrong, in words for whoever sits in front of it.
import { t, type Key } from "../words";
import { toast } from "./toast";

const said: Partial<Record<string, Key>> = {
  OFFLINE: "problem_offline",
  UNAVAILABLE: "problem_unavailable",
  UNKNOWN: "problem_unavailable",
  INTERNAL: "problem_internal",
  FORBIDDEN: "problem_forbidden",
  NOT_FOUND: "problem_not_found",
  UNAUTHENTICATED: "problem_unauthenticated",
};

/** What REST refuses and what a socket refuses look alike. */
type Refusal = { code: string; message: string; details?: Record<string, string>; retryAfterSeconds?: number | null };

const isRefusal = (problem: unknown): problem is Refusal => problem instanceof Error && "code" in problem;

export function sentence(problem: unknown): string {
  if (!isRefusal(problem)) return t("problem_internal");
  if (problem.code === "RATE_LIMITED") return limited(problem);
  const key = said[problem.code];
  return key ? t(key as "problem_offline") : capital(problem.message) || t("problem_internal");
}

/** What the server says of the single fields of a form. */
export function reasons(problem: unknown): Record<string, string> {
  if (!isRefusal(problem)) return {};
  return Object.fromEntries(Object.entries(problem.details ?? {}).map(([field, reason]) => [field, capital(String(reason))]));
}

/** Does something and tells where it failed; true if it came about. */
export async function attempt(work: Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await work;
    if (done) toast(done);
    return true;
  } catch (problem) {
    toast(sentence(problem), "bad");
    return false;
  }
}

function limited({ retryAfterSeconds: seconds }: Refusal): string {
  return seconds ? t("problem_limited_for", { seconds: String(Math.ceil(seconds)) }) : t("problem_limited");
}

const capital = (text: string) => text.charAt(0).toLocaleUpperCase() + text.slice(1);
