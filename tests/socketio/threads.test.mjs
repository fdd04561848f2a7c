// What is replied to, kept at hand, asked and passed on, live.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onEveryStore } from "./world.mjs";

onEveryStore("a conversation", {}, (world) => {
  test("with a thread, which everybody sees grow and shrink", async () => {
    const [ann, bob] = await world.people("ann", "bob");
    const { channel } = await world.group(ann, bob);
    const [hers, his] = [await ann.join(channel), await bob.join(channel)];
    const question = await hers.send(channel, "who sings?");
    const reply = await his.send(channel, "me", { threadId: question.id });
    assert.deepEqual([reply.threadId, reply.replyTo], [question.id, question.id]);

    const { thread } = await hers.hear("new_message", ({ message }) => message.id === reply.id);
    assert.deepEqual([thread.rootId, thread.replies, thread.lastReplyId], [question.id, 1, reply.id]);
    const grown = await hers.hear("thread_updated", ({ rootId }) => rootId === question.id);
    assert.deepEqual({ rootId: question.id, ...grown.thread }, thread, "both say the same");

    await his.ask("delete_message", { messageId: reply.id });
    const gone = await hers.hear("message_deleted");
    assert.deepEqual([gone.thread.replies, gone.thread.lastReplyId], [0, undefined]);
    await hers.hear("thread_updated", ({ thread }) => thread.replies === 0);

    const shown = await ann.rest("GET", `/messages/threads/${question.id}`);
    assert.deepEqual([shown.root.thread.replies, shown.messages.map(({ text }) => text)], [0, [null]]);
    const resumed = await hers.ask("resume", { channels: { [channel]: question.seq - 1 } });
    const [root] = resumed.channels[channel].changes;
    assert.equal(root.data.message.thread.seq, gone.seq, "who resumes sees the root as it is now");
  });

  test("of which one follows on all one's devices", async () => {
    const [ann, bob] = await world.people("ann", "bob");
    const { channel } = await world.group(ann, bob);
    const [phone, desk] = [await bob.connect(), await bob.connect()];
    const hers = await ann.join(channel);
    const question = await hers.send(channel, "who sings?");
    const chosen = await phone.ask("follow_thread", { rootId: question.id });
    assert.deepEqual((await desk.hear("thread_followed")).about, chosen);
    assert.equal((await bob.rest("GET", `/messages/threads/${question.id}`)).following, true);
    assert.deepEqual(hers.all("thread_followed"), [], "it is nobody else's business");
  });

  test("of which something is kept at hand", async () => {
    const [ann, bob] = await world.people("ann", "bob");
    const { channel } = await world.group(ann, bob);
    const [hers, his] = [await ann.join(channel), await bob.join(channel)];
    const plan = await his.send(channel, "the plan");
    await his.refusal("FORBIDDEN", "pin_message", { messageId: plan.id });
    await hers.ask("pin_message", { messageId: plan.id });
    const pinned = await his.hear("message_pinned", ({ removed }) => !removed);
    const { pins } = await bob.rest("GET", `/channels/${channel}/pins`);
    assert.deepEqual(pins.map(({ id, pinnedAt }) => [id, pinnedAt]), [[plan.id, pinned.pinnedAt]]);
    await hers.ask("pin_message", { messageId: plan.id, remove: true });
    await his.hear("message_pinned", ({ removed }) => removed);
    assert.deepEqual((await bob.rest("GET", `/channels/${channel}/pins`)).pins, []);
  });

  test("that asks", async () => {
    const [ann, bob] = await world.people("ann", "bob");
    const { channel } = await world.group(ann, bob);
    const [hers, his] = [await ann.join(channel), await bob.join(channel)];
    const asked = await hers.send(channel, "when?", { poll: { options: ["at eight", "at nine"] } });
    const { message } = await his.ask("vote_poll", { messageId: asked.id, options: [1] });
    assert.deepEqual(message.poll.options.map(({ count }) => count), [0, 1]);
    const voted = await hers.hear("poll_voted");
    assert.deepEqual([voted.messageId, voted.options], [asked.id, [1]]);
    await ann.rest("POST", `/messages/${asked.id}/poll/close`);
    await his.hear("poll_closed", ({ messageId }) => messageId === asked.id);
    await his.refusal("CONFLICT", "vote_poll", { messageId: asked.id, options: [0] });
  });

  test("that is passed on is taken back with what was said (S-43)", async () => {
    const [ann, bob] = await world.people("ann", "bob");
    const { channel } = await world.group(ann, bob);
    const { channel: elsewhere } = await world.group(ann);
    const [hers, his] = [await ann.join(elsewhere), await bob.join(channel)];
    const said = await his.send(channel, "zebra");
    const { message } = await ann.rest("POST", `/messages/${said.id}/forward`, { channelId: elsewhere });
    const copy = await hers.hear("new_message", (told) => told.message.id === message.id);
    assert.equal(copy.message.forwarded.text, "zebra");
    await his.ask("delete_message", { messageId: said.id });
    await hers.hear("message_deleted", ({ messageId }) => messageId === message.id, { deadline: 2_000 });
    const history = await ann.rest("GET", `/messages/channel/${elsewhere}`);
    assert.ok(!JSON.stringify(history).includes("zebra"));
  });
});
