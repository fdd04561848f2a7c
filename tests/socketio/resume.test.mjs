// Being away, coming back, and missing nothing.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { onEveryStore } from "./world.mjs";

const quick = { HUBBUB_EVENTS_PER_SECOND: "10000", HUBBUB_EVENTS_BURST: "10000" };

onEveryStore("coming back", quick, (world) => {
  test("with positions at the handshake misses nothing", async () => {
    const { hers, his, bob, channel } = await room();
    const before = await hers.send(channel, "before");
    const { epoch } = await his.ask("join_channel", { channelId: channel });
    his.leave();
    const away = [await hers.send(channel, "away 1"), await hers.send(channel, "away 2")];
    await hers.ask("edit_message", { messageId: before.id, text: "before, edited" });
    await hers.ask("delete_message", { messageId: away[0].id });

    const back = await bob.connect({ resume: { channels: { [channel]: { epoch, seq: before.seq } } } });
    const resumed = (await back.hear("resumed")).channels[channel];
    assert.deepEqual([resumed.more, resumed.head, resumed.upto], [false, before.seq + 4, before.seq + 4]);
    assert.deepEqual(positions(resumed.changes), [1, 2, 3, 4].map((step) => before.seq + step));
    assert.deepEqual(
      resumed.changes.map(({ event }) => event),
      ["new_message", "new_message", "message_edited", "message_deleted"],
    );
    assert.ok(!JSON.stringify(resumed).includes("away 1"), "what was deleted meanwhile is not told");

    const live = await hers.send(channel, "live");
    await back.hear("new_message", ({ message }) => message.id === live.id);
    assert.deepEqual(back.texts(channel), ["live"], "what was caught up with is not told again");
  });

  test("works by the event and by joining alike", async () => {
    const { hers, bob, channel } = await room();
    const before = await hers.send(channel, "before");
    await hers.send(channel, "away");
    const [one, other] = [await bob.connect(), await bob.connect()];
    const { channels } = await one.ask("resume", { channels: { [channel]: before.seq } });
    const { channel: view, ...joined } = await other.ask("join_channel", { channelId: channel, after: before.seq });
    assert.deepEqual(joined, channels[channel]);
    assert.equal(view.id, channel);
    assert.deepEqual(positions(joined.changes), [before.seq + 1]);
  });

  test("in the middle of a rush leaves no gap and no overlap", async () => {
    const { hers, bob, channel } = await room();
    const start = await hers.send(channel, "start");
    let talking = true;
    const rush = (async () => {
      while (talking) await Promise.all([1, 2, 3, 4, 5].map((n) => hers.send(channel, `rush ${n}`)));
    })();
    let position = start.seq;
    for (const transport of ["websocket", "polling", "websocket", "polling", "websocket", "polling"]) {
      const client = await bob.connect({ transports: [transport] });
      let caught;
      let changes = [];
      do {
        const after = changes.at(-1)?.data.seq ?? position;
        caught = await client.ask("join_channel", { channelId: channel, after });
        assert.ok(caught.changes, JSON.stringify(caught.reset));
        changes = changes.concat(caught.changes);
      } while (caught.more);
      await client.hear("new_message", ({ seq }) => seq > caught.upto + 20);
      const heard = client.heard.filter(({ data }) => data?.channelId === channel && data.seq).map(({ data }) => data.seq);
      const seqs = [...positions(changes), ...heard];
      assert.deepEqual(seqs, seqs.map((_, step) => position + 1 + step), `over ${transport}`);
      position = seqs.at(-1);
      client.leave();
    }
    talking = false;
    await rush;
  });

  test("after much was said gets it in pages", async () => {
    const { hers, bob, channel } = await room();
    const start = await hers.send(channel, "start");
    await said(hers, channel, 650);
    const client = await bob.connect();
    const changes = [];
    for (const [page, more] of [[300, true], [300, true], [54, false]]) {
      const after = changes.at(-1)?.data.seq ?? start.seq;
      const caught = await client.ask("join_channel", { channelId: channel, after });
      assert.deepEqual([caught.changes.length, caught.more, caught.upto], [page, more, after + page]);
      changes.push(...caught.changes);
      if (!more) continue;
      const meanwhile = await hers.send(channel, "not live yet");
      await hers.ask("delete_message", { messageId: meanwhile.id });
    }
    assert.deepEqual(client.texts(channel), [], "nothing is told live before all is caught up with");
    assert.deepEqual(positions(changes), changes.map((_, step) => start.seq + 1 + step));
  });

  test("from where one cannot come is told to start again", async () => {
    const { hers, bob, channel } = await room();
    const start = await hers.send(channel, "start");
    const { epoch } = await hers.ask("join_channel", { channelId: channel });
    const client = await bob.connect();
    const from = async (place) => (await client.ask("resume", { channels: { [channel]: place } })).channels[channel];

    assert.deepEqual(await from({ epoch: "another", seq: start.seq }), { reset: { epoch, head: start.seq, reason: "epoch" } });
    assert.deepEqual(await from({ epoch, seq: start.seq + 1 }), { reset: { epoch, head: start.seq, reason: "ahead" } });
    const live = await hers.send(channel, "heard after a reset");
    await client.hear("new_message", ({ message }) => message.id === live.id);

    await said(hers, channel, 1_001);
    const far = await from({ epoch, seq: start.seq });
    assert.deepEqual(far, { reset: { epoch, head: live.seq + 1_001, reason: "too_far_behind" } });
    const near = await from({ epoch, seq: live.seq + 1 });
    assert.equal(near.changes.length, 300);
  });

  test("to a channel that one may not read finds it gone", async () => {
    const { ann, hers, bob, channel } = await room();
    const secret = await world.channel(ann, await groupOf(ann, channel), { isPrivate: true });
    const sent = await hers.send(secret, "between us");
    await hers.send(channel, "for everybody");
    const nowhere = "0".repeat(24);
    const client = await bob.connect({ resume: { channels: { [secret]: 0, [nowhere]: 0, [hersOwn(ann)]: 0, [channel]: 0 } } });
    const { channels } = await client.hear("resumed");
    for (const log of [secret, nowhere, hersOwn(ann)]) assert.deepEqual(channels[log], { gone: true });
    assert.ok(channels[channel].changes.length > 0);
    assert.ok(!JSON.stringify(channels).includes(sent.text));

    await hers.send(secret, "still between us");
    const fence = await hers.send(channel, "fence");
    await client.hear("new_message", ({ message }) => message.id === fence.id);
    assert.deepEqual(client.texts(secret), []);
  });

  test("to one's own log misses nothing either", async () => {
    const { ann, bob } = await room();
    const client = await bob.connect();
    const { log } = client.all("welcome")[0];
    client.leave();
    const group = await world.group(ann);
    await bob.rest("POST", `/groups/${group.id}/join`);
    const back = await bob.connect({ resume: { channels: { [bob.id]: { epoch: log.epoch, seq: log.head } } } });
    const resumed = (await back.hear("resumed")).channels[bob.id];
    const added = resumed.changes.filter(({ event }) => event === "channel_added").map(({ data }) => data.channel.id);
    assert.ok(added.includes(group.channel));
    await bob.rest("POST", `/groups/${group.id}/leave`);
    await back.hear("channel_removed", (told) => told.channel === group.channel);
  });

  test("to nothing of what was left", async () => {
    const { hers, his, channel } = await room();
    await his.ask("leave_channel", { channelId: channel });
    await hers.send(channel, "you cannot hear this");
    await hers.ask("typing", { channelId: channel });
    const { head } = await his.ask("join_channel", { channelId: channel });
    const fence = await hers.send(channel, "fence");
    assert.equal(fence.seq, head + 1);
    await his.hear("new_message", ({ message }) => message.id === fence.id);
    assert.deepEqual(his.texts(channel), ["fence"]);
    assert.deepEqual(his.all("user_typing"), []);
    await his.ask("leave_channel", { channelId: channel });
    await his.ask("leave_channel", { channelId: channel });
  });

  test("joining without an answer brings the newest messages by an event", async () => {
    const { hers, bob, channel } = await room();
    for (let number = 1; number <= 60; number++) await hers.send(channel, `message ${number}`);
    const client = await bob.connect();
    client.socket.emit("join_channel", { channelId: channel, channelName: "as old clients do" });
    const previous = await client.hear("previous_messages");
    assert.equal(previous.channelId, channel);
    assert.deepEqual(previous.messages.map(({ text }) => text), Array.from({ length: 50 }, (_, at) => `message ${at + 11}`));
  });

  async function room() {
    const [ann, bob] = await world.people("ann", "bob");
    const { channel } = await world.group(ann, bob);
    return { ann, bob, channel, hers: await ann.join(channel), his: await bob.join(channel) };
  }

  async function groupOf(person, channel) {
    return { id: (await person.rest("GET", `/channels/${channel}`)).groupId };
  }

  const hersOwn = (person) => person.id;
  const positions = (changes) => changes.map(({ data }) => data.seq);

  async function said(client, channel, count) {
    for (let at = 0; at < count; at += 50) {
      const some = Array.from({ length: Math.min(50, count - at) }, (_, n) => `message ${at + n}`);
      await Promise.all(some.map((text) => client.send(channel, text, { clientMsgId: randomUUID() })));
    }
  }
});
