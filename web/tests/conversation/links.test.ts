// What a message carries beside its text is drawn whatever was written there.
import type { VNode } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Links } from "../../src/conversation/links";
import type { Message } from "../../src/hub";

beforeEach(() => void vi.stubGlobal("location", { origin: "https://hub.example" }));
afterEach(() => void vi.unstubAllGlobals());

/** Draws each link by itself; without a page there is nobody else who would. */
function drawn(attachments: string[]): unknown[] {
  const list = Links({ message: { imageUrl: null, fileUrl: null, attachments } as unknown as Message });
  const items = (list?.props.children ?? []) as VNode<{ children: VNode<{ link: string }> }>[];
  return items.map(({ props: { children } }) => {
    const made = (children.type as (props: { link: string }) => VNode<{ href?: string; children?: unknown }>)(children.props);
    return made.props.href ?? made.props.children;
  });
}

test("a link that is no address stands there as text", () => {
  expect(drawn(["/uploads/a.png", "https://["])).toEqual(["https://hub.example/uploads/a.png", "https://["]);
});
