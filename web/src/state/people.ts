// The people one meets: their names as they wish to be called, found out once each.
import { signal } from "@preact/signals";
import { api } from "../api/http";
import type { Id, Page, User } from "../api/types";

export const people = signal<ReadonlyMap<Id, User>>(new Map());

const asked = new Set<Id>();
const waiting: Id[] = [];
let running = 0;

export function meet(users: readonly User[]): void {
  if (users.length > 0) people.value = new Map([...people.value, ...users.map((user) => [user.id, user] as const)]);
}

/** The name to show; the username until more is known. */
export function nameOf(id: Id, username: string): string {
  const known = people.value.get(id);
  if (!known) wonder(id);
  return known?.displayName || username;
}

export function pictureOf(id: Id): string | null {
  return people.value.get(id)?.avatarUrl ?? null;
}

/** A first page, which on a small server is everybody. */
export async function meetSome(): Promise<void> {
  const page = await api.get<Page<"users", User>>("/users", { limit: 100 }).catch(() => null);
  if (page) meet(page.users);
}

export async function findPeople(search: string): Promise<User[]> {
  const page = await api.get<Page<"users", User>>("/users", { search, limit: 20 });
  meet(page.users);
  return page.users;
}

function wonder(id: Id): void {
  if (asked.has(id) || people.value.size === 0) return;
  asked.add(id);
  waiting.push(id);
  void work();
}

async function work(): Promise<void> {
  if (running >= 3) return;
  running += 1;
  for (let id = waiting.shift(); id; id = waiting.shift()) {
    const user = await api.get<User>(`/users/${id}`).catch(() => null);
    if (user) meet([user]);
  }
  running -= 1;
}
