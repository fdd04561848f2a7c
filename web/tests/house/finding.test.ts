// Finding one's way: addresses, a few letters of a name, initials.
import { describe, expect, it } from "vitest";
import { rank } from "../../src/pages/rank";
import { match } from "../../src/state/route";
import { initials } from "../../src/ui/avatar";

describe("addresses", () => {
  it.each([
    ["/g/:group", "/g/abc", { group: "abc" }],
    ["/g/:group/members", "/g/abc/members", { group: "abc" }],
    ["/g/:group", "/g/abc/members", null],
    ["/g/:group", "/g/", null],
    ["/g/:group", "/g/a%2Fb", null],
    ["/search", "/search", {}],
  ])("%s of %s", (pattern, path, found) => {
    expect(match(pattern, path)).toEqual(found);
  });
});

describe("the switcher", () => {
  const named = (name: string, weight = 0, about = "") => ({ name, weight, about });
  const names = (typed: string, ...items: ReturnType<typeof named>[]) => rank(items, typed).map((item) => item.name);

  it("puts whole names first, then beginnings, words, parts, letters in order", () => {
    const items = ["cabin", "a b", "bay", "xb", "b"].map((name) => named(name));
    expect(names("b", ...items)).toEqual(["b", "bay", "a b", "cabin", "xb"]);
  });

  it("decides between equals by what weighs more", () => {
    expect(names("", named("quiet"), named("unread", 4))).toEqual(["unread", "quiet"]);
  });

  it("sees no difference in case and accents, and takes # and @ for what they are", () => {
    expect(names("#CAFE", named("café"))).toEqual(["café"]);
    expect(names("@ann", named("Anna Lind", 0, "@annl"), named("Bob"))).toEqual(["Anna Lind"]);
  });

  it("finds nothing for what fits nothing", () => {
    expect(names("zz", named("general"))).toEqual([]);
  });
});

describe("initials", () => {
  it.each([
    ["Ann Lee", "AL"],
    ["ines", "I"],
    ["Leila ليلى", "L"],
    ["Олександр", "О"],
    ["👩‍🚀 moon", "M"],
    ["", "?"],
  ])("of %s are %s", (name, letters) => {
    expect(initials(name)).toBe(letters);
  });
});
