// Nothing is lost and nothing comes twice: without a network, over a server that dies, over a reload, in two tabs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onStage } from "./rig.mjs";

/** Texts of all messages of a channel, as the server has them. */
async function said(person, channel) {
  const { messages } = await person.rest("GET", `/messages/channel/${channel}?limit=100`);
  return messages.map(({ text }) => text).filter((text) => text !== null);
}

const numbered = (from, to, word) => Array.from({ length: to - from + 1 }, (_, place) => `${word} ${from + place}.`);

onStage("delivery in the browser", (stage) => {
  test("fifty messages while one is without a network are all there after it, once and in order", async () => {
    const [ann, ben] = await stage.world.people("ann", "ben");
    const { channel } = await stage.world.group(ann, ben);
    const window = await stage.of(ben, `/c/${channel}`);
    await ann.rest("POST", "/messages", { channelId: channel, text: "before." });
    await window.reads("before.");
    await window.network(false);
    for (const text of numbered(1, 50, "said")) await ann.rest("POST", "/messages", { channelId: channel, text });
    for (const text of numbered(1, 3, "written")) await window.write(text);
    await window.page.locator("article.message[data-pending]").nth(2).waitFor();
    assert.equal(await window.message("said 50.").count(), 0);
    await window.network(true);
    await window.reads("said 50.");
    await window.reads("written 3.");
    const everything = ["before.", ...numbered(1, 50, "said"), ...numbered(1, 3, "written")];
    assert.deepEqual(await window.allTexts(), everything);
    assert.deepEqual(await said(ann, channel), everything);
  });

  test("a server that is killed and comes back loses nothing that two people say to each other", async () => {
    const [ann, ben] = await stage.world.people("ann", "ben");
    const { channel } = await stage.world.group(ann, ben);
    const [left, right] = await Promise.all([ann, ben].map((person) => stage.of(person, `/c/${channel}`)));
    left.lonely = right.lonely = true;
    for (const text of numbered(1, 3, "left")) await left.write(text);
    await right.reads("left 3.");
    await stage.world.kill();
    for (const text of numbered(4, 6, "left")) await left.write(text);
    for (const text of numbered(1, 3, "right")) await right.write(text);
    await stage.world.start();
    await Promise.all([left.reads("right 3."), right.reads("left 6.")]);
    const there = await said(ann, channel);
    assert.deepEqual(there.filter((text) => text.startsWith("left")), numbered(1, 6, "left"));
    assert.deepEqual(there.filter((text) => text.startsWith("right")), numbered(1, 3, "right"));
    for (const window of [left, right]) assert.deepEqual(await window.allTexts(), there);
  });

  test("what was not sent before a reload is sent after it, once", async () => {
    const [ann] = await stage.world.people("ann");
    const { channel } = await stage.world.group(ann);
    const window = await stage.of(ann, `/c/${channel}`);
    await window.write("first.");
    await window.reads("first.");
    window.lonely = true;
    await stage.world.kill();
    for (const text of numbered(1, 5, "unsent")) await window.write(text);
    await window.page.locator("article.message[data-pending]").nth(4).waitFor();
    // Nobody sends while the page is away; it comes from the server, which has to be there again for it.
    await window.page.goto("about:blank");
    await stage.world.start();
    assert.deepEqual(await said(ann, channel), ["first."]);
    await window.go(`/c/${channel}`);
    await window.reads("unsent 5.");
    const everything = ["first.", ...numbered(1, 5, "unsent")];
    assert.deepEqual(await window.allTexts(), everything);
    assert.deepEqual(await said(ann, channel), everything);
  });

  test("two tabs have one outbox, and send each message once", async () => {
    const [ann] = await stage.world.people("ann");
    const { channel } = await stage.world.group(ann);
    const one = await stage.of(ann, `/c/${channel}`);
    const two = await stage.tab(one);
    await two.go(`/c/${channel}`);
    await one.write("hello.");
    await two.reads("hello.");
    two.lonely = true;
    await one.network(false);
    await one.write("from one.");
    await two.write("from two.");
    // Each sees what the other has not sent.
    await two.message("from one.").waitFor();
    await one.message("from two.").waitFor();
    await one.network(true);
    await Promise.all([one, two].map(async (tab) => (await tab.reads("from one."), await tab.reads("from two."))));
    assert.deepEqual((await said(ann, channel)).toSorted(), ["from one.", "from two.", "hello."]);
    for (const tab of [one, two]) assert.equal((await tab.allTexts()).length, 3);
  });

  test("the window of somebody who is put out empties within two seconds", async () => {
    const [ann, ben] = await stage.world.people("ann", "ben");
    const group = await stage.world.group(ann, ben);
    const window = await stage.of(ben, `/c/${group.channel}`);
    await ann.rest("POST", "/messages", { channelId: group.channel, text: "a secret." });
    await window.reads("a secret.");
    const emptied = window.page.evaluate(
      () =>
        new Promise((done) => {
          const look = () => !document.body.textContent.includes("a secret.") && done(performance.now());
          new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
          setTimeout(() => done(Infinity), 10_000);
        }),
    );
    const began = await window.page.evaluate(() => performance.now());
    await ann.rest("DELETE", `/groups/${group.id}/members/${ben.id}`);
    const took = (await emptied) - began;
    assert.ok(took <= 2_000, `it took ${took} ms`);
    await ann.rest("POST", "/messages", { channelId: group.channel, text: "another secret." });
    await window.go("/");
    assert.equal(await window.message("secret").count(), 0);
  });
});
