// Unsent messages: in order, once, over breaks, reloads and other tabs.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { BrowserStore, MemoryStore } from "../outbox-store";
import { FAIR, FakeServer } from "./server";
import { Browser, open } from "./world";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const draft = (text: string, channelId = "c") => ({ channelId, text });

test("what is sent goes out in order, and its entry takes its place", async () => {
  const server = new FakeServer("c");
  const { hub, entries } = open(server);
  hub.start();
  void hub.enter("c");
  await pass(100);
  const story: string[] = [];
  hub.on("pending", () => story.push(hub.pending("c").map(({ status }) => status).join(" ")));
  hub.on("entry", () => story.push("entry"));
  hub.send(draft("one"));
  await pass(100);
  expect(story.filter((line, place) => line !== story[place - 1])).toEqual(["waiting", "sending", "", "entry"]);
  hub.send(draft("two"));
  hub.send(draft("three"));
  await pass(100);
  expect(server.texts("c")).toEqual(["one", "two", "three"]);
  expect(entries.length).toBe(3);
  expect(hub.unsent).toBe(0);
});

test("an answer that comes before the entry leaves the message in sight until the entry comes", async () => {
  const server = new FakeServer("c");
  const { hub } = open(server);
  hub.start();
  void hub.enter("c");
  await pass(100);
  server.weather = { ...FAIR, loses: (what) => what === "event" };
  hub.send(draft("one"));
  await pass(100);
  expect(hub.pending("c")).toMatchObject([{ status: "sent", message: { seq: 1 } }]);
  expect(hub.unsent).toBe(0);
  server.heads();
  await pass(100);
  expect(hub.pending("c")).toEqual([]);
});

test("a message to a channel that is not followed is done when it is answered", async () => {
  const server = new FakeServer("c");
  const { hub } = open(server);
  hub.start();
  hub.send(draft("one"));
  await pass(100);
  expect(hub.pending("c")).toEqual([]);
  expect(server.texts("c")).toEqual(["one"]);
});

test("what is written without a connection is sent with the next", async () => {
  const server = new FakeServer("c");
  server.weather = { ...FAIR, refusesConnect: () => "websocket error" };
  const { hub } = open(server);
  hub.start();
  for (let number = 0; number < 50; number += 1) hub.send(draft(`${number}`));
  await pass(5_000);
  expect(hub.unsent).toBe(50);
  server.weather = FAIR;
  hub.wake();
  await pass(1_000);
  expect(server.texts("c")).toEqual(Array.from({ length: 50 }, (_, number) => `${number}`));
  expect(hub.unsent).toBe(0);
});

test("a lost answer is asked for with the same id, and nothing is there twice", async () => {
  const server = new FakeServer("c");
  const { hub } = open(server);
  hub.start();
  await pass(100);
  let lost = 1;
  server.weather = { ...FAIR, loses: (what) => what === "answer" && lost-- > 0 };
  const clientMsgId = hub.send(draft("one"));
  await pass(15_000);
  expect(server.texts("c")).toEqual(["one"]);
  expect(server.asked.filter(({ event }) => event === "send_message").map(({ payload }) => payload["clientMsgId"])).toEqual([
    clientMsgId,
    clientMsgId,
  ]);
  expect(clientMsgId).toMatch(/^[A-Za-z0-9_-]{22}$/);
});

test("nothing is sent before it is kept", async () => {
  const server = new FakeServer("c");
  const store = new MemoryStore();
  let kept = () => {};
  const put = store.put.bind(store);
  store.put = async (message) => {
    if (message.draft.text === "two") await new Promise<void>((resolve) => (kept = resolve));
    return put(message);
  };
  const { hub } = open(server, { store });
  hub.start();
  await pass(100);
  server.weather = { ...FAIR, delay: () => 500 };
  hub.send(draft("one"));
  await pass(100);
  hub.send(draft("two"));
  await pass(5_000);
  expect(server.texts("c")).toEqual(["one"]);
  expect(hub.pending("c")).toMatchObject([{ status: "waiting", draft: { text: "two" } }]);
  kept();
  await pass(5_000);
  expect(server.texts("c")).toEqual(["one", "two"]);
});

test("a token that cannot be renewed for a while fails no message", async () => {
  const server = new FakeServer("c");
  let away = true;
  const token = async ({ fresh }: { fresh: boolean }) => {
    if (fresh && away) throw new Error("nobody answers");
    return "good";
  };
  const { hub } = open(server, { token });
  hub.start();
  await pass(100);
  server.weather = { ...FAIR, refuses: (event) => (event === "send_message" && away ? "TOKEN_EXPIRED" : null) };
  hub.send(draft("one"));
  await pass(3_000);
  expect(hub.pending("c")).toMatchObject([{ status: "waiting" }]);
  away = false;
  await pass(60_000);
  expect(server.texts("c")).toEqual(["one"]);
});

test("unsent messages survive a reload, with their ids", async () => {
  const server = new FakeServer("c");
  const browser = new Browser();
  server.weather = { ...FAIR, refusesConnect: () => "websocket error" };
  const before = open(server, {}, browser);
  before.hub.start();
  const ids = [before.hub.send(draft("one")), before.hub.send(draft("two"))];
  await pass(100);
  before.hub.stop();
  server.weather = FAIR;
  const after = open(server, {}, browser);
  await pass(10);
  expect(after.hub.pending("c").map(({ clientMsgId }) => clientMsgId)).toEqual(ids);
  after.hub.start();
  await pass(1_000);
  expect(server.texts("c")).toEqual(["one", "two"]);
});

test("a page that ends between sending and the answer sends nothing twice", async () => {
  const server = new FakeServer("c");
  const browser = new Browser();
  const before = open(server, {}, browser);
  before.hub.start();
  await pass(100);
  server.weather = { ...FAIR, loses: (what) => what === "answer" };
  before.hub.send(draft("one"));
  await pass(100);
  expect(server.texts("c")).toEqual(["one"]);
  before.hub.stop();
  server.weather = FAIR;
  const after = open(server, {}, browser);
  after.hub.start();
  await pass(1_000);
  expect(server.texts("c")).toEqual(["one"]);
  expect(after.hub.unsent).toBe(0);
});

test("a refusal for good stays, lets others pass, and can be tried again or dropped", async () => {
  const server = new FakeServer("c");
  const browser = new Browser();
  const { hub } = open(server, {}, browser);
  hub.start();
  await pass(100);
  server.weather = { ...FAIR, refuses: (event) => (event === "send_message" ? "FORBIDDEN" : null) };
  const [one, two] = [hub.send(draft("one")), hub.send(draft("two"))];
  await pass(100);
  server.weather = FAIR;
  hub.send(draft("three"));
  await pass(60_000);
  expect(server.texts("c")).toEqual(["three"]);
  expect(hub.pending("c")).toMatchObject([
    { clientMsgId: one, status: "failed", problem: { code: "FORBIDDEN" } },
    { clientMsgId: two, status: "failed" },
  ]);
  const reloaded = open(server, {}, browser);
  await pass(10);
  expect(reloaded.hub.pending("c")).toMatchObject([{ status: "failed", problem: { code: "FORBIDDEN" } }, { status: "failed" }]);
  hub.drop(one);
  hub.retry(two);
  await pass(100);
  expect(server.texts("c")).toEqual(["three", "two"]);
  expect(hub.unsent).toBe(0);
  expect(await browser.store.all("u1")).toEqual([]);
  expect(reloaded.hub.unsent).toBe(0);
});

test("a channel that has to wait does not keep the others waiting", async () => {
  const server = new FakeServer("slow", "quick");
  const { hub } = open(server);
  hub.start();
  await pass(100);
  let slow = true;
  server.weather = { ...FAIR, refuses: (event) => (event === "send_message" && slow ? ((slow = false), "RATE_LIMITED") : null) };
  hub.send(draft("one", "slow"));
  hub.send(draft("two", "quick"));
  await pass(100);
  expect(server.texts("quick")).toEqual(["two"]);
  expect(server.texts("slow")).toEqual([]);
  await pass(1_000);
  expect(server.texts("slow")).toEqual(["one"]);
});

test("of two tabs one sends at a time, and both see what is unsent", async () => {
  const server = new FakeServer("c");
  const browser = new Browser();
  server.weather = { ...FAIR, refusesConnect: () => "websocket error" };
  const [left, right] = [open(server, {}, browser), open(server, {}, browser)];
  left.hub.start();
  right.hub.start();
  for (let number = 0; number < 10; number += 1) (number % 2 ? left : right).hub.send(draft(`${number}`));
  await pass(100);
  expect([left.hub.unsent, right.hub.unsent]).toEqual([10, 10]);
  server.weather = FAIR;
  left.hub.wake();
  right.hub.wake();
  await pass(2_000);
  expect(server.texts("c").toSorted()).toEqual(Array.from({ length: 10 }, (_, number) => `${number}`));
  expect(server.asked.filter(({ event }) => event === "send_message").length).toBe(10);
  expect([left.hub.unsent, right.hub.unsent]).toEqual([0, 0]);
});

test("a tab without a connection has its messages sent by another", async () => {
  const server = new FakeServer("c");
  const browser = new Browser();
  const lonely = open(server, { token: () => new Promise(() => {}) }, browser);
  const other = open(server, {}, browser);
  lonely.hub.start();
  other.hub.start();
  await pass(100);
  lonely.hub.send(draft("help"));
  await pass(100);
  expect(server.texts("c")).toEqual(["help"]);
  expect(lonely.hub.unsent).toBe(0);
});

test("forgetting leaves nothing behind", async () => {
  const server = new FakeServer("c");
  const browser = new Browser();
  const { hub } = open(server, {}, browser);
  hub.send(draft("one"));
  await pass(10);
  await hub.forget();
  expect(hub.pending("c")).toEqual([]);
  expect(await browser.store.all("u1")).toEqual([]);
});

test("a store that could not be read is read again with the next connection", async () => {
  const server = new FakeServer("c");
  const browser = new Browser();
  server.weather = { ...FAIR, refusesConnect: () => "websocket error" };
  const before = open(server, {}, browser);
  before.hub.send(draft("one"));
  await pass(10);
  before.hub.stop();
  const read = vi.spyOn(browser.store, "all").mockRejectedValue(new Error("unreadable"));
  const after = open(server, {}, browser);
  await pass(10);
  expect(after.hub.pending("c")).toEqual([]);
  read.mockRestore();
  server.weather = FAIR;
  after.hub.start();
  await pass(1_000);
  expect(server.texts("c")).toEqual(["one"]);
});

test("a store that cannot be read keeps nothing that is known from being sent", async () => {
  const server = new FakeServer("c");
  const browser = new Browser();
  const { hub } = open(server, {}, browser);
  hub.send(draft("one"));
  await pass(10);
  vi.spyOn(browser.store, "all").mockRejectedValue(new Error("unreadable"));
  hub.start();
  await pass(1_000);
  expect(server.texts("c")).toEqual(["one"]);
});

test("a browser that keeps nothing still sends", async () => {
  const server = new FakeServer("c");
  const { hub } = open(server, { store: new BrowserStore() });
  hub.start();
  hub.send(draft("one"));
  await pass(100);
  expect(server.texts("c")).toEqual(["one"]);
  expect(hub.unsent).toBe(0);
});

test("what was sent and cannot be removed is not failed", async () => {
  const server = new FakeServer("c");
  const store = new MemoryStore();
  store.remove = () => Promise.reject(new Error("read only"));
  const { hub } = open(server, { store });
  const seen = new Set<string>();
  hub.on("pending", () => hub.pending("c").forEach(({ status }) => seen.add(status)));
  hub.start();
  void hub.enter("c");
  await pass(100);
  server.weather = { ...FAIR, loses: (what) => what === "event" };
  hub.send(draft("one"));
  await pass(1_000);
  expect(server.texts("c")).toEqual(["one"]);
  expect([...seen]).toEqual(["waiting", "sending", "sent"]);
});

test("a lock that is refused keeps nothing from being sent later", async () => {
  const server = new FakeServer("c");
  const browser = new Browser();
  let refusals = 1;
  const tabs: typeof browser.tabs = (heard) => {
    const made = browser.tabs(heard);
    return { ...made, alone: (work) => (refusals-- > 0 ? Promise.reject(new Error("no lock")) : made.alone(work)) };
  };
  const { hub } = open(server, { tabs }, browser);
  hub.start();
  await pass(100);
  hub.send(draft("one"));
  await pass(60_000);
  expect(server.texts("c")).toEqual(["one"]);
});
