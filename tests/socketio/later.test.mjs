// What is planned comes about in its time and once, whatever becomes of the server meanwhile.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { within } from "./wait.mjs";
import { onEveryStore } from "./world.mjs";

const soon = (wait) => new Date(Date.now() + wait).toISOString();

onEveryStore("what is planned", {}, (world) => {
  test("is sent and told while its author is there", async () => {
    const [ann, bob] = await world.people("ann", "bob");
    const { channel } = await world.group(ann, bob);
    const [hers, his] = [await ann.connect(), await bob.join(channel)];
    const planned = await ann.rest("POST", "/scheduled-messages", {
      channelId: channel,
      dueAt: soon(1_500),
      text: "slack water",
    });
    const { message } = await his.hear("new_message", ({ channelId }) => channelId === channel);
    assert.deepEqual([message.text, message.userId], ["slack water", ann.id]);
    const { about } = await hers.hear("scheduled_updated", ({ about }) => about.state === "sent");
    assert.deepEqual(about, { id: planned.id, state: "sent", messageId: message.id });
    const reminder = await bob.rest("POST", "/reminders", { messageId: message.id, dueAt: soon(1_500) });
    const due = await his.hear("reminder_due");
    assert.equal(due.about.id, reminder.id);
    await his.hear("notification", ({ about }) => about.id === `t-${reminder.id}`);
    assert.deepEqual(his.all("scheduled_updated"), [], "nobody else is told");
  });

  test("comes about once though the server is killed before and after", async () => {
    const [ann, bob] = await world.people("ann", "bob");
    const { channel } = await world.group(ann, bob);
    const dueAt = soon(1_500);
    await ann.rest("POST", "/scheduled-messages", { channelId: channel, dueAt, text: "slack water" });
    await bob.rest("POST", "/reminders", { text: "the tide", dueAt });
    await world.kill();
    // The server must not be there in that moment, and nothing else says when it is over.
    await pause(Math.max(0, Date.parse(dueAt) - Date.now()));
    await world.start();
    const sent = async () => (await bob.rest("GET", `/messages/channel/${channel}`)).messages;
    const reminded = async () => (await bob.rest("GET", "/client/notifications?kind=reminder")).notifications;
    const done = async () => (await bob.rest("GET", "/reminders?done=true")).reminders;
    await until("the message", async () => (await sent()).length > 0);
    await until("the reminder", async () => (await done()).length > 0);
    await world.kill();
    await world.start();
    const next = await ann.rest("POST", "/scheduled-messages", { channelId: channel, dueAt: soon(1_000), text: "flood" });
    await until("what is due next", async () => (await sent()).some(({ text }) => text === "flood"));
    assert.deepEqual((await sent()).map(({ text }) => text).sort(), ["flood", "slack water"]);
    assert.equal((await reminded()).length, 1);
    const left = (await ann.rest("GET", "/scheduled-messages")).scheduledMessages;
    assert.deepEqual(left.filter(({ id }) => id !== next.id), []);
  });
});

/** Asks until it is so, or it takes too long. */
function until(what, isSo) {
  const asking = async () => {
    while (!(await isSo())) await pause(50);
  };
  return within(20_000, what, asking());
}
