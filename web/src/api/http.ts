// Asks the server over REST. An access token that ran out is renewed and the question asked once more.
import { Failure, failureOf, unreachable } from "./failure";
import { freshToken, token } from "./token";

export { Failure } from "./failure";

/** How long an answer may take, in milliseconds; after that nobody answered. */
const PATIENCE = 15_000;

type Query = Record<string, string | number | boolean | null | undefined>;

/** Of a path whose parameters are left out where they are empty. */
export function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  if (given.length === 0) return path;
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const used = token();
  try {
    return await send<T>(method, path, body, used);
  } catch (problem) {
    const stale = problem instanceof Failure && (problem.code === "TOKEN_EXPIRED" || problem.code === "UNAUTHENTICATED");
    if (!stale || !used) throw problem;
    return send<T>(method, path, body, await freshToken(used));
  }
}

/** One question, with the token given; for those who deal with tokens themselves. */
export async function send<T>(method: string, path: string, body: unknown, bearer: string | null): Promise<T> {
  const headers: Record<string, string> = {};
  if (bearer) headers["authorization"] = `Bearer ${bearer}`;
  if (body !== undefined || method !== "GET") headers["content-type"] = "application/json";
  const response = await fetch(`/api${path}`, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE),
  }).catch(() => {
    throw unreachable();
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw failureOf(response.status, answer, response.headers.get("retry-after"));
  // It broke off on its way.
  if (answer === null) throw unreachable();
  return (answer as { data: T }).data;
}

export const api = {
  get: <T>(path: string, query: Query = {}) => ask<T>("GET", withQuery(path, query)),
  post: <T>(path: string, body: unknown = {}) => ask<T>("POST", path, body),
  put: <T>(path: string, body: unknown = {}) => ask<T>("PUT", path, body),
  delete: <T>(path: string) => ask<T>("DELETE", path),
};
