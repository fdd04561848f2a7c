// A stretch against the whole log: whatever is read and heard in whatever order, it shows what the log says.
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { ChannelEntry, Message } from "../../src/hub/wire";
import { fold } from "../../src/state/fold";
import { MOST, Stretch } from "../../src/state/stretch";

function said(seq: number): ChannelEntry {
  const message = {
    id: `m${seq}`, channelId: "c", seq, userId: "u", username: "u", type: "text", text: `said ${seq}`, replyTo: null, threadId: null,
    mentions: [], attachments: [], imageUrl: null, fileUrl: null, clientMsgId: null, revision: 0,
    createdAt: "2026-01-01T00:00:00.000Z", editedAt: null, deletedAt: null, reactions: [],
  } satisfies Message;
  return { event: "new_message", data: { channelId: "c", epoch: "e", seq, message } };
}

function edited(seq: number, of: number): ChannelEntry {
  return { event: "message_edited", data: { channelId: "c", epoch: "e", seq, messageId: `m${of}`, text: `edited at ${seq}`, revision: seq, editedAt: "" } };
}

/** A log of which every third entry changes an earlier one. */
function log(length: number): ChannelEntry[] {
  return Array.from({ length }, (_, place) => {
    const seq = place + 1;
    return seq % 3 === 0 ? edited(seq, (seq * 7) % (seq - 1) || 1) : said(seq);
  });
}

function shown(entries: readonly ChannelEntry[]): readonly Message[] {
  return entries.reduce<readonly Message[]>(fold, []);
}

describe("a stretch", () => {
  it("shows what the log says, however late a page comes", () => {
    const steps = fc.array(fc.oneof(
      fc.record({ is: fc.constant("hear" as const), count: fc.integer({ min: 1, max: 8 }) }),
      fc.record({ is: fc.constant("older" as const), late: fc.nat(6) }),
      fc.record({ is: fc.constant("newer" as const), late: fc.nat(6) }),
      fc.record({ is: fc.constant("around" as const), late: fc.nat(6), at: fc.nat(100) }),
    ), { maxLength: 40 });
    fc.assert(fc.property(steps, (all) => {
      const entries = log(400);
      const stretch = new Stretch();
      let heard = 30;
      const hear = (count: number) => entries.slice(heard, (heard += count)).forEach((entry) => stretch.hear(entry));
      // A page as the server reads it at this moment; it arrives after `late` further entries.
      const page = (pick: (messages: readonly Message[]) => readonly Message[], late: number) => {
        const whole = shown(entries.slice(0, heard));
        const messages = pick(whole);
        const head = heard;
        hear(late);
        return {
          messages, head,
          before: whole.length > 0 && whole[0]?.seq !== messages[0]?.seq,
          after: whole.at(-1)?.seq !== messages.at(-1)?.seq,
        };
      };
      stretch.show(page((whole) => whole.slice(-5), 0));
      for (const step of all) {
        const first = stretch.messages.value[0]?.seq ?? 0;
        const last = stretch.messages.value.at(-1)?.seq ?? 0;
        if (step.is === "hear") hear(step.count);
        else if (step.is === "older" && stretch.before.value) {
          stretch.prepend(page((whole) => whole.filter((one) => one.seq < first).slice(-5), step.late));
        } else if (step.is === "newer" && stretch.after.value) {
          stretch.append(page((whole) => whole.filter((one) => one.seq > last).slice(0, 5), step.late));
        } else if (step.is === "around") {
          stretch.show(page((whole) => whole.slice(step.at % whole.length, (step.at % whole.length) + 5), step.late));
        }
        const whole = shown(entries.slice(0, heard));
        const from = stretch.messages.value[0]?.seq ?? 0;
        const to = stretch.after.value ? (stretch.messages.value.at(-1)?.seq ?? 0) : Infinity;
        expect(stretch.messages.value).toEqual(whole.filter((one) => one.seq >= from && one.seq <= to));
        if (!stretch.before.value) expect(from).toBe(1);
      }
    }), { numRuns: 300 });
  });

  it("does not grow for ever", () => {
    const stretch = new Stretch();
    for (let seq = 1; seq <= MOST + 600; seq += 1) stretch.hear(said(seq));
    expect(stretch.messages.value.length).toBeLessThanOrEqual(MOST + 500);
    expect(stretch.before.value).toBe(true);
    const older = Array.from({ length: 50 }, (_, place) => (said(place + 1).data as { message: Message }).message);
    stretch.prepend({ messages: older, head: MOST + 600, before: false, after: true });
    stretch.prepend({ messages: older, head: MOST + 600, before: false, after: true });
    expect(stretch.messages.value[0]?.seq).toBe(1);
  });
});
