// A question that nobody answers ends, as one that could not be asked does.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { send } from "../../src/api/http";

let giveUp: AbortController;

beforeEach(() => {
  giveUp = new AbortController();
  vi.spyOn(AbortSignal, "timeout").mockReturnValue(giveUp.signal);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Answers nothing until it is given up. */
function untilGivenUp<T>(signal: AbortSignal | null | undefined): Promise<T> {
  return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
}

test("an answer that does not come within 15 seconds", async () => {
  vi.stubGlobal("fetch", (_: string, { signal }: RequestInit) => untilGivenUp(signal));
  const asked = send("GET", "/users/me", undefined, null);
  giveUp.abort();
  await expect(asked).rejects.toMatchObject({ name: "Failure", code: "OFFLINE" });
  expect(AbortSignal.timeout).toHaveBeenCalledWith(15_000);
});

test("an answer that breaks off", async () => {
  const json = () => Promise.reject(new DOMException("", "TimeoutError"));
  vi.stubGlobal("fetch", async () => ({ ok: true, status: 200, headers: new Headers(), json }));
  await expect(send("GET", "/users/me", undefined, null)).rejects.toMatchObject({ name: "Failure", code: "OFFLINE" });
});
