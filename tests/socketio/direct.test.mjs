// Talk between two: begun over REST, heard at once, and over where one blocks the other.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onEveryStore } from "./world.mjs";

onEveryStore("direct channels", {}, (world) => {
  test("reach those who belong to them and nobody else", async () => {
    const [ann, bob, eve] = await world.people("ann", "bob", "eve");
    await world.group(ann, bob, eve);
    const [his, another] = [await bob.connect(), await eve.connect()];
    const { channel } = await ann.rest("POST", "/dms", { userIds: [bob.id] });
    const added = await his.hear("channel_added", ({ channel: { id } }) => id === channel.id);
    assert.deepEqual(added.channel.members.map(({ username }) => username).sort(), [ann.name, bob.name].sort());
    await his.ask("join_channel", { channelId: channel.id });
    const hers = await ann.join(channel.id);
    await hers.ask("send_message", { channelId: channel.id, text: "between us" });
    const said = await his.hear("new_message");
    assert.equal(said.message.text, "between us");
    await hers.ask("typing", { channelId: channel.id });
    await his.hear("user_typing", ({ userId }) => userId === ann.id);
    await another.refusal("NOT_FOUND", "join_channel", { channelId: channel.id });
    assert.ok(!JSON.stringify(another.heard).includes(channel.id));
  });

  test("are silent while one blocks the other, who is not told why", async () => {
    const [ann, bob] = await world.people("ann", "bob");
    const { channel } = await ann.rest("POST", "/dms", { userIds: [bob.id] });
    const hers = await ann.join(channel.id);
    const tab = await bob.connect();
    await bob.rest("POST", `/users/${ann.id}/block`);
    assert.deepEqual((await tab.hear("blocks_updated")).about, { userId: ann.id });
    const send = { channelId: channel.id, text: "are you there?", clientMsgId: "intent-0123456789" };
    await hers.refusal("FORBIDDEN", "send_message", send);
    assert.deepEqual(hers.all("blocks_updated"), []);
    await bob.rest("DELETE", `/users/${ann.id}/block`);
    await hers.ask("send_message", send);
  });
});
