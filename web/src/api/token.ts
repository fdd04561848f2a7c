// The access token: held in memory alone, renewed before it runs out by the refresh token, which no script can read.
import { Failure } from "./failure";
import { send } from "./http";
import type { SignedIn } from "./types";

type Listener = (signedIn: SignedIn | null) => void;

let current: string | null = null;
let renewal: Promise<SignedIn> | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<Listener>();

export function token(): string | null {
  return current;
}

/** Hears of every new token, and with null of the end of the session. */
export function onToken(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Takes on what a sign-in answered. */
export function keep(signedIn: SignedIn): void {
  current = signedIn.accessToken;
  clearTimeout(timer);
  // At three quarters of its life, so that a slow network does not matter.
  timer = setTimeout(() => void refresh().catch(() => undefined), signedIn.expiresIn * 750);
  for (const listener of listeners) listener(signedIn);
}

export function forget(): void {
  current = null;
  clearTimeout(timer);
  for (const listener of listeners) listener(null);
}

/** A token that is not `stale`: the one another question has just fetched, or a new one. */
export async function freshToken(stale: string): Promise<string> {
  if (current && current !== stale) return current;
  return (await refresh()).accessToken;
}

/** One renewal at a time, in this tab and, by a lock, in all: a refresh token is good for one use. */
export function refresh(): Promise<SignedIn> {
  renewal ??= alone(() => send<SignedIn>("POST", "/auth/refresh", {}, null))
    .then((signedIn) => {
      keep(signedIn);
      return signedIn;
    })
    .catch((problem: unknown) => {
      if (problem instanceof Failure && isOver(problem)) forget();
      throw problem;
    })
    .finally(() => {
      renewal = null;
    });
  return renewal;
}

function isOver(problem: Failure): boolean {
  return ["UNAUTHENTICATED", "VALIDATION_FAILED", "FORBIDDEN", "NOT_FOUND"].includes(problem.code);
}

function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? (navigator.locks.request("hubbub.refresh", work) as Promise<T>) : work();
}
