// Who types is told at once, and not with every key.
import { expect, test, vi } from "vitest";
import type { Hub } from "../../src/hub";
import { Typing } from "../../src/state/typing";

function room() {
  const asked: string[] = [];
  const ask = (event: string) => {
    asked.push(event);
    return Promise.resolve({});
  };
  const hub = { on: () => () => undefined, ask } as unknown as Hub;
  return { asked, typing: new Typing(hub, "c", "me") };
}

test("the first key on a young page is told", () => {
  const clock = vi.spyOn(performance, "now").mockReturnValue(5);
  const { asked, typing } = room();
  typing.type();
  typing.type();
  expect(asked).toEqual(["typing"]);
  clock.mockReturnValue(3_100);
  typing.type();
  expect(asked).toEqual(["typing", "typing"]);
  clock.mockRestore();
});

test("what was not told is not taken back", () => {
  const { asked, typing } = room();
  typing.stop();
  typing.type();
  typing.stop();
  typing.stop();
  expect(asked).toEqual(["typing", "stop_typing"]);
});
