// Servers end, by intention or not; what was acknowledged stays, what was not is sent again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Chatter } from "./chatter.mjs";
import { onEveryStore } from "./world.mjs";

const quick = { HUBBUB_EVENTS_PER_SECOND: "10000", HUBBUB_EVENTS_BURST: "10000" };

onEveryStore("a server that is told to stop", quick, (world) => {
  test("tells its clients, who come back and send again what was not answered", async () => {
    const [chatter] = await survive(world, async () => {
      await world.stop();
      await world.start();
    });
    // A polling client that is between two polls can miss the warning, which is in no log.
    const [warning] = chatter.client.all("server_draining");
    assert.ok(warning.reconnectWithinMs > 0);
    assert.equal(chatter.client.all("disconnect")[0], "transport close");
  });

  test("warns clients that only listen, over every transport", async () => {
    const ann = await world.person("ann");
    const clients = [];
    for (const transports of [["websocket"], ["polling"]]) clients.push(await ann.connect({ transports }));
    await world.stop();
    for (const client of clients) {
      await client.hear("server_draining");
      assert.match(await client.gone(), /transport (close|error)/);
    }
    await world.start();
  });

  test("ends in time though a client does not listen", async () => {
    const ann = await world.person("ann");
    await ann.connect({ transports: ["polling"] });
    const deaf = await ann.connect();
    deaf.socket.io.engine.transport.ws._socket.pause();
    await world.stop();
    await world.start();
  });
});

onEveryStore("a server that is killed", quick, (world) => {
  for (let round = 1; round <= 3; round++) {
    test(`in the middle of a chat loses nothing and doubles nothing (${round})`, () => {
      return survive(world, async () => {
        await world.kill();
        await world.start();
      });
    });
  }
});

/** Two people chat, each over another transport, while something happens to the server. */
async function survive(world, happening) {
  const [ann, bob] = await world.people("ann", "bob");
  const { channel } = await world.group(ann, bob);
  const chatters = [new Chatter(ann, channel, ["websocket"]), new Chatter(bob, channel, ["polling"])];
  const lines = (person) => Array.from({ length: 400 }, (_, number) => `${person.name} says ${number}`);
  const talks = [chatters[0].say(lines(ann)), chatters[1].say(lines(bob))];
  await Promise.all(chatters.map((chatter) => chatter.reach(100)));
  assert.ok(chatters[0].position < 700, "they are still talking");
  await happening();
  const sent = (await Promise.all(talks)).flat();

  const kept = await history(ann, channel);
  const byId = new Map(kept.messages.map((message) => [message.id, message]));
  assert.equal(kept.messages.length, sent.length, "each once, and nothing that nobody sent");
  for (const message of sent) assert.deepEqual(byId.get(message.id), message, "where it was said to be");
  for (const chatter of chatters) {
    await chatter.reach(kept.head);
    assert.deepEqual(chatter.texts, kept.messages.map(({ text }) => text), "each read once, in order");
    const seqs = chatter.applied.map(({ data }) => data.seq);
    assert.deepEqual(seqs, seqs.map((_, step) => step + 1), "without a gap");
    chatter.client.leave();
  }
  return chatters;
}

/** Everything that was said in the channel, page by page. */
async function history(person, channel) {
  let messages = [];
  for (let after = 0; ; after = messages.at(-1).seq) {
    const page = await person.rest("GET", `/messages/channel/${channel}?after=${after}&limit=100`);
    messages = messages.concat(page.messages);
    if (!page.hasMoreAfter) return { messages, head: page.head };
  }
}
