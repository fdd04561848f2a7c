// Which lines stand between messages, and that a message keeps its row when it arrives.
import { describe, expect, it } from "vitest";

import { complete, ranked, wordAt } from "../../src/conversation/complete";
import { rightsIn } from "../../src/conversation/rights";
import { keyOf, rows } from "../../src/conversation/rows";
import type { Channel, Message, Pending } from "../../src/hub";

const ANN = "ann";
const reader = { id: ANN, username: "ann", read: null };

function message(seq: number, minute: number, userId = "bob", more: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`, channelId: "c", seq, userId, username: userId, type: "text", text: "x", replyTo: null, threadId: null, mentions: [],
    attachments: [], imageUrl: null, fileUrl: null, clientMsgId: null, revision: 0,
    createdAt: new Date(2026, 5, 1, 12, minute).toISOString(), editedAt: null, deletedAt: null, reactions: [], ...more,
  };
}

describe("rows", () => {
  it("stand together where one person goes on within five minutes", () => {
    const all = rows([message(1, 0), message(2, 4), message(3, 9), message(4, 10, ANN), message(5, 11)], [], reader);
    expect(all.map((row) => row.grouped)).toEqual([false, true, false, false, false]);
  });

  it("begin a day with its name, and say who speaks again", () => {
    const next = message(2, 0, "bob", { createdAt: new Date(2026, 5, 2, 0, 0).toISOString() });
    const late = message(1, 0, "bob", { createdAt: new Date(2026, 5, 1, 23, 59).toISOString() });
    expect(rows([late, next], [], reader).map(({ day, grouped }) => [day, grouped])).toEqual([[true, false], [true, false]]);
  });

  it("have one line above the first message of others that is new", () => {
    const all = rows([message(1, 0), message(2, 1, ANN), message(3, 2), message(4, 3)], [], { ...reader, read: 1 });
    expect(all.map((row) => row.unread)).toEqual([false, false, true, false]);
    expect(rows([message(1, 0)], [], reader)[0]?.unread).toBe(false);
  });

  it("keep their key when what was on its way arrives, and show it once", () => {
    const pending: Pending = { clientMsgId: "intent-0123456789", draft: { channelId: "c", text: "hi" }, status: "sending" };
    const before = rows([], [pending], reader);
    const arrived = message(1, 0, ANN, { clientMsgId: pending.clientMsgId });
    expect(before[0]?.key).toBe(keyOf(arrived, ANN));
    expect(rows([arrived], [pending], reader)).toHaveLength(1);
    expect(keyOf(message(1, 0, "bob", { clientMsgId: pending.clientMsgId }), ANN)).toBe("m1");
  });
});

describe("completing", () => {
  it("begins at a sign that stands by itself", () => {
    expect(wordAt("hi @an", 6)).toEqual({ sign: "@", word: "an", from: 3 });
    expect(wordAt("@", 1)).toEqual({ sign: "@", word: "", from: 0 });
    expect(wordAt("a@an", 4)).toBeNull();
    expect(wordAt("at 10:3", 7)).toBeNull();
    expect(wordAt("so :)", 5)).toBeNull();
    expect(wordAt(":ta", 3)).toEqual({ sign: ":", word: "ta", from: 0 });
    expect(wordAt("@ann rest", 4)).toEqual({ sign: "@", word: "ann", from: 0 });
  });

  it("puts the word in its place and the caret behind it", () => {
    const word = { sign: "@", word: "an", from: 3 } as const;
    expect(complete("hi @an!", word, { label: "", hint: "", insert: "@ann" })).toEqual({ text: "hi @ann !", caret: 8 });
    expect(complete("hi @an x", word, { label: "", hint: "", insert: "@ann" })).toEqual({ text: "hi @ann x", caret: 8 });
  });

  it("offers first what begins with the word", () => {
    expect(ranked(["joanna", "Ann", "bob", "anton"], (name) => [name], "an", 5)).toEqual(["Ann", "anton", "joanna"]);
    expect(ranked(["anna", "ann"], (name) => [name], "an", 1)).toEqual(["anna"]);
  });
});

describe("rights", () => {
  const settings = { everyone: "members", pinning: "admins", polls: true, reactions: true, readOnly: false, slowModeSeconds: 0, uploads: true } as const;
  const channel = (more: Partial<Channel> = {}, set: object = {}): Channel => ({
    id: "c", epoch: "e", type: "text", name: "n", description: null, groupId: "g", isPrivate: false, status: "active",
    settings: { ...settings, ...set }, createdBy: "x", createdAt: "", updatedAt: "", ...more,
  });
  const [own, other] = [message(1, 0, ANN), message(2, 0)];

  it("are those of a member", () => {
    const may = rightsIn(channel(), ANN, false);
    expect([may.post, may.react, may.pin, may.ask, may.edit(own), may.edit(other), may.remove(own), may.remove(other)])
      .toEqual([true, true, false, true, true, false, true, false]);
  });

  it("are more for an admin, though not to edit others", () => {
    const may = rightsIn(channel({}, { readOnly: true }), ANN, true);
    expect([may.post, may.pin, may.edit(other), may.remove(other)]).toEqual([true, true, false, true]);
  });

  it("follow what is set, and end with the channel", () => {
    expect(rightsIn(channel({}, { readOnly: true }), ANN, false).post).toBe(false);
    expect(rightsIn(channel({}, { pinning: "members" }), ANN, false).pin).toBe(true);
    expect(rightsIn(channel({ type: "direct", groupId: null }), ANN, true).remove(other)).toBe(false);
    expect(rightsIn(channel({ type: "direct", groupId: null }), ANN, false).pin).toBe(true);
    const over = rightsIn(channel({ status: "archived" }), ANN, true);
    expect([over.post, over.react, over.pin, over.edit(own), over.remove(other)]).toEqual([false, false, false, false, false]);
  });
});
