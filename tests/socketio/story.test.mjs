// Sixty seconds of chat: the same story for every generation of the client and every transport.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onEveryStore } from "./world.mjs";

const CLIENTS = [
  { generation: 4, transports: ["websocket"] },
  { generation: 4, transports: ["polling"] },
  { generation: 4, transports: ["polling", "websocket"] },
  { generation: 3, transports: ["websocket"] },
  { generation: 3, transports: ["polling"] },
  { generation: 3, transports: ["polling", "websocket"] },
  { generation: 2, transports: ["websocket"] },
  { generation: 2, transports: ["polling"] },
  { generation: 2, transports: ["polling", "websocket"] },
];

onEveryStore("two people chat", { HUBBUB_EIO3: "true" }, (world) => {
  for (const client of CLIENTS) {
    test(`with socket.io-client ${client.generation} over ${client.transports.join(" then ")}`, () => chat(client));
  }

  async function chat(options) {
    const [ann, bob] = await world.people("ann", "bob");
    const { channel } = await world.group(ann, bob);
    const hers = await ann.join(channel, options);
    const his = await bob.join(channel, options);
    if (options.transports.length === 2) await Promise.all([upgraded(hers), upgraded(his)]);

    const said = [];
    for (const text of ["hello", "is anybody here?", "I have cake 🍰"]) said.push(await hers.send(channel, text));
    said.push(await his.send(channel, "coming", { replyTo: said[2].id }));
    assert.deepEqual(said.map(({ seq }) => seq - said[0].seq), [0, 1, 2, 3], "numbered without a gap");

    for (const reader of [hers, his]) {
      await reader.hear("new_message", ({ message }) => message.id === said[3].id);
      assert.deepEqual(reader.texts(channel), said.map(({ text }) => text), "live, once each, in order");
    }
    const [, , , reply] = his.all("new_message");
    assert.deepEqual(reply.message, said[3], "what is told is what was answered");
    assert.equal(reply.message.replyTo, said[2].id);
    assert.equal(reply.message.username, bob.name);

    await changes(hers, his, ann, said);
    await shown(channel, hers, ann, said);
    hers.leave();
    his.leave();
  }

  async function changes(hers, his, ann, said) {
    const edited = await hers.ask("edit_message", { messageId: said[1].id, text: "anybody?", baseRevision: 0 });
    assert.equal(edited.message.revision, 1);
    const heardEdit = await his.hear("message_edited");
    assert.deepEqual([heardEdit.messageId, heardEdit.text, heardEdit.seq], [said[1].id, "anybody?", edited.seq]);

    await his.ask("react_message", { messageId: said[2].id, reaction: "🎉" });
    const reaction = await hers.hear("reaction_updated");
    assert.deepEqual([reaction.messageId, reaction.reaction, reaction.removed], [said[2].id, "🎉", false]);

    await hers.ask("delete_message", { messageId: said[0].id });
    const deleted = await his.hear("message_deleted");
    assert.equal(deleted.messageId, said[0].id);
    assert.ok(!JSON.stringify(deleted).includes("hello"), "a deletion does not repeat what is deleted");

    await his.refusal("FORBIDDEN", "edit_message", { messageId: said[2].id, text: "mine" });
    await his.refusal("FORBIDDEN", "delete_message", { messageId: said[2].id });
    await hers.refusal("CONFLICT", "edit_message", { messageId: said[1].id, text: "again", baseRevision: 0 });
    const again = await hers.ask("delete_message", { messageId: said[0].id });
    assert.ok(again.duplicate, "deleting twice is deleting once");
  }

  /** History over REST and at joining tell the same. */
  async function shown(channel, hers, ann, said) {
    const history = await ann.rest("GET", `/messages/channel/${channel}`);
    const joined = await hers.ask("join_channel", { channelId: channel });
    assert.deepEqual(joined.messages, history.messages);
    assert.deepEqual(joined.channel.id, channel);
    const [first, second, third, fourth] = history.messages;
    assert.deepEqual(history.messages.map(({ id }) => id), said.map(({ id }) => id));
    assert.equal(first.text, null, "a tombstone");
    assert.ok(first.deletedAt);
    assert.deepEqual([second.text, second.revision], ["anybody?", 1]);
    assert.deepEqual(third.reactions, [{ reaction: "🎉", count: 1, userIds: [fourth.userId] }]);
  }

  async function upgraded(client) {
    const { engine } = client.socket.io;
    if (engine.transport.name === "websocket") return;
    await new Promise((done) => engine.once("upgrade", done));
    assert.equal(engine.transport.name, "websocket");
  }
});

onEveryStore("a server that serves no clients of Socket.IO 2", {}, (world) => {
  test("says so, and lives", async () => {
    const ann = await world.person("ann");
    const old = world.client(ann.token, { generation: 2, transports: ["polling"] });
    await old.refused();
    assert.deepEqual(old.all("welcome"), []);
    await ann.connect();
  });
});
