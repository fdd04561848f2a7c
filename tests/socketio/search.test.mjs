// What is said over a socket is found over REST, and is not once it is taken back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { within } from "./wait.mjs";
import { onEveryStore } from "./world.mjs";

onEveryStore("a search", {}, (world) => {
  test("finds what was said, as it stands now, until it is taken back", async () => {
    const { ann, hers, channel } = await room();
    const { id } = await hers.send(channel, "the ferry leaves at seven");
    await until(ann, "ferr", [id]);
    await hers.ask("edit_message", { messageId: id, text: "東京都で会いましょう" });
    assert.deepEqual(await found(ann, "ferr"), []);
    await until(ann, "京都", [id]);
    await hers.ask("delete_message", { messageId: id });
    assert.deepEqual(await found(ann, "京都"), []);
  });

  test("still finds it after a crash", async () => {
    const { ann, hers, channel } = await room();
    const { id } = await hers.send(channel, "said just before the lights went out");
    await world.kill();
    await world.start();
    await until(ann, "\"the lights\"", [id]);
  });

  async function room() {
    const ann = await world.person("ann");
    const { channel } = await world.group(ann);
    const hers = await ann.join(channel);
    return { ann, hers, channel };
  }
});

async function found(person, words) {
  const { messages } = await person.rest("GET", `/messages/search?q=${encodeURIComponent(words)}`);
  return messages.map(({ message }) => message.id);
}

/** The index follows a little later. */
async function until(person, words, ids) {
  const settled = async () => {
    // As often as one may ask.
    while (JSON.stringify(await found(person, words)) !== JSON.stringify(ids)) await setTimeout(200);
  };
  await within(10_000, `${words} to be found`, settled());
}
