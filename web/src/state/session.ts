// Who is signed in here, and how one comes and goes.
import { signal } from "@preact/signals";
import { api, send } from "../api/http";
import { forget, keep, onToken, refresh, token } from "../api/token";
import type { SignedIn, User } from "../api/types";
import { recall, remember } from "./keep";

/** Undefined until it is known. */
export const me = signal<User | null | undefined>(undefined);

onToken((signedIn) => {
  remember("signed-in", signedIn ? "yes" : null);
  me.value = signedIn?.user ?? null;
});

/** Takes up the session that this browser has, if it has one. A server that does not answer is asked again. */
export async function resumeSession(wait = 500): Promise<void> {
  if (!recall("signed-in")) {
    me.value = null;
    return;
  }
  await refresh().catch(() => {
    if (me.value === undefined) setTimeout(() => void resumeSession(Math.min(wait * 2, 15_000)), wait * (0.5 + Math.random()));
  });
}

export type Account = { username: string; email: string; password: string };

export async function signIn(name: string, password: string): Promise<void> {
  const who = name.includes("@") ? { email: name } : { username: name };
  keep(await send<SignedIn>("POST", "/auth/login", { ...who, password }, null));
}

export async function register(account: Account): Promise<void> {
  keep(await send<SignedIn>("POST", "/auth/register", account, null));
}

/** Becomes the first administrator with the token of the link that the server printed. */
export async function claim(claimToken: string, account: Account): Promise<void> {
  keep(await send<SignedIn>("POST", "/auth/claim", { token: claimToken, ...account }, null));
}

export async function signOut(): Promise<void> {
  await api.post("/auth/logout").catch(() => undefined);
  await leave();
}

export async function signOutEverywhere(): Promise<void> {
  await api.post("/auth/logout-all");
  await leave();
}

type Farewell = () => Promise<void> | undefined;
const farewells = new Set<Farewell>();

/** What is thrown away when one signs out, and not when a session merely ends: the next one here may be somebody else. */
export function onSignOut(farewell: Farewell): void {
  farewells.add(farewell);
}

async function leave(): Promise<void> {
  await Promise.allSettled([...farewells].map((farewell) => farewell()));
  forget();
}

export async function changePassword(currentPassword: string, newPassword: string): Promise<void> {
  keep(await api.put<SignedIn>("/auth/change-password", { currentPassword, newPassword }));
}

export async function changeProfile(change: Partial<Pick<User, "displayName" | "bio" | "email" | "avatarUrl">> & { currentPassword?: string }): Promise<void> {
  me.value = await api.put<User>("/users/me", change);
}

/** For those who connect: a token that holds, or null where nobody is signed in. */
export async function accessToken(fresh: boolean): Promise<string | null> {
  if (token() && !fresh) return token();
  return refresh().then((signedIn) => signedIn.accessToken, (problem: unknown) => {
    if (!token()) return null;
    throw problem;
  });
}
