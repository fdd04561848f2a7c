// Windows of a real Chromium on a hubbub of its own. The world and its people are those of tests/socketio.
//
// Every wait ends with an event and has a deadline; none is a fixed time. Whatever a page logs as an error,
// asks of another server or does against its content security policy fails the story that it was in.
//
// HUBBUB_WEB_DIST names a client that `npm run build` made, to be shown in place of the one in the program: so that
// who writes the client need not build the program each time.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, describe } from "node:test";
import { chromium } from "playwright-core";
import { PASSWORD, World } from "../socketio/world.mjs";

const program = process.env.HUBBUB_CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const PATIENCE = 30_000;

/** What browsers say of a server that is away; stories in which it is expect them. */
const AWAY = /net::ERR_(CONNECTION_REFUSED|INTERNET_DISCONNECTED|CONNECTION_RESET|EMPTY_RESPONSE)|WebSocket connection to .* failed|Failed to load resource: net::/;

/** Tells stories in windows on a fresh server: `tell(stage)` declares its tests. */
export function onStage(title, tell, settings = {}) {
  describe(title, () => {
    const stage = new Stage(settings);
    before(() => stage.open());
    after(() => stage.close());
    tell(stage);
  });
}

export class Stage {
  #browser;
  #windows = [];

  constructor(settings = {}) {
    this.world = new World("embedded", settings);
  }

  async open() {
    assert.ok(program, "no Chromium: apt-get install chromium, or name one in HUBBUB_CHROMIUM");
    await this.world.open();
    const page = await (await fetch(this.world.url)).text();
    assert.match(page, /\/assets\//, "the program was built without the web client: install npm and build again");
    const args = ["--no-sandbox", "--disable-dev-shm-usage"];
    // A page that a test hands over counts as one of the internet, which may not ask a machine of one's own.
    if (process.env.HUBBUB_WEB_DIST) args.push("--disable-features=LocalNetworkAccessChecks");
    this.#browser = await chromium.launch({ executablePath: program, args });
  }

  async close() {
    await this.#browser?.close();
    await this.world.close();
    for (const window of this.#windows) window.behaved();
  }

  /** A window of a browser of its own; `settings` are those of a context of Playwright. */
  async window(settings = {}) {
    const context = await this.#browser.newContext({ locale: "en", viewport: { width: 1280, height: 800 }, ...settings });
    context.setDefaultTimeout(PATIENCE);
    if (process.env.HUBBUB_WEB_DIST) await show(context, process.env.HUBBUB_WEB_DIST);
    return this.#watched(context, await context.newPage());
  }

  /** Another tab of the same browser. */
  async tab(window) {
    return this.#watched(window.context, await window.context.newPage());
  }

  /** A window in which this person is signed in. */
  async of(person, path = "/", settings = {}) {
    const window = await this.window(settings);
    await window.signIn(person, path);
    return window;
  }

  #watched(context, page) {
    const window = new Window(this.world.url, context, page);
    this.#windows.push(window);
    return window;
  }
}

class Window {
  #complaints = [];
  #forgiven = [];
  /** The server or the network is away on purpose. */
  lonely = false;

  constructor(url, context, page) {
    Object.assign(this, { url, context, page });
    page.on("pageerror", (error) => this.#complaints.push(`an error: ${error.stack ?? error}`));
    page.on("console", (message) => {
      if (message.type() !== "error" || (this.lonely && AWAY.test(message.text()))) return;
      this.#complaints.push(`the console: ${message.text()} (${message.location().url})`);
    });
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (origin !== this.url && protocol !== "data:" && protocol !== "blob:") this.#complaints.push(`asked elsewhere: ${request.url()}`);
    });
  }

  /** What it complained of, so far; it is asked for once. */
  behaved() {
    const complaints = this.#complaints.splice(0).filter((complaint) => !this.#forgiven.some((pattern) => pattern.test(complaint)));
    assert.deepEqual(complaints, [], "what the page complained of");
  }

  /** A refusal that a story asks for is logged by the browser as an error, sooner or later. */
  forgive(pattern) {
    this.#forgiven.push(pattern);
  }

  async go(path) {
    await this.page.goto(this.url + path);
  }

  async signIn(person, path = "/") {
    await this.go(`/sign-in?to=${encodeURIComponent(path)}`);
    await this.page.locator("input[name=username]").fill(person.name);
    await this.page.locator("input[name=password]").fill(PASSWORD);
    await this.page.locator("button[type=submit]").click();
    await this.page.waitForFunction((wanted) => location.pathname === wanted, path);
  }

  // The conversation.

  async write(text) {
    await this.page.locator(".composer textarea").fill(text);
    await this.page.locator(".composer textarea").press("Enter");
  }

  message(text) {
    return this.page.locator("article.message", { hasText: text });
  }

  /** Waits until this is said, and by the server. */
  async reads(text) {
    await this.page.locator("article.message:not([data-pending])", { hasText: text }).first().waitFor();
  }

  /** What all messages say, from the first that is loaded to the last, gathered by scrolling. */
  async allTexts() {
    return this.page.locator(".rows").first().evaluate(async (list) => {
      const frame = () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      const said = new Map();
      const look = () => {
        for (const row of list.querySelectorAll("li[data-row]")) {
          const text = row.querySelector(".prose")?.textContent;
          if (text) said.set(row.dataset.row, text.trim());
        }
      };
      list.scrollTop = 0;
      const order = [];
      for (let last = -1; list.scrollTop !== last; list.scrollTop += list.clientHeight / 2) {
        last = list.scrollTop;
        await frame();
        look();
        for (const row of list.querySelectorAll("li[data-row]")) if (!order.includes(row.dataset.row)) order.push(row.dataset.row);
        if (list.scrollTop + list.clientHeight >= list.scrollHeight - 1) break;
      }
      return order.flatMap((key) => (said.has(key) ? [said.get(key)] : []));
    });
  }

  /** Breaks the network of all tabs of this browser, or gives it back. */
  async network(there) {
    this.lonely = true;
    await this.context.setOffline(!there);
  }
}

/** Shows the client of a folder, under the headers of the server. */
async function show(context, folder) {
  await context.route(/\/assets\/[^/]+$/, (route) =>
    route.fulfill({ path: path.join(folder, "assets", path.basename(new URL(route.request().url()).pathname)) }),
  );
  await context.route("**", async (route) => {
    if (route.request().resourceType() !== "document") return route.fallback();
    const body = await readFile(path.join(folder, "index.html"), "utf8");
    const response = await route.fetch().catch(() => null);
    return response ? route.fulfill({ response, body }) : route.abort();
  });
}

/** What axe finds wrong with a page by the rules of WCAG 2.2 AA, told in words. */
export async function accessible(window, what) {
  await window.page.evaluate(axeSource());
  // What is still fading in has no colours yet.
  await window.page.evaluate(() => {
    const finite = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
    return Promise.allSettled(finite.map((one) => one.finished));
  });
  const { violations } = await window.page.evaluate(() =>
    axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html, failureSummary }) => `${html} (${failureSummary})`).join(" · ")}`);
  assert.deepEqual(told, [], `${what} is accessible`);
}

let axe;
function axeSource() {
  axe ??= createRequire(import.meta.url)("axe-core").source;
  return axe;
}
