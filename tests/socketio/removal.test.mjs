// Who is removed hears nothing more, and who never belonged hears nothing at all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onEveryStore } from "./world.mjs";

const quick = { HUBBUB_EVENTS_PER_SECOND: "10000", HUBBUB_EVENTS_BURST: "10000" };

onEveryStore("a removal", quick, (world) => {
  const removals = {
    "being kicked out of the group": {
      reason: "removed",
      remove: (ga, group, eve) => ga.rest("DELETE", `/groups/${group.id}/members/${eve.id}`),
    },
    "leaving the group": {
      reason: "left",
      remove: (ga, group, eve) => eve.rest("POST", `/groups/${group.id}/leave`),
    },
    "being banned from the channel": {
      reason: "banned",
      remove: (ga, group, eve) =>
        ga.rest("POST", `/channels/${group.channel}/bans`, { userId: eve.id, reason: "too loud" }),
    },
    "being deactivated": {
      reason: "deactivated",
      remove: (ga, group, eve) => world.root.rest("DELETE", `/users/${eve.id}`),
      ended: true,
    },
  };

  for (const [what, { reason, remove, ended }] of Object.entries(removals)) {
    for (const transport of ["websocket", "polling"]) {
      test(`${what} is exact over ${transport}`, async () => {
        const [ga, ann, eve] = await world.people("ga", "ann", "eve");
        const group = await world.group(ga, ann, eve);
        const hers = await ann.join(group.channel);
        const tabs = [await eve.join(group.channel, { transports: [transport] }), await eve.join(group.channel)];

        const talk = speaking(hers, group.channel);
        await tabs[0].hear("new_message");
        await remove(ga, group, eve);
        const left = await hers.hear("user_left", ({ userId }) => userId === eve.id);
        assert.deepEqual([left.reason, left.username], [reason, eve.name]);
        await talk.until(left.seq + 50);
        await hers.ask("typing", { channelId: group.channel });

        for (const tab of tabs) {
          if (ended) {
            await tab.gone(2_000);
          } else {
            const removed = await tab.hear("channel_removed", ({ channel }) => channel === group.channel);
            assert.deepEqual([removed.channelId, removed.reason], [eve.id, reason]);
            await refusedEverything(tab, group.channel);
          }
          const seqs = tab.heard.filter(({ data }) => data?.channelId === group.channel && data.seq).map(({ data }) => data.seq);
          if (ended) assert.ok(seqs.at(-1) <= left.seq, "nothing is heard after the departure");
          else assert.equal(seqs.at(-1), left.seq, "the departure is the last that is heard");
          assert.deepEqual(tab.all("user_typing"), []);
        }
      });
    }
  }

  /** Also serves as the fence: its answers come after all that was told before. */
  async function refusedEverything(client, channel) {
    await client.refusal("NOT_FOUND", "send_message", { channelId: channel, text: "let me in" });
    await client.refusal("NOT_FOUND", "join_channel", { channelId: channel });
    await client.refusal("NOT_FOUND", "typing", { channelId: channel });
    await client.refusal("NOT_FOUND", "get_channel_users", { channelId: channel });
    const { channels } = await client.ask("resume", { channels: { [channel]: 0 } });
    assert.deepEqual(channels[channel], { gone: true });
  }

  /** Messages one after the other until told otherwise. */
  function speaking(client, channel) {
    let last = Infinity;
    const talking = (async () => {
      for (let seq = 0; seq < last; ) ({ seq } = await client.send(channel, "blah"));
    })();
    return {
      until(seq) {
        last = seq;
        return talking;
      },
    };
  }

  test("from a private channel leaves the rest of the group", async () => {
    const [ga, eve] = await world.people("ga", "eve");
    const group = await world.group(ga, eve);
    const secret = await world.channel(ga, group, { isPrivate: true });
    const his = await eve.join(group.channel);
    await his.refusal("NOT_FOUND", "join_channel", { channelId: secret });
    await ga.rest("POST", `/channels/${secret}/members`, { userId: eve.id });
    const added = await his.hear("channel_added", ({ channel }) => channel.id === secret);
    assert.equal(added.channelId, eve.id);
    await his.ask("join_channel", { channelId: secret });

    await ga.rest("DELETE", `/channels/${secret}/members/${eve.id}`);
    await his.hear("channel_removed", ({ channel }) => channel === secret);
    await refusedEverything(his, secret);
    const hers = await ga.join(group.channel);
    await hers.send(secret, "without you");
    const fence = await hers.send(group.channel, "fence");
    await his.hear("new_message", ({ message }) => message.id === fence.id);
    assert.deepEqual(his.texts(secret), []);
  });

  test("by the end of a channel takes everybody out", async () => {
    const [ga, eve] = await world.people("ga", "eve");
    const group = await world.group(ga, eve);
    const clients = [await ga.join(group.channel), await eve.join(group.channel)];
    await ga.rest("DELETE", `/channels/${group.channel}`);
    for (const client of clients) {
      await client.hear("channel_deleted", ({ channelId }) => channelId === group.channel);
      await client.refusal("NOT_FOUND", "send_message", { channelId: group.channel, text: "hello?" });
    }
  });

  test("ends when a ban is lifted", async () => {
    const [ga, eve] = await world.people("ga", "eve");
    const group = await world.group(ga, eve);
    const his = await eve.join(group.channel);
    await ga.rest("POST", `/channels/${group.channel}/bans`, { userId: eve.id, reason: "too loud" });
    await his.hear("channel_removed");
    await ga.rest("DELETE", `/channels/${group.channel}/bans/${eve.id}`);
    await his.hear("channel_added", ({ channel }) => channel.id === group.channel);
    await his.ask("join_channel", { channelId: group.channel });
    await his.send(group.channel, "sorry");
  });
});

onEveryStore("a stranger", quick, (world) => {
  test("hears nothing of 200 actions in a group (S-37)", async () => {
    const [ga, alice, bob, carol, mallory] = await world.people("ga", "alice", "bob", "carol", "mallory");
    const group = await world.group(ga, alice, bob);
    const other = await world.group(carol, mallory);
    const own = await world.person("oscar");
    const strangers = [await carol.join(other.channel), await mallory.join(other.channel), await own.connect()];
    const known = new Set([carol.id, mallory.id, own.id, other.channel]);

    await twoHundredActions(group, ga, alice, bob);

    const fence = await strangers[0].send(other.channel, "fence");
    await strangers[1].hear("new_message", ({ message }) => message.id === fence.id);
    await strangers[2].ask("get_online_users");
    for (const stranger of strangers) {
      for (const { name, data } of stranger.heard) {
        if (name === "connect") continue;
        const concerns = data.channelId ?? data.userId ?? Object.keys(data);
        for (const id of [concerns].flat()) assert.ok(known.has(id), `${name} was heard: ${JSON.stringify(data)}`);
        for (const person of [ga, alice, bob]) assert.ok(!JSON.stringify(data).includes(person.id), name);
      }
    }
  });

  async function twoHundredActions(group, ga, alice, bob) {
    const [hers, his, theirs] = [await ga.connect(), await alice.connect(), await bob.connect()];
    const secret = await world.channel(ga, group, { isPrivate: true });
    await ga.rest("POST", `/channels/${secret}/members`, { userId: alice.id });
    for (const client of [hers, his]) await client.ask("join_channel", { channelId: secret });
    for (const client of [hers, his, theirs]) await client.ask("join_channel", { channelId: group.channel });
    let actions = 0;
    const act = async (work) => {
      actions += 1;
      return work;
    };
    for (let round = 0; round < 10; round++) {
      for (const channel of [group.channel, secret]) {
        const message = await act(hers.send(channel, `word ${round}`));
        await act(his.send(channel, "reply", { replyTo: message.id, mentions: [ga.id] }));
        await act(hers.ask("edit_message", { messageId: message.id, text: `words ${round}` }));
        await act(his.ask("react_message", { messageId: message.id, reaction: "🎉" }));
        await act(his.ask("react_message", { messageId: message.id, reaction: "🎉", remove: true }));
        await act(hers.ask("typing", { channelId: channel }));
        await act(hers.ask("stop_typing", { channelId: channel }));
        await act(hers.ask("delete_message", { messageId: message.id }));
      }
      await act(his.ask("update_presence", { status: round % 2 ? "away" : "busy", text: `busy ${round}` }));
      await act(ga.rest("PUT", `/groups/${group.id}`, { description: `about ${round}` }));
      await act(ga.rest("PUT", `/channels/${secret}`, { description: `secret ${round}` }));
      await act(bob.rest("POST", `/groups/${group.id}/leave`));
      await act(bob.rest("POST", `/groups/${group.id}/join`));
    }
    await act(world.root.rest("POST", `/groups/${group.id}/admins`, { userId: alice.id }));
    for (const client of [hers, his, theirs]) client.leave();
    assert.ok(actions >= 200, `${actions} actions`);
  }

  test("can do nothing in a group either", async () => {
    const [ga, mallory] = await world.people("ga", "mallory");
    const group = await world.group(ga);
    const hers = await ga.join(group.channel);
    const message = await hers.send(group.channel, "for members");
    const stranger = await mallory.connect();
    const nowhere = "0".repeat(24);
    const attempts = [
      ["join_channel", (id) => ({ channelId: id }), group.channel],
      ["send_message", (id) => ({ channelId: id, text: "hi" }), group.channel],
      ["typing", (id) => ({ channelId: id }), group.channel],
      ["get_channel_users", (id) => ({ channelId: id }), group.channel],
      ["edit_message", (id) => ({ messageId: id, text: "hacked" }), message.id],
      ["delete_message", (id) => ({ messageId: id }), message.id],
      ["react_message", (id) => ({ messageId: id, reaction: "👎" }), message.id],
    ];
    for (const [event, payload, id] of attempts) {
      const there = await stranger.refusal("NOT_FOUND", event, payload(id));
      const nothing = await stranger.refusal("NOT_FOUND", event, payload(nowhere));
      assert.deepEqual(there, nothing, `${event} does not tell that there is something`);
    }
    await stranger.ask("leave_channel", { channelId: group.channel });
    await stranger.ask("stop_typing", { channelId: group.channel });
    const { presences } = await stranger.ask("subscribe_presence", { userIds: [ga.id] });
    assert.deepEqual(presences, []);
    const own = await world.group(mallory);
    await stranger.refusal("NOT_FOUND", "send_message", { channelId: own.channel, text: "hi", replyTo: message.id });
  });
});
