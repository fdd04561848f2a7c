// Groups, channels and the people in them: making, finding, joining, asking, letting in, adding, banning.

import { test } from "node:test";
import { onStage } from "./rig.mjs";

const button = (window, name) => window.page.getByRole("button", { name, exact: true });
const field = (window, name) => window.page.getByLabel(name, { exact: true });
const link = (window, name) => window.page.getByRole("link", { name, exact: true });
const row = (window, name) => window.page.locator(".person-row", { hasText: name });
const channelRow = (window, name) => window.page.locator(".list .row", { hasText: name });

onStage("places in the browser", (stage) => {
  test("somebody makes a group and a channel; another finds it, joins, and hears of a new channel at once", async () => {
    const [ann, ben] = await stage.world.people("ann", "ben");
    const [left, right] = [await stage.of(ann, "/browse"), await stage.of(ben, "/browse")];
    await button(left, "New group").click();
    await field(left, "Name").fill("Lighthouse");
    await button(left, "Create").click();
    await left.page.getByRole("heading", { name: "Lighthouse", level: 1 }).waitFor();

    await field(right, "Search groups by name").fill("Light");
    await right.page.locator(".card", { hasText: "Lighthouse" }).getByRole("button", { name: "Join" }).click();
    await channelRow(right, "general").waitFor();

    await left.page.locator(".list").getByRole("button", { name: "New channel" }).click();
    await field(left, "Name").fill("lamp-room");
    await button(left, "Create").click();
    await channelRow(right, "lamp-room").waitFor();
    await left.write("the lamp is lit");
    await right.page.locator('.row[data-unread]', { hasText: "lamp-room" }).waitFor();
    await channelRow(right, "lamp-room").click();
    await right.reads("the lamp is lit");
    await right.page.locator('.row:not([data-unread])', { hasText: "lamp-room" }).waitFor();
  });

  test("a private group is asked for; the admin sees the request, lets them in, and they are in at once", async () => {
    const [ann, ben] = await stage.world.people("ann", "ben");
    const group = await ann.rest("POST", "/groups", { name: `Cellar of ${ann.name}`, isPrivate: true });
    const right = await stage.of(ben, "/browse");
    await field(right, "Search groups by name").fill("Cellar");
    await button(right, "Ask to join").click();
    await field(right, "A word to the admins").fill("I bring cheese.");
    await button(right, "Send request").click();
    await button(right, "Withdraw request").waitFor();

    const left = await stage.of(ann, `/g/${group.id}/requests`);
    await row(left, ben.name).getByText("I bring cheese.").waitFor();
    await row(left, ben.name).getByRole("button", { name: "Let in" }).click();
    await right.page.locator(".rail-place", { hasText: group.name }).waitFor();
    await right.page.locator(".rail .badge").waitFor();
    await link(right, "Notifications").or(right.page.locator('.rail-link[href="/notifications"]')).first().click();
    await right.page.getByText("Your request to join was decided").waitFor();
  });

  test("a rejected request tells its reason to nobody else and leaves the asker outside", async () => {
    const [ann, ben] = await stage.world.people("ann", "ben");
    const group = await ann.rest("POST", "/groups", { name: `Attic of ${ann.name}`, isPrivate: true });
    await ben.rest("POST", "/group-requests", { groupId: group.id, requestType: "request_invite" });
    const left = await stage.of(ann, `/g/${group.id}/requests`);
    await row(left, ben.name).getByRole("button", { name: "Reject" }).click();
    await field(left, "Reason").fill("No room under the roof.");
    await left.page.getByRole("dialog").getByRole("button", { name: "Reject" }).click();
    await left.page.getByText("No requests").waitFor();
    await left.page.getByLabel("Rejected").check();
    await row(left, ben.name).getByText("No room under the roof.").waitFor();
  });

  test("an admin adds a member and takes them out again; the group comes and goes in their rail", async () => {
    const [ann, ben] = await stage.world.people("ann", "ben");
    const group = await ann.rest("POST", "/groups", { name: `Pier of ${ann.name}` });
    const [left, right] = [await stage.of(ann, `/g/${group.id}/members`), await stage.of(ben, "/browse")];
    await button(left, "Add members").click();
    await field(left, "Find people by username").fill(ben.name);
    await left.page.locator(".picker-row", { hasText: ben.name }).click();
    await left.page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
    await right.page.locator(".rail-place", { hasText: group.name }).waitFor();
    await button(left, `Actions for ${ben.name}`).click();
    await left.page.getByRole("menuitem", { name: "Remove" }).click();
    await left.page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await right.page.locator(".rail-place", { hasText: group.name }).waitFor({ state: "detached" });
  });

  test("who is banned from a channel loses it at once, and has it back when the ban is lifted", async () => {
    const [ann, ben] = await stage.world.people("ann", "ben");
    const { channel } = await stage.world.group(ann, ben);
    const { name } = await ann.rest("GET", `/channels/${channel}`);
    const [left, right] = [await stage.of(ann, `/c/${channel}/members`), await stage.of(ben, "/list")];
    await channelRow(right, name).waitFor();
    await button(left, `Actions for ${ben.name}`).click();
    await left.page.getByRole("menuitem", { name: "Ban" }).click();
    await field(left, "Reason").fill("threw the anchor");
    await left.page.getByRole("dialog").getByRole("button", { name: "Ban" }).click();
    await channelRow(right, name).waitFor({ state: "detached" });
    await link(left, "Bans").click();
    await row(left, ben.name).getByText("threw the anchor").waitFor();
    await row(left, ben.name).getByRole("button", { name: "Lift ban" }).click();
    await channelRow(right, name).waitFor();
  });

  test("settings of a group and a channel are kept, and a new name shows to everybody at once", async () => {
    const [ann, ben] = await stage.world.people("ann", "ben");
    const { id, channel } = await stage.world.group(ann, ben);
    const [left, right] = [await stage.of(ann, `/c/${channel}/about`), await stage.of(ben, "/list")];
    await field(left, "Name").fill("renamed");
    await button(left, "Save").click();
    await channelRow(right, "renamed").waitFor();
    await left.page.getByRole("switch", { name: "Read only" }).check();
    await left.page.reload();
    await left.page.locator('input[role=switch]:checked').first().waitFor();
    await left.go(`/g/${id}/settings`);
    await field(left, "Name").fill(`Harbour of ${ann.name}`);
    await button(left, "Save").click();
    await right.page.locator(".list-title", { hasText: `Harbour of ${ann.name}` }).waitFor();
  });

  test("a direct talk begins with a name; the other sees it come, with a count", async () => {
    const [ann, ben] = await stage.world.people("ann", "ben");
    await stage.world.group(ann, ben);
    const [left, right] = [await stage.of(ann, `/u/${ben.id}`), await stage.of(ben, "/list")];
    await button(left, "Write a message").click();
    await left.write("are you there?");
    await left.reads("are you there?");
    await right.page.locator(".rail-place", { hasText: "Direct messages" }).click();
    await right.page.locator(".row[data-unread]", { hasText: ann.name }).locator(".badge", { hasText: "1" }).waitFor();
  });

  test("a group one leaves is gone from the rail, a deleted one for everybody", async () => {
    const [ann, ben] = await stage.world.people("ann", "ben");
    const { id } = await stage.world.group(ann, ben);
    const { name } = await ann.rest("GET", `/groups/${id}`);
    const [left, right] = [await stage.of(ann, `/g/${id}/settings`), await stage.of(ben, `/g/${id}`)];
    await right.page.locator(".list").getByRole("button", { name: `More about ${name}` }).click();
    await right.page.getByRole("menuitem", { name: "Leave the group" }).click();
    await right.page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
    await right.page.locator(".rail-place", { hasText: name }).waitFor({ state: "detached" });
    await button(left, "Delete the group").click();
    await left.page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await left.page.locator(".rail-place", { hasText: name }).waitFor({ state: "detached" });
    // Whoever looks at a group asks what became of it.
    for (const window of [left, right]) window.forgive(/status of 40[34].*\/api\/groups\//);
  });
});
