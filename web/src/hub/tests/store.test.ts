// What keeps the outbox: the same rules for the browser's database and for memory.
import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";

import { BrowserStore, IndexedStore, MemoryStore, type OutboxStore } from "../outbox-store";

let user = 0;

describe.each([
  ["IndexedDB", () => new IndexedStore()],
  ["memory", () => new MemoryStore()],
  ["the browser's", () => new BrowserStore()],
] as [string, () => OutboxStore][])("%s", (_, make) => {
  test("keeps in order what one user wrote, changes it in place, and lets go of it", async () => {
    const store = make();
    const [ann, ben] = [`u${(user += 1)}`, `u${(user += 1)}`];
    const kept = (userId: string, clientMsgId: string) => ({ userId, clientMsgId, draft: { channelId: "c", text: clientMsgId } });
    const first = await store.put(kept(ann, "one"));
    await store.put(kept(ben, "other"));
    await store.put(kept(ann, "two"));
    const problem = { code: "FORBIDDEN", message: "", retryable: false };
    expect(await store.put({ ...kept(ann, "one"), order: first, problem })).toBe(first);
    expect((await store.all(ann)).map(({ clientMsgId, problem }) => [clientMsgId, problem?.code])).toEqual([
      ["one", "FORBIDDEN"],
      ["two", undefined],
    ]);
    await store.remove(first);
    expect((await store.all(ann)).map(({ clientMsgId }) => clientMsgId)).toEqual(["two"]);
    await store.clear(ann);
    expect(await store.all(ann)).toEqual([]);
    expect((await store.all(ben)).length).toBe(1);
  });
});

test("a browser that keeps nothing still sends", async () => {
  const store = new BrowserStore();
  const open = indexedDB.open;
  indexedDB.open = () => {
    throw new Error("not in this window");
  };
  const order = await store.put({ userId: "u", clientMsgId: "one", draft: { channelId: "c" } });
  expect((await store.all("u")).length).toBe(1);
  await store.remove(order);
  expect(await store.all("u")).toEqual([]);
  indexedDB.open = open;
});
