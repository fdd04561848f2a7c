// Saying a thing once, and things in their order.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { onEveryStore } from "./world.mjs";

onEveryStore("a send that is repeated", { HUBBUB_EVENTS_PER_SECOND: "10000", HUBBUB_EVENTS_BURST: "10000" }, (world) => {
  test("is one message", async () => {
    const { hers, his, channel } = await room();
    const send = { channelId: channel, text: "once", clientMsgId: randomUUID() };
    const first = await hers.ask("send_message", send);
    assert.equal(first.duplicate, false);
    const second = await hers.ask("send_message", send);
    assert.deepEqual(second, { ...first, duplicate: true });
    await heardOnly(his, hers, channel, ["once"]);
  });

  test("fifty times at once is one message", async () => {
    const { hers, his, channel } = await room();
    const send = { channelId: channel, text: "once", clientMsgId: randomUUID() };
    const answers = await Promise.all(Array.from({ length: 50 }, () => hers.ask("send_message", send)));
    assert.equal(answers.filter(({ duplicate }) => !duplicate).length, 1);
    assert.equal(new Set(answers.map(({ message }) => message.id)).size, 1);
    await heardOnly(his, hers, channel, ["once"]);
  });

  test("with other content is a conflict", async () => {
    const { hers, his, channel } = await room();
    const clientMsgId = randomUUID();
    const first = await hers.send(channel, "one thing", { clientMsgId });
    await hers.refusal("CONFLICT", "send_message", { channelId: channel, text: "another", clientMsgId });
    const mentions = { channelId: channel, text: "one thing", clientMsgId, mentions: [first.userId] };
    await hers.refusal("CONFLICT", "send_message", mentions);
    await heardOnly(his, hers, channel, ["one thing"]);
  });

  test("is the same over both doors", async () => {
    const { ann, hers, his, channel } = await room();
    const post = (text, key) => ann.rest("POST", "/messages", { channelId: channel, text }, { "idempotency-key": key });
    const [overSocket, overRest] = [randomUUID(), randomUUID()];
    const first = await hers.ask("send_message", { channelId: channel, text: "socket", clientMsgId: overSocket });
    assert.deepEqual(await post("socket", overSocket), { ...first, duplicate: true });
    const second = await post("rest", overRest);
    assert.equal(second.duplicate, false);
    const repeated = await hers.ask("send_message", { channelId: channel, text: "rest", clientMsgId: overRest });
    assert.deepEqual(repeated, { ...second, duplicate: true });
    await assert.rejects(post("other", overSocket), { status: 409, code: "CONFLICT" });
    await assert.rejects(post("other", "short"), { status: 400, code: "VALIDATION_FAILED" });
    await heardOnly(his, hers, channel, ["socket", "rest"]);
  });

  test("is recognised after an edit and after a deletion", async () => {
    const { hers, channel } = await room();
    const send = { channelId: channel, text: "first words", clientMsgId: randomUUID() };
    const { message } = await hers.ask("send_message", send);
    await hers.ask("edit_message", { messageId: message.id, text: "better words" });
    const edited = await hers.ask("send_message", send);
    assert.deepEqual([edited.duplicate, edited.message.id, edited.message.seq], [true, message.id, message.seq]);
    await hers.ask("delete_message", { messageId: message.id });
    const deleted = await hers.ask("send_message", send);
    assert.deepEqual([deleted.duplicate, deleted.message.id, deleted.message.text], [true, message.id, null]);
  });

  test("is recognised by the same server after a restart", async () => {
    const { ann, hers, channel } = await room();
    const send = { channelId: channel, text: "once", clientMsgId: randomUUID() };
    const first = await hers.ask("send_message", send);
    await world.stop();
    await world.start();
    const again = await ann.connect();
    assert.deepEqual(await again.ask("send_message", send), { ...first, duplicate: true });
  });

  test("means something else from somebody else, or somewhere else", async () => {
    const { ann, hers, his, channel } = await room();
    const other = await world.group(ann);
    const clientMsgId = randomUUID();
    const sent = [
      await hers.ask("send_message", { channelId: channel, text: "hers", clientMsgId }),
      await his.ask("send_message", { channelId: channel, text: "his", clientMsgId }),
      await hers.ask("send_message", { channelId: other.channel, text: "elsewhere", clientMsgId }),
    ];
    assert.deepEqual(sent.map(({ duplicate }) => duplicate), [false, false, false]);
  });

  async function room() {
    const [ann, bob] = await world.people("ann", "bob");
    const { channel } = await world.group(ann, bob);
    return { ann, bob, channel, hers: await ann.join(channel), his: await bob.join(channel) };
  }

  /** Exactly these messages were heard: the last of them comes after all others. */
  async function heardOnly(listener, speaker, channel, texts) {
    const fence = await speaker.send(channel, "fence");
    await listener.hear("new_message", ({ message }) => message.id === fence.id);
    assert.deepEqual(listener.texts(channel), [...texts, "fence"]);
  }
});

onEveryStore("one sender's messages", { HUBBUB_EVENTS_PER_SECOND: "10000", HUBBUB_EVENTS_BURST: "10000" }, (world) => {
  for (const transports of [["websocket"], ["polling"], ["polling", "websocket"]]) {
    test(`keep their order over ${transports.join(" then ")}, 500 of them`, async () => {
      const [ann, bob] = await world.people("ann", "bob");
      const { channel } = await world.group(ann, bob);
      const [hers, his] = [await ann.join(channel, { transports }), await bob.join(channel)];
      const texts = Array.from({ length: 500 }, (_, number) => `message ${number}`);
      const sent = await pipelined(texts, 30, (text) => hers.send(channel, text));
      for (let at = 1; at < sent.length; at++) assert.equal(sent[at].seq, sent[at - 1].seq + 1, texts[at]);
      await his.hear("new_message", ({ message }) => message.id === sent.at(-1).id);
      assert.deepEqual(his.texts(channel), texts);
      const times = sent.map(({ createdAt }) => Date.parse(createdAt));
      assert.deepEqual(times, times.toSorted((a, b) => a - b), "time never goes back along seq");
    });
  }

  /** Does it for all in order without waiting, except that `most` at most are under way. */
  async function pipelined(items, most, work) {
    const all = [];
    for (const [at, item] of items.entries()) {
      if (at >= most) await all[at - most];
      all.push(work(item));
    }
    return Promise.all(all);
  }
});
