// What a message is after each event, told in the very words of the server: the golden events of fixtures/.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import type { ChannelEntry, Message } from "../../src/hub/wire";
import { append, fold, join } from "../../src/state/fold";

function golden(name: ChannelEntry["event"], change: object = {}): ChannelEntry {
  const text = readFileSync(new URL(`../../../fixtures/events/${name}.json`, import.meta.url), "utf8");
  return { event: name, data: { ...JSON.parse(text), ...change } } as ChannelEntry;
}

const ANN = "656565656565656565656503";
const BOB = "656565656565656565656505";
const ROOT = "656565656565656565656504";
const said = golden("new_message");
const message = (said.data as { message: Message }).message;
const root: Message = { ...message, id: ROOT, seq: 2, threadId: null, reactions: [] };

function after(...entries: ChannelEntry[]): Message {
  return entries.reduce(fold, fold([], said))[0] as Message;
}

describe("folding", () => {
  it("begins with what was said", () => {
    expect(fold([], said)).toEqual([message]);
  });

  it("changes what it says by an edit", () => {
    expect(after(golden("message_edited"))).toEqual({
      ...message, text: "shall we?", revision: 2, editedAt: "2023-11-14T22:13:20.000Z", mentions: [ANN], everyone: "channel",
    });
  });

  it("calls whom an edit calls, and whom it called before where the edit does not say", () => {
    const called = after(golden("message_edited", { mentions: [ANN, BOB], everyone: "here" }));
    expect(called).toMatchObject({ mentions: [ANN, BOB], everyone: "here" });
    const edit = golden("message_edited");
    const { mentions: _, everyone: __, ...silent } = edit.data as typeof edit.data & { mentions?: string[]; everyone?: string };
    const as = { ...edit, data: silent } as ChannelEntry;
    expect(fold([called], as)[0]).toMatchObject({ mentions: [ANN, BOB], everyone: "here" });
    const none = fold([called], golden("message_edited", { mentions: [], everyone: undefined }))[0];
    expect([none?.mentions, none?.everyone]).toEqual([[], undefined]);
  });

  it("leaves a place without content after a deletion, for ever", () => {
    const gone = after(golden("message_deleted"));
    expect(gone).toMatchObject({ text: null, attachments: [], reactions: [], mentions: [], seq: 7, deletedAt: "2023-11-14T22:13:20.000Z" });
    expect(gone.everyone).toBeUndefined();
    expect(after(golden("message_deleted"), golden("message_edited"), golden("reaction_updated"))).toEqual(gone);
  });

  it("counts who reacts, each once", () => {
    const all = after(golden("reaction_updated", { userId: ROOT }), golden("reaction_updated", { userId: ROOT })).reactions;
    expect(all).toEqual([{ reaction: "👍", count: 3, userIds: [ANN, BOB, ROOT] }]);
    const none = after(golden("reaction_updated", { removed: true }), golden("reaction_updated", { removed: true, userId: BOB }));
    expect(none.reactions).toEqual([]);
  });

  it("pins and unpins", () => {
    expect(after(golden("message_pinned"))).toMatchObject({ pinnedAt: "2023-11-14T22:13:20.000Z", pinnedBy: ANN });
    expect(after(golden("message_pinned"), golden("message_pinned", { removed: true }))).toEqual(message);
  });

  it("takes the later of two votes of one person", () => {
    const option = (text: string) => ({ text, count: 0, userIds: [] });
    const asked = golden("new_message", { message: { ...message, poll: { options: ["a", "b", "c"].map(option), multiple: true, closesAt: null, closedAt: null } } });
    const voted = [golden("poll_voted"), golden("poll_voted", { options: [1] }), golden("poll_closed")].reduce(fold, fold([], asked))[0];
    expect(voted?.poll?.options.map((one) => one.userIds)).toEqual([[], [ANN], []]);
    expect(voted?.poll?.closedAt).toBe("2023-11-14T22:13:20.000Z");
  });

  it("sums up the thread at its root, and the later summary holds", () => {
    const [begun] = fold([root], said);
    expect(begun?.thread).toMatchObject({ replies: 2, seq: 7 });
    expect(begun?.thread).not.toHaveProperty("rootId");
    const late = golden("message_deleted", { thread: { rootId: ROOT, replies: 9, seq: 3 } });
    expect(fold([begun as Message], late)[0]?.thread?.replies).toBe(2);
  });

  it("keeps the same list where nothing changes", () => {
    const list = [message];
    for (const name of ["user_joined", "user_left", "member_updated", "channel_updated", "channel_deleted"] as const) {
      expect(fold(list, golden(name))).toBe(list);
    }
    expect(fold(list, golden("message_edited", { messageId: ROOT }))).toBe(list);
  });
});

describe("stretches of a log", () => {
  const at = (seq: number, text = "") => ({ ...message, id: String(seq), seq, text });
  it("come together in order, and the newer reading holds", () => {
    expect(join([at(1), at(2, "old")], [at(2, "new"), at(3)]).map((one) => [one.seq, one.text])).toEqual([[1, ""], [2, "new"], [3, ""]]);
    expect(join([], [at(4)])).toHaveLength(1);
  });

  it("take a message once, wherever it belongs", () => {
    const list = [at(1), at(5)];
    expect(append(list, at(3)).map((one) => one.seq)).toEqual([1, 3, 5]);
    expect(append(list, at(5, "again")).map((one) => one.text)).toEqual(["", "again"]);
  });
});
