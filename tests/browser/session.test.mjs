// Coming and going: registering, signing in and out, passwords, sessions, and a session that outlives its token.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PASSWORD } from "../socketio/world.mjs";
import { onStage } from "./rig.mjs";

const button = (window, name) => window.page.getByRole("button", { name, exact: true });
const field = (window, name) => window.page.getByLabel(name, { exact: true });
const link = (window, name) => window.page.getByRole("link", { name, exact: true });
const at = (window, path) => window.page.waitForFunction((wanted) => location.pathname === wanted, path);

onStage("sessions in the browser", (stage) => {
  test("somebody registers, is in, signs out, and signs in again by their address", async () => {
    const window = await stage.window();
    await window.go("/");
    await at(window, "/sign-in");
    await link(window, "Create an account").click();
    await field(window, "Username").fill("newcomer");
    await field(window, "E-mail").fill("newcomer@example.org");
    await field(window, "Password").fill(PASSWORD);
    await button(window, "Create an account").click();
    await window.page.getByRole("heading", { name: "Welcome to hubbub" }).waitFor();

    await button(window, "You: newcomer").click();
    await window.page.getByRole("menuitem", { name: "Sign out" }).click();
    await at(window, "/sign-in");
    await window.page.reload();
    await field(window, "Username or e-mail").fill("newcomer@example.org");
    await field(window, "Password").fill(PASSWORD);
    await button(window, "Sign in").click();
    await window.page.getByRole("heading", { name: "Welcome to hubbub" }).waitFor();
  });

  test("what is wrong with a new account stands beside the field it is wrong with", async () => {
    const [ann] = await stage.world.people("ann");
    const window = await stage.window();
    await window.go("/register");
    await field(window, "Username").fill(".dotted");
    await field(window, "E-mail").fill("somebody@example.org");
    await field(window, "Password").fill(PASSWORD);
    await button(window, "Create an account").click();
    await window.page.locator("input[name=username][aria-invalid=true]").waitFor();
    await field(window, "Username").fill(ann.name);
    await button(window, "Create an account").click();
    await window.page.getByRole("alert").waitFor();
    window.forgive(/status of (400|409)/);
  });

  test("a wrong password is told, and where one wanted to go is kept", async () => {
    const [ann] = await stage.world.people("ann");
    const window = await stage.window();
    await window.go("/settings/look");
    await at(window, "/sign-in");
    await field(window, "Username or e-mail").fill(ann.name);
    await field(window, "Password").fill("not this one");
    await button(window, "Sign in").click();
    await window.page.getByText("do not belong together").waitFor();
    window.forgive(/status of 401/);
    await field(window, "Password").fill(PASSWORD);
    await button(window, "Sign in").click();
    await at(window, "/settings/look");
  });

  test("a link that claims nothing says so, and a used one too", async () => {
    const window = await stage.window();
    await window.go("/claim");
    await window.page.getByText("holds no claim token").waitFor();
    await window.go("/sign-in");
    await window.go(`/claim#${"A".repeat(43)}`);
    await field(window, "Username").fill("late");
    await field(window, "E-mail").fill("late@example.org");
    await field(window, "Password").fill(PASSWORD);
    await button(window, "Become administrator").click();
    await window.page.getByRole("alert").getByText("This link was used already").waitFor();
    window.forgive(/status of 40[14].*\/auth\/claim/);
  });

  test("a reload keeps one signed in; no token can be read by a script", async () => {
    const [ann] = await stage.world.people("ann");
    const window = await stage.of(ann, "/settings");
    await window.page.reload();
    await window.page.getByRole("heading", { name: "Settings", level: 1 }).waitFor();
    const readable = await window.page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }));
    assert.doesNotMatch(readable, /token|eyJ/i);
  });

  test("a new password ends every other session, and this one goes on", async () => {
    const [ann] = await stage.world.people("ann");
    const here = await stage.of(ann, "/settings/security");
    const there = await stage.of(ann, "/settings");
    await field(here, "Current password").fill(PASSWORD);
    await field(here, "New password").fill("another fine day for it");
    await button(here, "Change password").click();
    await here.page.getByText("Your password is changed.").waitFor();
    await at(there, "/sign-in");
    there.forgive(/status of 401/);
    await link(here, "Profile").click();
    await field(here, "Name").fill("Ann of the Hill");
    await button(here, "Save").first().click();
    await here.page.getByText("Saved.").waitFor();
  });

  test("signing out everywhere ends it in every window", async () => {
    const [ann] = await stage.world.people("ann");
    const [here, there] = [await stage.of(ann, "/settings/security"), await stage.of(ann, "/settings")];
    await button(here, "Sign out everywhere").click();
    await here.page.getByRole("dialog").getByRole("button", { name: "Sign out everywhere" }).click();
    await Promise.all([at(here, "/sign-in"), at(there, "/sign-in")]);
    for (const window of [here, there]) window.forgive(/status of 401/);
  });

  test("one session of the list is ended, and its window is out", async () => {
    const [ann] = await stage.world.people("ann");
    const there = await stage.of(ann, "/settings");
    const here = await stage.of(ann, "/settings/security");
    await button(here, "End").first().waitFor();
    while ((await button(here, "End").count()) > 0) {
      const count = await button(here, "End").count();
      await button(here, "End").first().click();
      await here.page.waitForFunction((before) => [...document.querySelectorAll("button")].filter((one) => one.textContent === "End").length < before, count);
    }
    await at(there, "/sign-in");
    there.forgive(/status of 401/);
  });
});
