// Where a link may lead, and that one that leads nowhere is no failure.
import { expect, test } from "vitest";

import { address } from "../../src/text/address";

const HERE = "https://hub.example";

test("a link of a message is read from where the page is", () => {
  expect(address("/uploads/a.png", HERE)).toBe("https://hub.example/uploads/a.png");
  expect(address("https://other.example/a", HERE)).toBe("https://other.example/a");
  expect(address("javascript:alert(1)", HERE)).toBeUndefined();
});

test("what is no address leads nowhere", () => {
  for (const link of ["https://[", "http://a b", "https://:0x", "//"]) expect(address(link, HERE), link).toBeUndefined();
});
