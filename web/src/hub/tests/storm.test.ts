// Whatever a server and a line do: every entry once and in order, every message sent once and in order.
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { FAIR, FakeServer, type Weather } from "./server";
import { Browser, open, seqs, texts } from "./world";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const CHANNELS = ["c", "d"];
const REFUSALS = ["UNAVAILABLE", "UNKNOWN", "RATE_LIMITED", "TOKEN_EXPIRED"];

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("say"), channel: fc.constantFrom(...CHANNELS), times: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("send"), channel: fc.constantFrom(...CHANNELS), times: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("pass"), ms: fc.integer({ min: 0, max: 20_000 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cut"), byServer: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("heads") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("renumber"), channel: fc.constantFrom(...CHANNELS), byServer: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reload") }) },
);
type Step = { kind: string; channel?: string; times?: number; ms?: number; byServer?: boolean };

/** Weather in which, by chance, one thing in so many goes wrong. */
function storm(seed: number, one: number): Weather {
  let state = seed;
  const chance = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const bad = () => chance() * one < 1;
  return {
    delay: () => Math.floor(chance() * 40),
    loses: bad,
    repeats: bad,
    refuses: (event) => (bad() && event !== "refresh_auth" ? (REFUSALS[Math.floor(chance() * REFUSALS.length)] ?? null) : null),
    refusesConnect: () => (bad() ? "Authentication error: UNAVAILABLE: the store does not answer" : null),
  };
}

test("nothing is lost, doubled or out of order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.nat(), fc.integer({ min: 3, max: 30 }), run),
    { numRuns: Number(process.env["HUBBUB_STORMS"] ?? 150) },
  );
}, 120_000);

async function run(steps: Step[], seed: number, one: number): Promise<void> {
  const server = new FakeServer(...CHANNELS);
  const browser = new Browser();
  const begin = () => {
    const client = open(server, {}, browser);
    client.hub.start();
    client.hub.follow(Object.fromEntries(CHANNELS.map((id) => [id, server.head(id)])));
    return client;
  };
  let client = begin();
  const written = new Map<string, string[]>(CHANNELS.map((id) => [id, []]));
  const checked: (typeof client)[] = [];
  server.weather = storm(seed, one);
  let count = 0;
  for (const { kind, channel = "c", times = 1, ms = 0, byServer = false } of steps) {
    if (kind === "pass") await vi.advanceTimersByTimeAsync(ms);
    // History goes back only while the server is away.
    if (kind === "cut" || kind === "renumber") server.cut(byServer);
    if (kind === "heads") server.heads();
    if (kind === "renumber") server.renumber(channel);
    for (let time = 0; time < times; time += 1) {
      if (kind === "say") server.say(channel, `said ${(count += 1)}`);
      if (kind !== "send") continue;
      const text = `sent ${(count += 1)}`;
      written.get(channel)?.push(text);
      client.hub.send({ channelId: channel, text });
    }
    if (kind === "reload") {
      // A page writes before it ends; what it could not write nobody was shown as written.
      await vi.advanceTimersByTimeAsync(5);
      client.hub.stop();
      checked.push(client);
      client = begin();
    }
  }
  server.weather = FAIR;
  await vi.advanceTimersByTimeAsync(100_000);
  server.heads();
  await vi.advanceTimersByTimeAsync(60_000);

  for (const id of CHANNELS) {
    const sent = server.texts(id).filter((text) => text.startsWith("sent"));
    expect(sent).toEqual(written.get(id));
    expect(client.hub.position(id)).toEqual(server.head(id));
    for (const one of [...checked, client]) inOrder(one, id);
    const heard = texts(client, id);
    if (!client.resets.includes(id)) expect(heard).toEqual(server.texts(id).slice(server.texts(id).length - heard.length));
  }
  expect(client.hub.unsent).toBe(0);
  expect(client.hub.state.phase).toBe("online");
  client.hub.stop();
}

/** Without a reset each place is one more than the last; with one it is at least later. */
function inOrder(client: ReturnType<typeof open>, id: string): void {
  const places = seqs(client, id);
  const steps = places.slice(1).map((seq, place) => seq - (places[place] ?? 0));
  if (client.resets.includes(id)) expect(steps.every((by) => by > 0)).toBe(true);
  else expect(steps.every((by) => by === 1)).toBe(true);
}
