// What keeps the outbox: the same rules for the browser's database and for memory.
import "fake-indexeddb/auto";
import { afterEach, describe, expect, test, vi } from "vitest";

import { BrowserStore, IndexedStore, MemoryStore, type OutboxStore } from "../outbox-store";

let user = 0;

afterEach(() => void vi.restoreAllMocks());

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

test("what a browser does not keep is in memory, and what it has kept nobody can tell", async () => {
  const store = new BrowserStore();
  const opening = vi.spyOn(indexedDB, "open").mockImplementation(() => {
    throw new Error("not in this window");
  });
  const order = await store.put({ userId: "u", clientMsgId: "one", draft: { channelId: "c" } });
  await expect(store.all("u")).rejects.toThrow("not in this window");
  opening.mockRestore();
  expect((await store.all("u")).length).toBe(1);
  await store.remove(order);
  expect(await store.all("u")).toEqual([]);
});

test("what was kept and cannot be written again is removed from both places", async () => {
  const store = new BrowserStore();
  const kept = { userId: "both", clientMsgId: "one", draft: { channelId: "c" } };
  const order = await store.put(kept);
  const write = vi.spyOn(IndexedStore.prototype, "put").mockRejectedValue(new Error("full"));
  await store.put({ ...kept, order });
  write.mockRestore();
  await store.remove(order);
  expect(await store.all("both")).toEqual([]);
});

test.each([
  ["closed without a word", (database: IDBDatabase) => database.close()],
  ["closed by the browser", (database: IDBDatabase) => database.onclose?.(new Event("close"))],
])("a database that was %s is opened again", async (_, shut) => {
  const opened = vi.spyOn(indexedDB, "open");
  const store = new IndexedStore();
  const userId = `u${(user += 1)}`;
  await store.put({ userId, clientMsgId: "one", draft: { channelId: "c" } });
  shut((opened.mock.results[0]?.value as IDBOpenDBRequest).result);
  expect((await store.all(userId)).length).toBe(1);
  expect(opened).toHaveBeenCalledTimes(2);
});
