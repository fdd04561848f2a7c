// Who is there, how they are, and who is typing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onEveryStore } from "./world.mjs";

// These wait for what the server says by itself after some seconds, so they wait side by side.
const together = { concurrency: true };

onEveryStore("presence", {}, (world) => {
  test("with two tabs is the best of both, and offline only after a grace", async () => {
    const [ann, bob] = await world.people("ann", "bob");
    await world.group(ann, bob);
    const watching = await bob.connect();
    const told = (status, from) => watching.hear("user_presence_update", fits(ann, status), { from, deadline: 15_000 });

    const tabs = [await ann.connect(), await ann.connect()];
    const online = await told("online");
    const second = watching.heard.length;
    await tabs[1].ask("update_presence", { status: "away" });
    assert.deepEqual(statuses(watching, ann, second), [], "one tab is still here");
    const { presence } = await tabs[0].ask("update_presence", { status: "busy", text: "writing" });
    assert.deepEqual([presence.status, presence.text], ["busy", "writing"]);
    const busy = await told("busy");
    assert.equal(busy.text, "writing");
    assert.ok(busy.version > online.version);

    tabs[0].leave();
    await told("away", second);
    const left = Date.now();
    tabs[1].leave();
    const offline = await told("offline", second);
    assert.ok(Date.now() - left >= 9_000, "not before the grace is over");
    assert.ok(offline.version > busy.version);
  });

  test("of somebody who comes back in time never goes offline", async () => {
    const [ann, bob, fence] = await world.people("ann", "bob", "fence");
    await world.group(ann, bob, fence);
    const watching = await bob.connect();
    const clients = [await ann.connect(), await fence.connect()];
    for (const client of clients) client.leave();
    await ann.connect();
    await watching.hear("user_presence_update", fits(fence, "offline"), { deadline: 15_000 });
    assert.ok(!statuses(watching, ann).includes("offline"), "left before the fence did, and came back");
  });

  test("that is hidden looks offline", async () => {
    const [ann, bob] = await world.people("ann", "bob");
    await world.group(ann, bob);
    const [hers, his] = [await ann.connect(), await bob.connect()];
    await hers.ask("update_presence", { status: "offline" });
    await his.hear("user_presence_update", fits(ann, "offline"));
    const { users } = await his.ask("get_online_users");
    assert.deepEqual(users.map(({ userId }) => userId), [bob.id]);
    const { presences } = await his.ask("subscribe_presence", { userIds: [ann.id] });
    assert.deepEqual(presences, [], "like somebody who is not there");

    const from = his.heard.length;
    const another = await ann.connect();
    await another.ask("update_presence", { status: "offline", text: "not here" });
    await another.ask("update_presence", { status: "busy" });
    await his.hear("user_presence_update", fits(ann, "online"), { from });
    assert.deepEqual(statuses(his, ann, from), ["online"], "nothing until she shows herself");
  });

  test("chosen over REST is told to all who may know, and its words end in time", async () => {
    const [ann, bob] = await world.people("ann", "bob");
    await world.group(ann, bob);
    const [hers, his] = [await ann.connect(), await bob.connect()];
    const lunch = { status: "busy", text: "lunch", emoji: "🍜", until: new Date(Date.now() + 2_000).toISOString() };
    assert.deepEqual(await ann.rest("PUT", "/client/status", lunch), lunch);
    const told = await his.hear("user_presence_update", fits(ann, "busy"));
    assert.deepEqual([told.text, told.emoji], ["lunch", "🍜"]);
    await hers.hear("status_updated");
    const seen = await bob.rest("GET", `/users/${ann.id}/status`);
    assert.deepEqual(seen, { userId: ann.id, status: "busy", text: "lunch", emoji: "🍜", lastSeenAt: null });
    const over = await his.hear("user_presence_update", (one) => one.userId === ann.id && one.text === null && one.version > told.version);
    assert.deepEqual([over.status, over.emoji], ["busy", null]);
  });

  test("of a device at which nobody is counts as away until somebody is", async () => {
    const [ann, bob] = await world.people("ann", "bob");
    await world.group(ann, bob);
    const [hers, his] = [await ann.connect(), await bob.connect()];
    await hers.ask("update_presence", { status: "busy" });
    await hers.ask("update_presence", { idle: true });
    await his.hear("user_presence_update", fits(ann, "away"));
    assert.equal((await ann.rest("GET", "/client/status")).status, "busy");
    const from = his.heard.length;
    await hers.ask("update_presence", { idle: false });
    await his.hear("user_presence_update", fits(ann, "busy"), { from });
    await hers.refusal("VALIDATION_FAILED", "update_presence", {});
  });

  test("goes from a group that ends with it", async () => {
    const [ann, bob] = await world.people("ann", "bob");
    const group = await world.group(ann, bob);
    const his = await bob.connect();
    await ann.connect();
    await his.hear("user_presence_update", fits(ann, "online"));
    await ann.rest("DELETE", `/groups/${group.id}`);
    await his.hear("group_updated");
    let seen = [ann.id];
    while (seen.includes(ann.id)) seen = (await his.ask("get_online_users")).users.map(({ userId }) => userId);
    assert.deepEqual(seen, [bob.id]);
  });

  test("is nothing to who shares no group", async () => {
    const [ann, bob, mallory] = await world.people("ann", "bob", "mallory");
    const group = await world.group(ann, bob);
    const stranger = await mallory.connect();
    const [hers, his] = [await ann.connect(), await bob.connect()];
    await hers.ask("update_presence", { status: "busy", text: "secret" });
    await his.hear("user_presence_update", fits(ann, "busy"));
    const { presences } = await stranger.ask("subscribe_presence", { userIds: [ann.id, bob.id, mallory.id] });
    assert.deepEqual(presences.map(({ userId }) => userId), [mallory.id]);
    const { users, count } = await stranger.ask("get_online_users");
    assert.deepEqual([users.map(({ userId }) => userId), count], [[mallory.id], 1]);
    assert.deepEqual(people(stranger), [mallory.id]);

    await mallory.rest("POST", `/groups/${group.id}/join`);
    await stranger.hear("channel_added");
    const seen = await stranger.ask("get_online_users");
    assert.deepEqual(seen.users.map(({ userId }) => userId).toSorted(), [ann.id, bob.id, mallory.id].toSorted());
    await mallory.rest("POST", `/groups/${group.id}/leave`);
    await stranger.hear("channel_removed");
    const from = stranger.heard.length;
    await hers.ask("update_presence", { status: "away" });
    await his.hear("user_presence_update", fits(ann, "away"));
    const again = await stranger.ask("get_online_users");
    assert.deepEqual(again.users.map(({ userId }) => userId), [mallory.id]);
    assert.deepEqual(statuses(stranger, ann, from), []);
  });

  test("lists say who sits where", async () => {
    const [ann, bob, eve] = await world.people("ann", "bob", "eve");
    const group = await world.group(ann, bob, eve);
    const { channel } = group;
    const hers = await ann.join(channel);
    await bob.join(channel);
    const elsewhere = await eve.connect();
    const { users } = await hers.ask("get_channel_users", { channelId: channel });
    assert.deepEqual(users.map(({ username }) => username), [ann.name, bob.name].toSorted());
    const online = await elsewhere.ask("get_online_users");
    assert.equal(online.count, 3);
    const where = Object.fromEntries(online.users.map(({ userId, currentChannel }) => [userId, currentChannel]));
    assert.deepEqual(where, { [ann.id]: channel, [bob.id]: channel, [eve.id]: null });

    const secret = await world.channel(ann, group, { isPrivate: true });
    await hers.ask("join_channel", { channelId: secret });
    const unseen = await elsewhere.ask("get_online_users");
    assert.equal(unseen.users.find(({ userId }) => userId === ann.id).currentChannel, null);
    await hers.ask("join_channel", { channelId: channel });

    elsewhere.socket.emit("get_online_users");
    assert.deepEqual(await elsewhere.hear("online_users_count"), { count: 3 });
    const list = await elsewhere.hear("online_users");
    assert.deepEqual(list, online.users);
    elsewhere.socket.emit("get_channel_users", { channelId: channel });
    const seated = await elsewhere.hear("channel_users");
    assert.deepEqual(seated, { channelId: channel, users });
  });

  const fits = (person, status) => (presence) => presence.userId === person.id && presence.status === status;
  const statuses = (client, person, from = 0) =>
    client.all("user_presence_update", from).filter(({ userId }) => userId === person.id).map(({ status }) => status);
  const people = (client) => [...new Set(client.all("user_presence_update").map(({ userId }) => userId))];
}, together);

onEveryStore("typing", {}, (world) => {
  test("is said once in three seconds, to the others", async () => {
    const { ann, channel, hers, his } = await room();
    const said = [];
    for (let key = 0; key < 10; key++) said.push((await hers.ask("typing", { channelId: channel })).told);
    assert.deepEqual(said, [true, ...Array(9).fill(false)]);
    const fence = await hers.send(channel, "fence");
    await his.hear("new_message", ({ message }) => message.id === fence.id);
    await hers.hear("new_message", ({ message }) => message.id === fence.id);
    assert.deepEqual(his.all("user_typing"), [{ channelId: channel, userId: ann.id, username: ann.name, isTyping: true }]);
    assert.deepEqual(hers.all("user_typing"), []);
  });

  test("ends when one says so, and only if it began", async () => {
    const { ann, channel, hers, his } = await room();
    assert.deepEqual(await hers.ask("stop_typing", { channelId: channel }), { told: false });
    await hers.ask("typing", { channelId: channel, isTyping: true });
    assert.deepEqual(await hers.ask("typing", { channelId: channel, isTyping: false }), { told: true });
    const stopped = await his.hear("user_stop_typing");
    assert.deepEqual(stopped, { channelId: channel, userId: ann.id, username: ann.name, isTyping: false });
    assert.deepEqual(await hers.ask("stop_typing", { channelId: channel }), { told: false });
  });

  test("is forgotten when it is not repeated", async () => {
    const { ann, channel, hers, his } = await room();
    const began = Date.now();
    await hers.ask("typing", { channelId: channel });
    const stopped = await his.hear("user_stop_typing", ({ userId }) => userId === ann.id);
    assert.equal(stopped.isTyping, false);
    const after = Date.now() - began;
    assert.ok(after >= 5_900 && after < 9_000, `after ${after} ms`);
  });

  async function room() {
    const [ann, bob] = await world.people("ann", "bob");
    const { channel } = await world.group(ann, bob);
    return { ann, bob, channel, hers: await ann.join(channel), his: await bob.join(channel) };
  }
}, together);
