// Whatever a client sends is answered with a code, and harms nobody.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { onEveryStore } from "./world.mjs";

onEveryStore("an event that is wrong", { HUBBUB_EVENTS_PER_SECOND: "10000", HUBBUB_EVENTS_BURST: "10000" }, (world) => {
  const nowhere = "0".repeat(24);
  const wrong = [
    ["BAD_REQUEST", "nonsense", {}],
    ["BAD_REQUEST", "nonsense"],
    ["BAD_REQUEST", "", {}],
    ["BAD_REQUEST", "__proto__", {}],
    ["BAD_REQUEST", "x".repeat(10_000), {}],
    ["BAD_REQUEST", "new_message", {}],

    ["VALIDATION_FAILED", "send_message"],
    ["VALIDATION_FAILED", "send_message", null],
    ["VALIDATION_FAILED", "send_message", "text"],
    ["VALIDATION_FAILED", "send_message", 7],
    ["VALIDATION_FAILED", "send_message", true],
    ["VALIDATION_FAILED", "send_message", []],
    ["VALIDATION_FAILED", "send_message", {}],
    ["VALIDATION_FAILED", "send_message", { channelId: { $ne: 1 }, text: "hi" }],
    ["VALIDATION_FAILED", "send_message", { channelId: "general", text: "hi" }],
    ["VALIDATION_FAILED", "send_message", { channelId: [nowhere], text: "hi" }],
    ["NOT_FOUND", "send_message", { channelId: nowhere, text: "hi" }],

    ["VALIDATION_FAILED", "join_channel"],
    ["VALIDATION_FAILED", "join_channel", { channelId: null }],
    ["NOT_FOUND", "join_channel", { channelId: nowhere }],
    ["VALIDATION_FAILED", "resume", {}],
    ["VALIDATION_FAILED", "resume", { channels: [] }],
    ["VALIDATION_FAILED", "resume", { channels: { x: 1 } }],
    ["VALIDATION_FAILED", "resume", { channels: { [nowhere]: { seq: { $gt: 0 } } } }],
    ["VALIDATION_FAILED", "resume", { channels: { [nowhere]: -1 } }],
    ["VALIDATION_FAILED", "edit_message", { messageId: nowhere }],
    ["VALIDATION_FAILED", "edit_message", { messageId: nowhere, text: "" }],
    ["NOT_FOUND", "edit_message", { messageId: nowhere, text: "hi" }],
    ["NOT_FOUND", "delete_message", { messageId: nowhere }],
    ["NOT_FOUND", "react_message", { messageId: nowhere, reaction: "🎉" }],
    ["VALIDATION_FAILED", "react_message", { messageId: nowhere, reaction: "x".repeat(1_000) }],
    ["VALIDATION_FAILED", "typing", { channelId: nowhere, isTyping: "yes" }],
    ["NOT_FOUND", "typing", { channelId: nowhere }],
    ["VALIDATION_FAILED", "update_presence", { status: "invincible" }],
    ["VALIDATION_FAILED", "update_presence", { status: "away", text: "x".repeat(101) }],
    ["VALIDATION_FAILED", "subscribe_presence", { userIds: "all" }],
    ["VALIDATION_FAILED", "subscribe_presence", { userIds: Array(101).fill(nowhere) }],
    ["NOT_FOUND", "get_channel_users", { channelId: nowhere }],
  ];

  test("is answered with its code, and the socket lives", async () => {
    const ann = await world.person("ann");
    for (const transports of [["websocket"], ["polling"]]) {
      const client = await ann.connect({ transports });
      for (const [code, event, ...payload] of wrong) await client.refusal(code, event, ...payload);
      await client.ask("get_online_users");
      assert.deepEqual(client.all("disconnect"), []);
    }
  });

  const message = { text: "hi" };
  const badMessages = {
    "a field of the server's": { ...message, userId: nowhere },
    "a sender": { ...message, sender: "root" },
    "a seq": { ...message, seq: 1 },
    "a time": { ...message, createdAt: "2020-01-01T00:00:00.000Z" },
    "no text": {},
    "an empty text": { text: "" },
    "blanks": { text: " \n\t " },
    "a number": { text: 7 },
    "4,001 characters": { text: "x".repeat(4_001) },
    "more than 16 KiB": { text: "🍰".repeat(4_000) + "xxxx".repeat(100) },
    "a type that is none": { ...message, type: "admin" },
    "a short clientMsgId": { ...message, clientMsgId: "short" },
    "a clientMsgId with blanks": { ...message, clientMsgId: "a b c d e f g h i j" },
    "a clientMsgId of 10 kB": { ...message, clientMsgId: "a".repeat(10_000) },
    "a query as clientMsgId": { ...message, clientMsgId: { $gt: "" } },
    "51 mentions": { ...message, mentions: Array(51).fill(nowhere) },
    "a link of script": { ...message, imageUrl: "javascript:alert(1)" },
    "too many attachments": { ...message, attachments: Array(11).fill("https://example.org/a.png") },
  };

  test("a message that is none is refused and nobody hears of it", async () => {
    const [ann, bob] = await world.people("ann", "bob");
    const { channel } = await world.group(ann, bob);
    const [hers, his] = [await ann.join(channel), await bob.join(channel)];
    for (const [what, bad] of Object.entries(badMessages)) {
      const answer = await hers.answer("send_message", { channelId: channel, ...bad });
      assert.equal(answer.ok, false, `${what} was sent`);
      assert.equal(answer.error.code, "VALIDATION_FAILED", what);
    }
    const fence = await hers.send(channel, "x".repeat(4_000));
    await his.hear("new_message", (told) => told.message.id === fence.id);
    assert.equal(his.texts(channel).length, 1);
  });

  test("numbers that are no positions are refused", async () => {
    const ann = await world.person("ann");
    const { channel } = await world.group(ann);
    const client = await ann.connect();
    for (const after of [-1, 1.5, 1e308, "10", [1], { $gt: 0 }, -0.1]) {
      await client.refusal("VALIDATION_FAILED", "join_channel", { channelId: channel, after });
    }
    const { reset } = await client.ask("join_channel", { channelId: channel, after: 2 ** 53 });
    assert.equal(reset.reason, "ahead");
  });

  test("several arguments, binaries and depth are answered", async () => {
    const ann = await world.person("ann");
    const { channel } = await world.group(ann);
    const deep = JSON.parse("[".repeat(1_000) + "]".repeat(1_000));
    for (const transports of [["websocket"], ["polling"]]) {
      const client = await ann.connect({ transports });
      const odd = [
        ["get_channel_users", { channelId: channel }, "more", 3, null],
        ["send_message", "more", { channelId: channel, text: "hi" }],
        ["send_message", Buffer.from("hello")],
        ["send_message", { channelId: channel, text: Buffer.from("hello") }],
        ["send_message", { channelId: channel, text: "hi", attachments: [Buffer.alloc(10), Buffer.alloc(10)] }],
        ["nonsense", Buffer.alloc(1_000)],
        ["send_message", deep],
        ["send_message", { channelId: channel, text: deep }],
        ["join_channel", { channelId: channel, channelName: deep }],
      ];
      for (const [event, ...payload] of odd) {
        const answer = await client.answer(event, ...payload);
        assert.equal(typeof answer.ok, "boolean");
        if (!answer.ok) assert.match(answer.error.code, /^(BAD_REQUEST|VALIDATION_FAILED)$/, event);
      }
      await client.ask("get_online_users");
      assert.deepEqual(client.all("disconnect"), []);
    }
  });

  test("who asked for no answer hears of a refusal by an error event", async () => {
    const ann = await world.person("ann");
    const client = await ann.connect();
    client.socket.emit("send_message", { channelId: nowhere, text: "hi" });
    client.socket.emit("nonsense");
    const first = await client.hear("error", (error) => error.event === "send_message");
    assert.equal(first.code, "NOT_FOUND");
    const second = await client.hear("error", (error) => error.event === "nonsense");
    assert.equal(second.code, "BAD_REQUEST");
    await client.ask("get_online_users");
  });

  test("a frame that is too large closes its own socket alone", async () => {
    const ann = await world.person("ann");
    const { channel } = await world.group(ann);
    for (const transport of ["websocket", "polling"]) {
      const [large, other] = [await ann.connect({ transports: [transport] }), await ann.connect()];
      await large.refusal("VALIDATION_FAILED", "send_message", { channelId: channel, text: "x".repeat(60_000) });
      for (const bytes of [66_000, 1 << 20, 15 << 20]) {
        const client = await ann.connect({ transports: [transport] });
        client.socket.emit("send_message", { channelId: channel, text: "x".repeat(bytes) });
        assert.match(await client.gone(5_000), /transport (close|error)/, `${bytes} bytes over ${transport}`);
      }
      const binary = await ann.connect({ transports: [transport] });
      binary.socket.emit("send_message", Buffer.alloc(1 << 20));
      await binary.gone(5_000);
      await large.ask("get_online_users");
      await other.ask("get_online_users");
    }
  });
});

onEveryStore("a client in a hurry", {}, (world) => {
  test("is told to slow down, and lives", async () => {
    const ann = await world.person("ann");
    const client = await ann.connect();
    const answers = await Promise.all(Array.from({ length: 100 }, () => client.answer("get_online_users")));
    const refused = answers.filter(({ ok }) => !ok);
    assert.ok(refused.length >= 40 && refused.length <= 60, `${refused.length} of 100 were refused`);
    for (const { error } of refused) {
      assert.equal(error.code, "RATE_LIMITED");
      assert.ok(error.retryable && error.retryAfterMs > 0);
    }
    assert.ok(await patiently(client, "get_online_users"));
    assert.deepEqual(client.all("disconnect"), []);
  });

  test("gains nothing by a second socket or by coming back", async () => {
    const ann = await world.person("ann");
    const [first, second] = [await ann.connect(), await ann.connect()];
    await Promise.all(Array.from({ length: 60 }, () => first.answer("get_online_users")));
    const beside = await second.answer("get_online_users");
    first.socket.disconnect();
    const back = await (await ann.connect()).answer("get_online_users");
    // A token comes back in 50 ms, so one of the two may have had it; two of them cannot.
    assert.ok(!beside.ok || !back.ok);
    for (const { error } of [beside, back].filter(({ ok }) => !ok)) assert.equal(error.code, "RATE_LIMITED");
  });

  /** Asks again after as long as it is told to wait. */
  async function patiently(client, event) {
    for (;;) {
      const answer = await client.answer(event);
      if (answer.ok) return answer.data;
      assert.equal(answer.error.code, "RATE_LIMITED");
      await pause(answer.error.retryAfterMs);
    }
  }

  test("who goes on and on is sent away alone", async () => {
    const [ann, bob] = [await world.person("ann"), await world.person("bob")];
    const [loud, quiet] = [await ann.connect(), await bob.connect()];
    let gone = false;
    loud.socket.on("disconnect", () => (gone = true));
    for (let round = 0; round < 100 && !gone; round++) {
      const asked = Array.from({ length: 30 }, () => loud.answer("get_online_users").catch(() => {}));
      await Promise.race([loud.gone(), Promise.all(asked)]);
    }
    await loud.gone();
    await quiet.ask("get_online_users");
    await ann.connect();
  });
});
