// What is heard while the places are read is not lost in the answer, and counted once.
import { beforeEach, expect, test, vi } from "vitest";

import { all } from "../../src/api/pages";
import type { Entry } from "../../src/hub/wire";
import { apply, forgetPlaces, loadPlaces, places, unreadIn } from "../../src/state/mine";
import { me } from "../../src/state/session";

vi.mock("../../src/api/pages", () => ({ all: vi.fn() }));

const ANN = "a".repeat(24);
const channel = (id: string) => ({ id, epoch: "e", head: 5, unread: 1, mentions: 0, groupId: null, name: id });

function entry(event: string, seq: number, data: object, log = ANN): Entry {
  return { event, data: { channelId: log, epoch: "e", seq, ...data } } as unknown as Entry;
}

const said = (seq: number) => entry("new_message", seq, { message: { channelId: "slipway", userId: "b", createdAt: "2026-06-01T09:00:00.000Z", mentions: [] } }, "slipway");

let answer: () => void;

beforeEach(() => {
  forgetPlaces();
  me.value = { id: ANN } as typeof me.value & object;
  vi.mocked(all).mockImplementation((path) => new Promise((resolve) => {
    if (path === "/groups/my-groups") resolve([]);
    else answer = () => resolve([channel("slipway"), channel("quay")] as never);
  }));
});

test("channels that come and go meanwhile", async () => {
  const loading = loadPlaces();
  apply(entry("channel_added", 1, { channel: channel("mole") }));
  apply(entry("channel_removed", 2, { channel: "quay", reason: "left" }));
  answer();
  await loading;
  expect([...places.value.channels.keys()]).toEqual(["slipway", "mole"]);
});

test("what is said meanwhile, unless the answer counts it", async () => {
  const loading = loadPlaces();
  apply(said(5));
  apply(said(6));
  answer();
  await loading;
  expect(unreadIn("slipway").unread).toBe(2);
  apply(said(7));
  expect(unreadIn("slipway").unread).toBe(3);
});
