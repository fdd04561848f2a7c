// Takes pictures of every page in both themes, wide and at phone width, in the sample world: to be looked at.
//
// `scripts/screenshots` runs it; words after it name the pages that are wanted.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Stage } from "./rig.mjs";

const project = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const program = process.env.HUBBUB_BIN ?? path.join(project, "target/debug/hubbub");
const folder = path.join(project, "web/shots");
const wanted = process.argv.slice(2);
const sizes = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

/** The sample world in place of the empty one that the stage begins with. */
async function furnish(world) {
  await world.stop();
  const env = { PATH: process.env.PATH, HUBBUB_DATA_DIR: path.join(world.directory, "data"), HUBBUB_BCRYPT_COST: "4" };
  const [code] = await once(spawn(program, ["seed"], { env, cwd: world.directory, stdio: ["ignore", "ignore", "inherit"] }), "close");
  assert.equal(code, 0, "the sample world is there");
  await world.start();
  const people = {};
  for (const name of ["tobias", "hana", "maryam", "ines", "paulo", "vince"]) people[name] = await world.login(name, "open-the-window");
  return people;
}

/** A little of what a day brings, so that no page is empty. */
async function live({ tobias, hana, maryam, ines, paulo, vince }) {
  const { groups } = await tobias.rest("GET", "/groups/my-groups");
  const group = groups.find(({ name }) => name === "Tern Instruments").id;
  const asked = groups.find(({ name }) => name === "Directors").id;
  const { channels } = await tobias.rest("GET", `/channels/group/${group}`);
  const channel = channels.find(({ name }) => name === "general").id;
  const say = (person, channelId, text) => person.rest("POST", "/messages", { channelId, text });
  await say(hana, channel, "@tobias the new models stand on the front table. Would you look at them before lunch?");
  await say(ines, channel, "And bring the good camera, please. The light is best until **eleven**. @tobias");
  const first = await hana.rest("POST", "/dms", { userIds: [tobias.id] });
  await say(hana, first.channel.id, "Do you have ten minutes this afternoon?");
  const second = await maryam.rest("POST", "/dms", { userIds: [tobias.id, ines.id] });
  await say(maryam, second.channel.id, "Who has the key of the rehearsal room?");
  await tobias.rest("POST", `/channels/${channel}/bans`, { userId: paulo.id, reason: "Sold the kettle twice" });
  await tobias.rest("POST", `/users/${vince.id}/block`);
  return { group, asked, channel, person: hana.id };
}

const pagesOf = ({ group, asked, channel, person }) => ({
  conversation: `/c/${channel}`,
  browse: "/browse",
  group: `/g/${group}`,
  "group-members": `/g/${group}/members`,
  "group-requests": `/g/${asked}/requests`,
  "group-settings": `/g/${group}/settings`,
  "channel-about": `/c/${channel}/about`,
  "channel-members": `/c/${channel}/members`,
  "channel-bans": `/c/${channel}/bans`,
  person: `/u/${person}`,
  notifications: "/notifications",
  search: "/search",
  found: "/search?q=batch",
  settings: "/settings",
  "settings-security": "/settings/security",
  "settings-look": "/settings/look",
  "settings-blocked": "/settings/blocked",
  list: "/list",
});

const dialogs = { switcher: "Control+k", shortcuts: "?" };

class Album {
  constructor(stage, theme, size) {
    Object.assign(this, { stage, theme, size, look: { colorScheme: theme, viewport: sizes[size] } });
  }

  async picture(window, name) {
    await window.page.waitForFunction(() => !document.querySelector(".skeleton, .splash") && document.getAnimations().every((one) => one.playState !== "running"));
    await window.page.screenshot({ path: path.join(folder, `${name}-${this.theme}-${this.size}.png`) });
  }

  async outside() {
    const window = await this.stage.window(this.look);
    for (const name of ["sign-in", "register", "claim"].filter(isWanted)) {
      await window.go(name === "claim" ? "/claim#token" : `/${name}`);
      await window.page.locator("form").waitFor();
      await this.picture(window, name);
    }
    await window.context.close();
  }

  async inside(pages) {
    const window = await this.stage.window(this.look);
    await window.go("/sign-in?to=/list");
    await window.page.locator("input[name=username]").fill("tobias");
    await window.page.locator("input[name=password]").fill("open-the-window");
    await window.page.locator("button[type=submit]").click();
    await window.page.locator(".row").first().waitFor();
    for (const [name, address] of Object.entries(pages).filter(([name]) => isWanted(name))) {
      await window.go(address);
      await window.page.locator(name === "conversation" ? "article.message" : ".shell").first().waitFor();
      if (name === "conversation") await window.page.locator(".rows").first().evaluate((list) => list.scrollTo(0, list.scrollHeight));
      await this.picture(window, name);
    }
    for (const [name, keys] of Object.entries(dialogs).filter(([name]) => isWanted(name))) {
      await window.page.keyboard.press(keys);
      await window.page.getByRole("dialog").waitFor();
      await this.picture(window, name);
      await window.page.keyboard.press("Escape");
      await window.page.getByRole("dialog").waitFor({ state: "detached" });
    }
    await window.context.close();
  }
}

const isWanted = (name) => wanted.length === 0 || wanted.includes(name);

const stage = new Stage();
try {
  await stage.open();
  await mkdir(folder, { recursive: true });
  const pages = pagesOf(await live(await furnish(stage.world)));
  for (const theme of ["light", "dark"]) {
    for (const size of Object.keys(sizes)) {
      const album = new Album(stage, theme, size);
      await album.outside();
      await album.inside(pages);
    }
  }
  console.log(`the pictures are in ${path.relative(process.cwd(), folder) || "."}`);
} finally {
  await stage.close();
}
