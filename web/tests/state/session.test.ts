// Whoever signs out leaves nothing unsent behind on this machine.
import "fake-indexeddb/auto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { IndexedStore } from "../../src/hub/outbox-store";
import { hub, keepConnected } from "../../src/state/connection";
import { me, signIn, signOut, signOutEverywhere } from "../../src/state/session";

const ANN = { id: "a".repeat(24), username: "ann" };
const nobody = { connected: false, open: () => undefined, close: () => undefined, emit: () => undefined };

vi.mock("../../src/hub/transport", () => ({ socketLine: () => () => nobody }));

beforeAll(() => {
  const answer = (path: string) => (path.endsWith("/login") ? { user: ANN, accessToken: "t", expiresIn: 900 } : { users: [] });
  vi.stubGlobal("fetch", async (path: string) => new Response(JSON.stringify({ data: answer(path) })));
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("document", new EventTarget());
  vi.stubGlobal("navigator", {});
  keepConnected();
});
afterAll(() => void vi.unstubAllGlobals());

test.each([["here", signOut], ["everywhere", signOutEverywhere]])("signing out %s", async (_, out) => {
  await signIn("ann", "correct horse");
  hub.value?.send({ channelId: "c", text: "a secret" });
  const kept = () => new IndexedStore().all(ANN.id);
  await vi.waitFor(async () => expect((await kept()).length).toBe(1));
  await out();
  expect(me.value).toBeNull();
  expect(await kept()).toEqual([]);
});
