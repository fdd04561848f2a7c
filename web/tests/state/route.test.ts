// Whoever comes through a link to the sign-in goes on within the house.
import { expect, test } from "vitest";

import { ownPath } from "../../src/state/route";

test("only a path of ours is gone to after signing in", () => {
  for (const to of ["/", "/c/1/m/2", "/settings?x=//y"]) expect(ownPath(to)).toBe(to);
  for (const to of [null, "", "c/1", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/evil.example"]) {
    expect(ownPath(to), String(to)).toBe("/");
  }
});
