// A conversation between people in two windows: what one does the other sees; long histories, threads, drafts; and nothing that is
// written is ever obeyed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, onStage } from "./rig.mjs";

const PHONE = { width: 390, height: 844 };

const label = (window, name) => window.page.getByLabel(name, { exact: true });
const button = (window, name) => window.page.getByRole("button", { name, exact: true });
const composer = (window) => window.page.locator(".talk-foot textarea");

/** Points at a message and presses one of its buttons. */
async function act(window, text, name) {
  const message = window.message(text).last();
  await message.hover();
  await message.getByLabel(name, { exact: true }).click();
}

async function choose(window, text, name) {
  await act(window, text, "More");
  await window.page.getByRole("menuitem", { name, exact: true }).click();
}

const says = (person, channel, text) => person.rest("POST", "/messages", { channelId: channel, text });

async function sayAll(person, channel, count, word = "said") {
  for (let number = 1; number <= count; number += 1) await says(person, channel, `${word} ${number}.`);
}

/** The place of a row on the screen. */
const topOf = (window, text) => window.message(text).first().evaluate((row) => row.getBoundingClientRect().top);

onStage("a conversation in the browser", (stage) => {
  /** Two people in a channel, each with a window on it. */
  async function two(settings = {}) {
    const [ann, ben] = await stage.world.people("ann", "ben");
    const { channel, id } = await stage.world.group(ann, ben);
    const [left, right] = await Promise.all([ann, ben].map((person) => stage.of(person, `/c/${channel}`, settings)));
    await Promise.all([left, right].map((window) => composer(window).waitFor()));
    return { ann, ben, channel, group: id, left, right };
  }

  test("two people chat: typing, saying, changing, reacting, deleting", async () => {
    const { ann, left, right } = await two();
    await composer(left).pressSequentially("low tide at **nine**");
    await right.page.getByText(`${ann.name} is typing…`).waitFor();
    await composer(left).press("Enter");
    await right.reads("low tide at nine");
    assert.equal(await right.message("low tide at nine").locator("strong").last().textContent(), "nine");

    await composer(left).press("ArrowUp");
    await left.page.locator(".editor textarea").fill("low tide at ten");
    await left.page.locator(".editor textarea").press("Enter");
    await right.reads("low tide at ten");
    await right.message("low tide at ten").getByText("edited").click();
    await right.page.getByRole("dialog").getByText("low tide at nine").waitFor();
    await right.page.keyboard.press("Escape");

    await act(right, "low tide at ten", "React with 👍");
    await left.message("low tide at ten").getByRole("button", { name: "👍 1" }).click();
    await right.message("low tide at ten").getByRole("button", { name: "👍 2" }).waitFor();

    await choose(left, "low tide at ten", "Pin");
    await right.message("low tide at ten").getByText("Pinned").waitFor();
    await label(right, "Pinned messages").click();
    await right.page.locator(".pin", { hasText: "low tide at ten" }).waitFor();

    await choose(left, "low tide at ten", "Delete");
    await left.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await right.page.getByText("This message was deleted").waitFor();
    await right.page.getByText("Nothing is pinned yet").waitFor();
    assert.equal(await right.page.getByText("low tide at ten").count(), 0);
  });

  test("a thread stays beside the channel, and its replies out of it", async () => {
    const { ann, ben, channel, left, right } = await two();
    await says(ann, channel, "who brings cake?");
    await right.reads("who brings cake?");
    await act(right, "who brings cake?", "Reply in thread");
    const side = right.page.locator(".side");
    await side.locator("textarea").fill("I do");
    await side.locator("textarea").press("Enter");
    await side.locator("article.message:not([data-pending])", { hasText: "I do" }).waitFor();
    await left.page.getByText("1 reply").click();
    await left.page.locator(".side article.message", { hasText: "I do" }).waitFor();
    assert.equal(await left.page.locator(".talk-main article.message", { hasText: "I do" }).count(), 0);
    await ben.rest("POST", "/messages", { channelId: channel, text: "with cream", threadId: (await lastOf(ann, channel, "who brings cake?")).id });
    await left.page.locator(".side article.message", { hasText: "with cream" }).waitFor();
    await left.page.getByText("2 replies").waitFor();
    await label(left, "Close").click();
    await left.page.locator(".side").waitFor({ state: "detached" });
  });

  const lastOf = async (person, channel, text) => {
    const { messages } = await person.rest("GET", `/messages/channel/${channel}?limit=100`);
    return messages.findLast((message) => message.text === text);
  };

  test("a poll is asked, answered, changed and ended", async () => {
    const { left, right } = await two();
    await label(left, "Ask a question with answers").click();
    await label(left, "Question").fill("tea or coffee?");
    await label(left, "Answer 1").fill("tea");
    await label(left, "Answer 2").fill("coffee");
    await button(left, "Ask").click();
    await right.page.getByRole("radio", { name: "tea 0" }).click();
    await left.page.getByRole("radio", { name: "tea 1" }).waitFor();
    await right.page.getByRole("radio", { name: "coffee 0" }).click();
    await left.page.getByRole("radio", { name: "coffee 1" }).waitFor();
    await left.page.getByRole("radio", { name: "tea 0" }).waitFor();
    await button(left, "End the poll").click();
    await right.page.getByText("the poll has ended").waitFor();
    assert.equal(await right.page.getByRole("radio", { name: "tea 0" }).isDisabled(), true);
  });

  test("three hundred messages: the first new one is in sight, the oldest can be reached, nothing jumps", async () => {
    const [ann, ben] = await stage.world.people("ann", "ben");
    const { channel } = await stage.world.group(ann, ben);
    await sayAll(ann, channel, 100);
    await ben.rest("POST", `/channels/${channel}/read`, { seq: (await lastOf(ann, channel, "said 100.")).seq });
    await sayAll(ann, channel, 200, "new");
    const window = await stage.of(ben, `/c/${channel}`);
    await window.message("new 1.").first().waitFor();
    assert.ok((await topOf(window, "new 1.")) > 0);
    await window.page.getByRole("separator", { name: "New" }).waitFor();

    const rows = await window.page.locator(".rows li[data-row]").count();
    assert.ok(rows < 80, `${rows} rows are on the page`);
    const jumps = await window.page.locator(".rows").evaluate(scrollToTop);
    assert.deepEqual(jumps, []);
    await window.message("said 1.").first().waitFor();

    await window.page.locator(".to-end").click();
    await window.message("new 200.").first().waitFor();
    await window.page.waitForFunction(() => !document.querySelector(".to-end"));
    await nothingIsUnread(ben);
  });

  async function nothingIsUnread(person) {
    const deadline = Date.now() + 20_000;
    for (let total = -1; total !== 0; ) {
      ({ total } = await person.rest("GET", "/messages/unread-counts"));
      assert.ok(Date.now() < deadline, `${total} are unread still`);
    }
  }

  /** Scrolls up step by step; answers the steps in which a row did not move with the list. */
  async function scrollToTop(list) {
    const frame = () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const [step, wrong] = [150, []];
    for (let still = 0; still < 20; ) {
      const row = [...list.querySelectorAll("li[data-row]")].findLast((one) => one.getBoundingClientRect().top < 400);
      const [before, from] = [row.getBoundingClientRect().top, list.scrollTop];
      list.scrollTop -= step;
      const asked = Math.min(step, from);
      await frame();
      const after = list.querySelector(`[data-row="${row.dataset.row}"]`)?.getBoundingClientRect().top;
      if (after !== undefined && Math.abs(after - before - asked) > 2) wrong.push({ asked, moved: after - before });
      still = asked === 0 ? still + 1 : 0;
    }
    return wrong;
  }

  test("a link to a message leads to it, in a channel as in a thread", async () => {
    const [ann] = await stage.world.people("ann");
    const { channel } = await stage.world.group(ann);
    await sayAll(ann, channel, 120);
    const far = (await ann.rest("GET", `/messages/channel/${channel}?around=10&limit=1`)).messages[0];
    const reply = (await ann.rest("POST", `/messages/${far.id}/replies`, { text: "an answer below" })).message;
    const window = await stage.of(ann, `/c/${channel}/m/${far.id}`);
    await window.page.locator("article.message[data-lit]", { hasText: far.text }).waitFor();
    await window.go(`/c/${channel}/m/${reply.id}`);
    await window.page.locator(".side article.message", { hasText: "an answer below" }).waitFor();
  });

  test("what is begun is there on another device, until it is sent", async () => {
    const [ann] = await stage.world.people("ann");
    const { channel } = await stage.world.group(ann);
    const [one, other] = [await stage.of(ann, `/c/${channel}`), await stage.of(ann, `/c/${channel}`)];
    const drafted = () => composer(other).inputValue();
    await composer(one).fill("half a sentence");
    await other.page.waitForFunction(() => document.querySelector(".talk-foot textarea")?.value === "half a sentence");
    await composer(one).press("Enter");
    await other.reads("half a sentence");
    await other.page.waitForFunction(() => document.querySelector(".talk-foot textarea")?.value === "");
    assert.equal(await drafted(), "");
  });

  test("names are completed, and whoever is named is called", async () => {
    const { ben, left, right } = await two();
    await composer(left).pressSequentially(`hello @${ben.name.slice(0, 3)}`);
    await left.page.getByRole("option", { name: `@${ben.name}` }).first().waitFor();
    await composer(left).press("Tab");
    await composer(left).press("Enter");
    await right.page.locator(".mention-me", { hasText: ben.name }).waitFor();
    await composer(left).pressSequentially("done :tad");
    await left.page.getByRole("option", { name: ":tada:" }).first().click();
    await composer(left).press("Enter");
    await right.reads("done 🎉");
  });

  test("a message whose file has no address that is one is read all the same", async () => {
    const { ann, channel, right } = await two();
    await ann.rest("POST", "/messages", { channelId: channel, text: "the plan", attachments: ["https://["], imageUrl: "https://[" });
    await right.reads("the plan");
    await right.page.getByText("https://[").first().waitFor();
  });

  test("a file that is dropped or pasted is refused in words", async () => {
    const [ann] = await stage.world.people("ann");
    const { channel } = await stage.world.group(ann);
    const window = await stage.of(ann, `/c/${channel}`);
    await composer(window).evaluate((field) => {
      const data = new DataTransfer();
      data.items.add(new File(["x"], "x.txt"));
      field.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    });
    await window.page.getByText("This server takes no files yet.").waitFor();
  });

  test("nothing that is written anywhere is obeyed", async () => {
    const { ann, ben, channel, group, left, right } = await two();
    await ann.rest("PUT", "/users/me", { displayName: "<img src=x onerror=pwned(1)>", bio: ATTACKS[0] });
    await ann.rest("PUT", `/groups/${group}`, { name: "<svg onload=pwned(2)>", description: ATTACKS[0] });
    await ann.rest("PUT", `/channels/${channel}`, { name: "<b onclick=pwned(3)>x", description: ATTACKS[0] });
    await ann.rest("PUT", `/drafts/${channel}`, { text: ATTACKS.join("\n\n") });
    const first = (await says(ann, channel, ATTACKS[0])).message;
    for (const text of ATTACKS) {
      await says(ben, channel, text);
      await ann.rest("POST", `/messages/${first.id}/replies`, { text });
    }
    await ann.rest("POST", "/messages", { channelId: channel, text: ATTACKS[1], poll: { options: ATTACKS.slice(0, 3).map((text) => text.slice(0, 100)) } });
    await ann.rest("PUT", `/messages/${first.id}`, { text: ATTACKS.join("\n\n") });
    await says(ben, channel, "the end of it");
    for (const window of [left, right]) {
      await window.go(`/c/${channel}/t/${first.id}`);
      await window.reads("the end of it");
      await window.page.locator(".side article.message").nth(3).waitFor();
      if (window === left) {
        await window.page.waitForFunction(() => document.querySelector(".talk-foot textarea").value.length > 0);
        await window.page.locator(".talk-foot [aria-label=Preview]").click();
        await window.page.locator(".composer-preview").waitFor();
      }
      await window.page.locator(".rows").first().evaluate(scrollToTop);
      assert.deepEqual(await window.page.evaluate(dangerous), []);
    }
  });

  /** What is on the page and should not be: elements and attributes that run or load, links to elsewhere than the web. */
  function dangerous() {
    const found = [];
    if (globalThis.pwned !== undefined) found.push("a script ran");
    for (const element of document.querySelectorAll(".talk *, .dialog *")) {
      if (["SCRIPT", "IFRAME", "OBJECT", "EMBED", "IMG", "STYLE", "FORM", "META", "BASE"].includes(element.tagName)) found.push(element.outerHTML);
      for (const { name, value } of element.attributes) {
        if (name.startsWith("on") || (name === "href" && !/^(https?:|mailto:|\/)/.test(value))) found.push(`${name}=${value}`);
      }
    }
    return found;
  }

  for (const colorScheme of ["light", "dark"]) {
    for (const viewport of [undefined, PHONE]) {
      test(`a conversation is accessible and whole (${colorScheme}, ${viewport ? "phone" : "wide"})`, async () => {
        const [ann, ben] = await stage.world.people("ann", "ben");
        const { channel } = await stage.world.group(ann, ben);
        const { message } = await says(ann, channel, EVERYTHING);
        await ben.rest("POST", `/messages/${message.id}/reactions`, { reaction: "👍" });
        await ben.rest("POST", `/messages/${message.id}/replies`, { text: "an answer" });
        await ann.rest("POST", `/messages/${message.id}/pin`);
        await ben.rest("POST", "/messages", { channelId: channel, text: "which?", poll: { options: ["one", "other"] } });
        await ben.rest("POST", "/messages", { channelId: channel, text: `@${ann.name} היי, שלום`, replyTo: message.id });
        const window = await stage.of(ann, `/c/${channel}`, { colorScheme, ...(viewport && { viewport }) });
        await window.reads("שלום");
        await whole(window, "the channel");
        await window.message("which?").last().click();
        await window.page.locator(".actions").waitFor();
        await whole(window, "a message with its actions");
        await window.page.locator(".actions [aria-label=React]").click();
        await window.page.locator(".picker-kind").first().waitFor();
        await whole(window, "emoji to pick from");
        await window.page.keyboard.press("Escape");
        await label(window, "Pinned messages").click();
        await window.page.locator(".pin").waitFor();
        await whole(window, "what is pinned");
        await label(window, "Close").click();
        await window.page.getByText("1 reply").click();
        await window.page.locator(".side article.message", { hasText: "an answer" }).waitFor();
        await whole(window, "a thread");
        await label(window, "Close").click();
        await label(window, "Ask a question with answers").click();
        await whole(window, "asking a question");
      });
    }
  }

  async function whole(window, what) {
    await accessible(window, what);
    const over = await window.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${what} is ${over} pixels too wide`);
  }
});

const EVERYTHING = [
  "# A title", "**strong** *em* ~~gone~~ `code` https://example.org/a/very/long/address/that/goes/on/and/on/for/a/while/without/a/break",
  "> quoted", "- one\n- [x] two", "```rust\nfn main() { println!(\"a line that is rather long, so that it has to be scrolled at some widths\"); }\n```", "| a | b |\n|---|---|\n| 1 | 2 |",
].join("\n\n");

const ATTACKS = [
  "<script>pwned(0)</script>",
  "<img src=x onerror=pwned(0)>",
  "<svg/onload=pwned(0)>",
  "<iframe srcdoc='<script>parent.pwned(0)</script>'></iframe>",
  "[x](javascript:pwned(0))",
  "[x](JaVaScRiPt&colon;pwned(0)) <javascript:pwned(0)>",
  "[x](data:text/html;base64,PHNjcmlwdD5wd25lZCgwKTwvc2NyaXB0Pg==)",
  "![x](https://evil.example/x.png) ![y](\"onerror=\"pwned(0))",
  "[x](https://a.example/\"onmouseover=\"pwned(0))",
  "`</code><script>pwned(0)</script>`",
  "```\"><script>pwned(0)</script>\nx\n```",
  "|<img src=x onerror=pwned(0)>|\n|-|\n|<script>pwned(0)</script>|",
  "<a href=\"javascript:pwned(0)\">x</a><form action=https://evil.example><input>",
  "<style>*{display:none}</style><base href=https://evil.example><meta http-equiv=refresh content=0;url=https://evil.example>",
  "{{constructor.constructor('pwned(0)')()}} ${pwned(0)}",
  "\u202egpj.exe\u202c &#0; &lt;script&gt;pwned(0)&lt;/script&gt;",
];
