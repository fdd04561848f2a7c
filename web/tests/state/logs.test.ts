// An open channel: what was asked for before it jumped, was reset or was lost changes nothing of what is there after.
import { beforeEach, expect, test, vi } from "vitest";

import { api } from "../../src/api/http";
import type { Hub } from "../../src/hub";
import type { Message } from "../../src/hub/wire";
import { ChannelLog } from "../../src/state/logs";

vi.mock("../../src/api/http", () => ({ api: { get: vi.fn() } }));

interface Asked {
  query: Record<string, number>;
  answer: (from: number, to: number) => Promise<void>;
  fail: () => Promise<void>;
}

const HEAD = 500;
let asked: Asked[] = [];

const page = (from: number, to: number) => ({
  messages: Array.from({ length: to - from + 1 }, (_, place) => ({ id: `m${from + place}`, seq: from + place }) as Message),
  head: HEAD,
  hasMoreBefore: from > 1,
  hasMoreAfter: to < HEAD,
});

const settled = () => new Promise<void>((resolve) => setTimeout(resolve));

/** A question of which the test decides when, and what, it is answered. */
function question(query: Record<string, number> = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const answer = (from: number, to: number) => (resolve({ ...page(from, to), channel: { id: "c" } }), settled());
    const fail = () => (reject({ code: "UNAVAILABLE" }), settled());
    asked.push({ query, answer, fail });
  });
}

beforeEach(() => {
  asked = [];
  vi.mocked(api.get).mockImplementation((_, query) => question(query as Record<string, number>) as Promise<never>);
});

const shown = (log: ChannelLog) => [log.stretch.messages.value[0]?.seq, log.stretch.messages.value.at(-1)?.seq];

async function entered(): Promise<ChannelLog> {
  const log = new ChannelLog({ enter: () => question() } as unknown as Hub, "c");
  void log.open();
  await asked[0]?.answer(451, 500);
  expect([log.phase.value, ...shown(log)]).toEqual(["ready", 451, 500]);
  return log;
}

test("a page that comes after a jump is dropped, and the next one is of where one is", async () => {
  const log = await entered();
  void log.older();
  void log.around(100);
  await asked[2]?.answer(75, 124);
  await asked[1]?.answer(401, 450);
  expect(shown(log)).toEqual([75, 124]);
  expect(log.stretch.messages.value.length).toBe(50);
  void log.older();
  await asked[3]?.answer(25, 74);
  expect([asked[3]?.query["before"], ...shown(log)]).toEqual([75, 25, 124]);
});

test("so is one that was asked for while the jump was on its way", async () => {
  const log = await entered();
  void log.around(100);
  void log.older();
  await asked[1]?.answer(75, 124);
  await asked[2]?.answer(401, 450);
  expect(log.stretch.messages.value.length).toBe(50);
});

test("of two jumps the later one holds, in whatever order they come", async () => {
  const log = await entered();
  void log.around(100);
  void log.around(300);
  await asked[2]?.answer(275, 324);
  await asked[1]?.answer(75, 124);
  expect(shown(log)).toEqual([275, 324]);
});

test("what comes after a reset is of the log before it", async () => {
  const log = await entered();
  void log.around(100);
  void log.reset();
  await asked[1]?.answer(75, 124);
  expect([log.phase.value, log.stretch.messages.value.length]).toEqual(["loading", 0]);
  await asked[2]?.answer(451, 500);
  expect([log.phase.value, ...shown(log)]).toEqual(["ready", 451, 500]);
});

test("what is gone stays gone, whatever comes or fails late", async () => {
  for (const late of ["answer", "fail"] as const) {
    asked = [];
    const log = await entered();
    void log.reset();
    log.leave();
    await asked[1]?.[late](451, 500);
    expect([log.phase.value, log.stretch.messages.value.length]).toEqual(["gone", 0]);
  }
});

test("a channel that could not be read anew is entered again when one tries again", async () => {
  const log = await entered();
  void log.reset();
  await asked[1]?.fail();
  expect(log.phase.value).toBe("failed");
  void log.open();
  await asked[2]?.answer(451, 500);
  expect([log.phase.value, ...shown(log)]).toEqual(["ready", 451, 500]);
});
