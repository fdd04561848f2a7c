// How long from opening a link to a conversation until its messages are to be seen, with an empty cache.
import { Stage } from "./rig.mjs";

const times = Number(process.argv[2] ?? 5);
const stage = new Stage();
try {
  await stage.open();
  const [ann] = await stage.world.people("ann");
  const { channel } = await stage.world.group(ann);
  for (let number = 1; number <= 120; number += 1) {
    await ann.rest("POST", "/messages", { channelId: channel, text: `message ${number}, of about as many words as people write` });
  }
  const path = `/c/${channel}`;
  let window = await stage.of(ann, path);
  const took = [];
  for (let time = 1; time <= times; time += 1) {
    // A refresh token is good once, so each browser goes on with what the last one was left with.
    const storageState = await window.context.storageState();
    await window.context.close();
    window = await stage.window({ storageState });
    await window.page.addInitScript(() => {
      const seen = new MutationObserver(() => {
        if (!document.querySelector("article.message")) return;
        seen.disconnect();
        requestAnimationFrame(() => setTimeout(() => (globalThis.firstLook = performance.now())));
      });
      seen.observe(document, { childList: true, subtree: true });
    });
    await window.go(path);
    const milliseconds = await (await window.page.waitForFunction(() => globalThis.firstLook)).jsonValue();
    took.push(milliseconds);
    console.log(`${time}: ${Math.round(milliseconds)} ms`);
  }
  took.sort((one, other) => one - other);
  console.log(`median of ${times}: ${Math.round(took[Math.floor(times / 2)])} ms until a conversation of 120 messages is to be seen; aim: 1000`);
} finally {
  await stage.close();
}
