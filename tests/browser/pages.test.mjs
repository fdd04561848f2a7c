// Every page: accessible in both themes, whole at phone width; finding things by keys and words; language, theme, right to left.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, onStage } from "./rig.mjs";

const PHONE = { width: 390, height: 844 };

const button = (window, name) => window.page.getByRole("button", { name, exact: true });
const field = (window, name) => window.page.getByLabel(name, { exact: true });

/** A page is there when nothing on it is on its way any more. */
const settled = (window) => window.page.waitForFunction(() => !document.querySelector(".skeleton, .splash, [aria-busy=true]"));

/** Nothing sticks out at the side. */
async function fits(window, what) {
  const over = await window.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${what} is ${over} pixels too wide`);
}

/** Something of everything, so that no page is empty. */
async function furnish(world) {
  const [ann, ben, cem] = await world.people("ann", "ben", "cem");
  const { id, channel } = await world.group(ann, ben, cem);
  await ann.rest("PUT", `/groups/${id}`, { description: "Where boats sleep, and what is said about them.", category: "Water" });
  await ben.rest("POST", "/messages", { channelId: channel, text: `@${ann.name} low water at nine` });
  await ben.rest("POST", "/dms", { userIds: [ann.id] });
  await ann.rest("POST", `/channels/${channel}/bans`, { userId: cem.id, reason: "threw the anchor" });
  await ann.rest("POST", `/users/${cem.id}/block`);
  const secret = await ann.rest("POST", "/groups", { name: `Cellar of ${ann.name}`, isPrivate: true });
  await ben.rest("POST", "/group-requests", { groupId: secret.id, requestType: "request_invite", message: "I bring cheese." });
  return { ann, ben, id, channel, secret: secret.id };
}

function pagesOf({ id, channel, secret, ben }) {
  return [
    "/list", "/browse", `/g/${id}`, `/g/${id}/members`, `/g/${secret}/requests`, `/g/${id}/settings`,
    `/c/${channel}/about`, `/c/${channel}/members`, `/c/${channel}/bans`, `/u/${ben.id}`,
    "/notifications", "/search", "/search?q=water", "/search?q=water&has=link",
    "/settings", "/settings/security", "/settings/look", "/settings/blocked",
  ];
}

onStage("pages in the browser", (stage) => {
  for (const colorScheme of ["light", "dark"]) {
    for (const viewport of [undefined, PHONE]) {
      test(`every page is accessible and whole (${colorScheme}, ${viewport ? "phone" : "wide"})`, async () => {
        const world = await furnish(stage.world);
        const look = { colorScheme, ...(viewport && { viewport }) };
        const stranger = await stage.window(look);
        for (const path of ["/sign-in", "/register", "/claim#token"]) {
          await stranger.go(path);
          await stranger.page.locator("form").waitFor();
          await accessible(stranger, path);
          await fits(stranger, path);
        }
        const window = await stage.of(world.ann, "/list", look);
        for (const path of pagesOf(world)) {
          await window.go(path);
          await window.page.locator(".shell").waitFor();
          await settled(window);
          await accessible(window, path);
          await fits(window, path);
        }
      });
    }
  }

  test("dialogs are accessible, take the focus, and give it back on Escape", async () => {
    const { ann, id } = await furnish(stage.world);
    const window = await stage.of(ann, `/g/${id}`);
    await settled(window);
    const focused = () => window.page.evaluate(() => document.activeElement?.closest("dialog") !== null);
    for (const open of [() => window.page.keyboard.press("Control+k"), () => window.page.keyboard.press("?")]) {
      await open();
      await window.page.getByRole("dialog").waitFor();
      assert.ok(await focused());
      await accessible(window, "a dialog");
      await window.page.keyboard.press("Escape");
      await window.page.getByRole("dialog").waitFor({ state: "detached" });
    }
    const create = window.page.locator(".list").getByRole("button", { name: "New channel" });
    await create.click();
    await accessible(window, "the dialog of a new channel");
    await window.page.keyboard.press("Escape");
    await window.page.getByRole("dialog").waitFor({ state: "detached" });
    assert.ok(await create.evaluate((one) => one === document.activeElement), "the focus is back");
  });

  test("a few letters and Enter lead to a channel; Alt and arrows to the next one", async () => {
    const { ann, channel, id } = await furnish(stage.world);
    const { name } = await ann.rest("GET", `/channels/${channel}`);
    const window = await stage.of(ann, `/g/${id}`);
    await settled(window);
    await window.page.keyboard.press("Control+k");
    await window.page.getByRole("combobox").fill(name);
    await window.page.getByRole("option").first().getByText(name).waitFor();
    await window.page.keyboard.press("Enter");
    await window.page.waitForFunction((wanted) => location.pathname === wanted, `/c/${channel}`);
    await window.page.keyboard.press("Alt+ArrowDown");
    await window.page.waitForFunction((before) => /^\/c\//.test(location.pathname) && location.pathname !== before, `/c/${channel}`);
  });

  test("what was said is found, marked, narrowed by filters, and opened where it stands", async () => {
    const { ann, channel } = await furnish(stage.world);
    const window = await stage.of(ann, "/search");
    await window.page.getByRole("searchbox").fill("water");
    await window.page.keyboard.press("Enter");
    await window.page.locator("mark", { hasText: "water" }).first().waitFor();
    await button(window, "Filters").click();
    await field(window, "With").selectOption("link");
    await window.page.getByText("Nothing found").waitFor();
    await field(window, "With").selectOption("");
    await window.page.locator(".found-row").first().click();
    await window.page.waitForFunction((wanted) => location.pathname.startsWith(wanted), `/c/${channel}/m/`);
    await window.reads("low water at nine");
  });

  test("a mention is counted, listed with what was said, and read when it is opened", async () => {
    const { ann, channel } = await furnish(stage.world);
    const window = await stage.of(ann, "/notifications");
    const notice = window.page.locator(".notice-row[data-unread]", { hasText: "low water at nine" });
    await notice.locator(".notice-open").click();
    await window.page.waitForFunction((wanted) => location.pathname.startsWith(wanted), `/c/${channel}`);
    await window.page.goBack();
    await window.page.locator(".notice-row:not([data-unread])", { hasText: "low water at nine" }).waitFor();
  });

  test("language and theme are chosen and kept over a reload", async () => {
    const { ann } = await furnish(stage.world);
    const window = await stage.of(ann, "/settings/look");
    await window.page.getByLabel("Deutsch").check();
    await window.page.getByRole("heading", { name: "Einstellungen", level: 1 }).waitFor();
    await window.page.getByLabel("Dunkel", { exact: true }).check();
    await window.page.reload();
    await window.page.getByRole("heading", { name: "Einstellungen", level: 1 }).waitFor();
    assert.deepEqual(await window.page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme]), ["de", "dark"]);
    await accessible(window, "a page in German");
  });

  test("the browser is asked for notifications only when somebody wants them", async () => {
    const { ann, ben, channel } = await furnish(stage.world);
    const window = await stage.of(ann, "/settings/look", { permissions: [] });
    await window.page.addInitScript(() => {
      globalThis.rung = [];
      globalThis.asked = 0;
      globalThis.Notification = class {
        static permission = "default";
        static async requestPermission() {
          globalThis.asked += 1;
          return (this.permission = "granted");
        }
        constructor(title, { body }) {
          globalThis.rung.push(`${title}: ${body}`);
        }
        close() {}
      };
    });
    await window.page.reload();
    await window.page.getByRole("switch").waitFor();
    assert.equal(await window.page.evaluate(() => globalThis.asked), 0);
    await window.page.getByRole("switch").check();
    await ben.rest("POST", "/messages", { channelId: channel, text: `@${ann.name} the ferry is early` });
    await window.page.waitForFunction(() => globalThis.rung.some((line) => line.includes("the ferry is early")));
    assert.equal(await window.page.evaluate(() => globalThis.asked), 1);
  });

  test("on a phone one pane shows at a time, and back leads to the list", async () => {
    const { ann, id, channel } = await furnish(stage.world);
    const window = await stage.of(ann, `/c/${channel}/about`, { viewport: PHONE });
    await settled(window);
    assert.ok(!(await window.page.locator(".list").isVisible()));
    await button(window, "Back").click();
    await window.page.locator(".list").waitFor();
    assert.ok(!(await window.page.locator(".slot").isVisible()));
    await window.page.locator(`.list-title[href="/g/${id}"]`).click();
    await window.page.locator(".slot").waitFor();
  });

  test("a name that is read from the right stands as its readers expect", async () => {
    const { ann } = await furnish(stage.world);
    const group = await ann.rest("POST", "/groups", { name: "مرفأ القوارب" });
    const window = await stage.of(ann, `/g/${group.id}`);
    const heading = window.page.getByRole("heading", { level: 1 });
    await heading.waitFor();
    assert.equal(await heading.evaluate((one) => getComputedStyle(one).direction), "rtl");
    await fits(window, "a group with an Arabic name");
  });
});
