// The hub against a server that does what a story needs.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { HubError } from "../problem";
import { FAIR, FakeServer } from "./server";
import { open, seqs, texts } from "./world";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test("enters a channel and hears what comes, once and in order", async () => {
  const server = new FakeServer("c");
  server.say("c", "before");
  const client = open(server);
  client.hub.start();
  const joined = client.hub.enter("c");
  await pass(100);
  expect((await joined).head).toBe(1);
  server.say("c", "one");
  server.say("c", "two");
  await pass(100);
  expect(texts(client, "c")).toEqual(["one", "two"]);
  expect(client.phases).toEqual(["connecting", "catching-up", "online"]);
});

test("entering what cannot be read says why", async () => {
  const client = open(new FakeServer());
  client.hub.start();
  const refused = expect(client.hub.enter("nowhere")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await pass(100);
  await refused;
});

test("entering waits for a connection, and stopping ends the wait", async () => {
  const server = new FakeServer("c");
  server.weather = { ...FAIR, refusesConnect: () => "xhr poll error" };
  const client = open(server);
  client.hub.start();
  const refused = expect(client.hub.enter("c")).rejects.toMatchObject({ code: "STOPPED" });
  await pass(5_000);
  client.hub.stop();
  await refused;
});

test("a gap is filled before what is beyond it is told", async () => {
  const server = new FakeServer("c");
  const client = open(server);
  client.hub.start();
  void client.hub.enter("c");
  await pass(100);
  let lost = 1;
  server.weather = { ...FAIR, loses: (what) => what === "event" && lost-- > 0 };
  for (const text of ["one", "two", "three"]) server.say("c", text);
  await pass(100);
  expect(seqs(client, "c")).toEqual([1, 2, 3]);
});

test("a lost last event is found by heads", async () => {
  const server = new FakeServer("c");
  const client = open(server);
  client.hub.start();
  void client.hub.enter("c");
  await pass(100);
  server.weather = { ...FAIR, loses: (what) => what === "event" };
  server.say("c", "one");
  await pass(100);
  expect(seqs(client, "c")).toEqual([]);
  server.heads();
  await pass(100);
  expect(seqs(client, "c")).toEqual([1]);
});

test("after a break all logs are resumed, page after page", async () => {
  const server = new FakeServer("c", "d");
  const client = open(server);
  client.hub.start();
  void client.hub.enter("c");
  client.hub.follow({ d: server.head("d") });
  await pass(100);
  server.cut();
  for (let number = 0; number < 17; number += 1) server.say("c", `${number}`);
  server.say("d", "meanwhile");
  await pass(2_000);
  expect(seqs(client, "c")).toEqual(Array.from({ length: 17 }, (_, place) => place + 1));
  expect(texts(client, "d")).toEqual(["meanwhile"]);
  expect(client.phases.slice(-4)).toEqual(["waiting", "connecting", "catching-up", "online"]);
});

test("too far behind is a reset and goes on from the head", async () => {
  const server = new FakeServer("c");
  const client = open(server);
  client.hub.start();
  void client.hub.enter("c");
  await pass(100);
  server.cut();
  for (let number = 0; number < 50; number += 1) server.say("c", `${number}`);
  await pass(2_000);
  expect(client.resets).toEqual(["c"]);
  server.say("c", "after");
  await pass(100);
  expect(texts(client, "c")).toEqual(["after"]);
});

test("an answer that does not help is not asked for again at once", async () => {
  const server = new FakeServer("c");
  const client = open(server);
  client.hub.start();
  void client.hub.enter("c");
  await pass(100);
  const work = vi.spyOn(server, "work").mockReturnValue({ ok: true, data: { channels: { c: { changes: [] } } } });
  server.weather = { ...FAIR, loses: (what) => what === "event" };
  server.say("c", "one");
  server.heads();
  await pass(10_000);
  expect(work.mock.calls.length).toBeLessThan(10);
  work.mockRestore();
  await pass(20_000);
  expect(texts(client, "c")).toEqual(["one"]);
});

test("another epoch is a reset, also without a break", async () => {
  const server = new FakeServer("c");
  const client = open(server);
  client.hub.start();
  void client.hub.enter("c");
  await pass(100);
  server.renumber("c");
  server.hint("new_message", { channelId: "c", epoch: "e99", seq: 1 });
  await pass(100);
  expect(client.resets).toEqual(["c"]);
  expect(client.hub.position("c")).toEqual(server.head("c"));
});

test("who is put out hears that the channel is gone, and nothing after", async () => {
  const server = new FakeServer("c");
  const client = open(server);
  client.hub.start();
  void client.hub.enter("c");
  await pass(100);
  server.enter("c", "user_left", { userId: "u1", username: "ann", reason: "removed" });
  server.say("c", "about ann");
  await pass(100);
  expect(client.gone).toEqual(["c"]);
  expect(texts(client, "c")).toEqual([]);
  server.enter("u1", "channel_removed", { channel: "c", reason: "removed" });
  await pass(100);
  expect(client.gone).toEqual(["c"]);
});

test("what may be lost is told as it comes", async () => {
  const server = new FakeServer();
  const { hub } = open(server);
  const hints: string[] = [];
  hub.on("hint", ({ event }) => hints.push(event));
  hub.start();
  await pass(100);
  server.hint("user_typing", { channelId: "c" });
  server.hint("something_new", {});
  await pass(100);
  expect(hints).toEqual(["user_typing"]);
});

test("without a connection a question is refused at once", async () => {
  const { hub } = open(new FakeServer());
  await expect(hub.ask("typing", { channelId: "c" })).rejects.toMatchObject({ code: "OFFLINE", retryable: true });
});

test("an expired token at the door is renewed and nobody notices", async () => {
  const server = new FakeServer();
  const asked: boolean[] = [];
  const token = async ({ fresh }: { fresh: boolean }) => (asked.push(fresh), fresh ? "new" : "old");
  server.weather = {
    ...FAIR,
    refusesConnect: () => (asked.length === 1 ? "Authentication error: TOKEN_EXPIRED: the token has expired" : null),
  };
  const client = open(server, { token });
  client.hub.start();
  await pass(100);
  expect(asked).toEqual([false, true]);
  expect(server.tokens).toEqual(["new"]);
  expect(client.phases.at(-1)).toBe("online");
});

test("a session that is over ends with signed-out", async () => {
  const server = new FakeServer();
  server.weather = { ...FAIR, refusesConnect: () => "Authentication error: UNAUTHENTICATED: over" };
  const client = open(server);
  client.hub.start();
  await pass(60_000);
  expect(client.phases.at(-1)).toBe("signed-out");

  const other = open(server, { token: async () => null });
  other.hub.start();
  await pass(100);
  expect(other.phases).toEqual(["connecting", "signed-out"]);
});

test("a token that expires in the middle is renewed once for all who meet it", async () => {
  const server = new FakeServer("c");
  let fresh = 0;
  const token = async (asked: { fresh: boolean }) => (asked.fresh && (fresh += 1), "good");
  const client = open(server, { token });
  client.hub.start();
  await pass(100);
  let expired = true;
  server.weather = { ...FAIR, refuses: (event) => (event === "refresh_auth" ? ((expired = false), null) : expired ? "TOKEN_EXPIRED" : null) };
  const answers = Promise.all([client.hub.ask("typing", { channelId: "c" }), client.hub.ask("stop_typing", { channelId: "c" })]);
  await pass(100);
  await answers;
  expect(fresh).toBe(1);
});

test("a server that is not there is tried again, ever more slowly, and at once when woken", async () => {
  const server = new FakeServer();
  let tries = 0;
  server.weather = { ...FAIR, refusesConnect: () => ((tries += 1), "websocket error") };
  const client = open(server, { random: () => 1 });
  const waits: number[] = [];
  client.hub.on("state", (state) => state.phase === "waiting" && waits.push(state.retryInMs));
  client.hub.start();
  await pass(125_000);
  expect(waits.slice(0, 9)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  const before = tries;
  client.hub.wake();
  await pass(10);
  expect(tries).toBe(before + 1);

  server.weather = FAIR;
  client.hub.wake();
  await pass(35_000);
  expect(client.phases.at(-1)).toBe("online");
  server.cut();
  expect(waits.at(-1)).toBe(500);
});

test("a stopping server is met again within the time that it said", async () => {
  const server = new FakeServer();
  const client = open(server);
  const states: unknown[] = [];
  client.hub.on("state", (state) => states.push(state));
  client.hub.start();
  await pass(100);
  server.hint("server_draining", { reconnectWithinMs: 5_000 });
  await pass(100);
  server.cut(true);
  expect(states.at(-1)).toEqual({ phase: "waiting", retryInMs: 2_500, reason: "draining" });
  await pass(3_000);
  expect(client.phases.at(-1)).toBe("online");
});

test("a server that connects and never greets is left and tried again", async () => {
  const server = new FakeServer();
  const delays = [1, 60_000];
  server.weather = { ...FAIR, delay: () => delays.shift() ?? 1 };
  const client = open(server);
  client.hub.start();
  await pass(9_000);
  expect(client.phases).toEqual(["connecting"]);
  await pass(3_000);
  expect(client.phases).toEqual(["connecting", "waiting", "connecting", "catching-up", "online"]);
});

test("a listener that throws keeps nobody else from hearing", async () => {
  const server = new FakeServer("c");
  const client = open(server);
  const thrown: unknown[] = [];
  const caught = (error: unknown) => thrown.push(error);
  process.on("uncaughtException", caught);
  client.hub.on("state", () => {
    throw new HubError({ code: "X", message: "mine", retryable: false });
  });
  const phases: string[] = [];
  client.hub.on("state", ({ phase }) => phases.push(phase));
  client.hub.start();
  await pass(100);
  expect(phases).toEqual(["connecting", "catching-up", "online"]);
  process.off("uncaughtException", caught);
});
