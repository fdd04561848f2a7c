// What one has read and what one is told of, in step over one's devices.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onEveryStore } from "./world.mjs";

onEveryStore("attention", {}, (world) => {
  test("what one device reads, the other knows, and what is unread is counted", async () => {
    const [ann, bob] = await world.people("ann", "bob");
    const { channel } = await world.group(ann, bob);
    const hers = await ann.join(channel);
    const [phone, desk] = [await bob.connect(), await bob.connect()];
    const said = [];
    for (const text of ["one", "two", "three"]) said.push(await hers.send(channel, text));
    assert.equal((await count(bob, channel)).unread, 3);

    const marked = await phone.ask("mark_read", { channelId: channel, seq: said[1].seq });
    assert.deepEqual([marked.seq, marked.unread], [said[1].seq, 1]);
    const told = await desk.hear("read_updated", ({ about }) => about.channelId === channel);
    assert.equal(told.about.seq, said[1].seq);
    const back = await phone.ask("mark_read", { channelId: channel, seq: 1 });
    assert.equal(back.seq, said[1].seq, "a marker never goes back");
    await bob.rest("POST", `/channels/${channel}/read`, { seq: said[2].seq });
    await desk.hear("read_updated", ({ about }) => about.seq === said[2].seq);
    assert.equal((await count(bob, channel)).unread, 0);
    assert.deepEqual(hers.all("read_updated"), [], "nobody else is told");
  });

  test("devices that sit elsewhere hear how much is unread, and when it is read", async () => {
    const [ann, bob, eve] = await world.people("ann", "bob", "eve");
    const { channel } = await world.group(ann, bob);
    const hers = await ann.join(channel);
    const [away, there, foreign] = [await bob.connect(), await bob.join(channel), await eve.connect()];
    await hers.send(channel, "one");
    const second = await hers.send(channel, `two, @${bob.name}`);
    const unread = (count, mentions = 0) => ({ channels: { [channel]: told } }) =>
      told?.unread === count && told.mentions === mentions;
    const told = await away.hear("unread_updated", unread(2, 1));
    assert.deepEqual(told, { channels: { [channel]: { head: second.seq, unread: 2, mentions: 1 } } });
    await there.ask("mark_read", { channelId: channel, seq: second.seq });
    await away.hear("unread_updated", unread(0));
    const third = await hers.send(channel, "three");
    await away.hear("unread_updated", unread(1));
    await ann.rest("DELETE", `/messages/${third.id}`);
    await away.hear("unread_updated", unread(0));
    for (const chat of [there, foreign, hers]) assert.deepEqual(chat.all("unread_updated"), []);
  });

  test("who is mentioned is told on every device, and reads it on one", async () => {
    const [ann, bob] = await world.people("ann", "bob");
    const { channel } = await world.group(ann, bob);
    const hers = await ann.join(channel);
    const [phone, desk] = [await bob.connect(), await bob.connect()];
    const said = await hers.send(channel, `@${bob.name}: shall we sing?`);
    assert.deepEqual(said.mentions, [bob.id]);
    for (const device of [phone, desk]) {
      const { about } = await device.hear("notification");
      assert.deepEqual([about.kind, about.messageId, about.username], ["mention", said.id, ann.name]);
    }
    assert.equal((await count(bob, channel)).mentions, 1);
    const { notifications } = await bob.rest("GET", "/client/notifications?unread=true");
    assert.deepEqual(notifications[0].message, said);
    await bob.rest("PUT", `/client/notifications/${notifications[0].id}/read`);
    const { about } = await desk.hear("notifications_updated");
    assert.deepEqual(about, { ids: [notifications[0].id], read: true });
    assert.equal((await bob.rest("GET", "/client/notifications/unread-count")).count, 0);
    assert.deepEqual(hers.all("notification"), [], "nobody else is told");
  });
});

async function count(person, channel) {
  const { channels } = await person.rest("GET", "/messages/unread-counts");
  return channels.find(({ channelId }) => channelId === channel);
}
