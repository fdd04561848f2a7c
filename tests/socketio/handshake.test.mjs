// Who gets in, who does not, and what ends a connection from outside.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PASSWORD, onEveryStore } from "./world.mjs";

/** What was decided must reach live sockets within this time (contract D-35). */
const AT_ONCE = 2_000;

const crowd = { HUBBUB_SOCKETS_PER_USER: "1000", HUBBUB_EVENTS_PER_SECOND: "10000", HUBBUB_EVENTS_BURST: "10000" };

onEveryStore("a handshake", crowd, (world) => {
  for (const transports of [["websocket"], ["polling"], ["polling", "websocket"]]) {
    test(`500 first events are answered over ${transports.join(" then ")}`, async () => {
      const ann = await world.person("ann");
      for (let round = 0; round < 5; round++) {
        const clients = Array.from({ length: 100 }, () => world.client(ann.token, { transports }));
        await Promise.all(clients.map(firstEvent));
        for (const client of clients) client.leave();
      }
    });
  }

  /** Sent right inside the `connect` handler: before anything else can have been heard. */
  async function firstEvent(client) {
    const answered = new Promise((done, failed) => {
      client.socket.on("connect", () => client.answer("get_online_users").then(done, failed));
    });
    await client.hear("connect", () => true, { deadline: 30_000 });
    const answer = await answered;
    assert.ok(answer.ok, JSON.stringify(answer));
  }

  const refusals = [
    ["no token", undefined, "UNAUTHENTICATED"],
    ["an empty token", "", "UNAUTHENTICATED"],
    ["garbage", "garbage", "UNAUTHENTICATED"],
    ["three parts of garbage", "a.b.c", "UNAUTHENTICATED"],
    ["a query operator", { $gt: "" }, "VALIDATION_FAILED"],
    ["a list", ["a"], "VALIDATION_FAILED"],
    ["a number", 1, "VALIDATION_FAILED"],
    ["a token of 20 kB", "a".repeat(20_000), "UNAUTHENTICATED"],
  ];
  for (const [what, token, code] of refusals) {
    for (const transport of ["websocket", "polling"]) {
      test(`${what} over ${transport} is refused`, async () => {
        const client = world.client(token, { transports: [transport] });
        assert.match(await client.refused(), new RegExp(`^Authentication error: ${code}: .+`));
        assert.deepEqual(client.all("welcome"), []);
      });
    }
  }

  test("a refusal reaches the older generations too", async () => {
    const client = world.client("garbage", { generation: 3 });
    assert.match(await client.refused(), /^Authentication error: UNAUTHENTICATED: .+/);
  });

  test("positions that are no positions are refused", async () => {
    const ann = await world.person("ann");
    const places = [{ x: 1 }, { [ann.id]: { seq: { $gt: 0 } } }, { [ann.id]: -1 }, { [ann.id]: { epoch: "e", seq: 1.5 } }];
    for (const channels of places) {
      const client = world.client(ann.token, { resume: { channels } });
      assert.match(await client.refused(), /^Authentication error: VALIDATION_FAILED: /, JSON.stringify(channels));
    }
  });

  test("a refresh token is no access token", async () => {
    const ann = await world.person("ann");
    assert.match(await world.client(ann.refreshToken).refused(), /UNAUTHENTICATED/);
  });

  test("a token in the address is refused", async () => {
    const ann = await world.person("ann");
    for (const transport of ["websocket", "polling"]) {
      const client = world.client(undefined, { transports: [transport], query: { token: ann.token } });
      await client.refused();
      assert.deepEqual(client.all("connect"), []);
    }
  });

  test("a token in the Authorization header is accepted", async () => {
    const ann = await world.person("ann");
    for (const transport of ["websocket", "polling"]) {
      const extraHeaders = { authorization: `Bearer ${ann.token}` };
      await world.client(undefined, { transports: [transport], extraHeaders }).welcomed();
    }
  });

  test("a page of another site is refused", async () => {
    const ann = await world.person("ann");
    for (const transport of ["websocket", "polling"]) {
      const client = world.client(ann.token, { transports: [transport], extraHeaders: { origin: "https://evil.example" } });
      await client.refused();
      assert.deepEqual(client.all("connect"), []);
      const own = world.client(ann.token, { transports: [transport], extraHeaders: { origin: world.url } });
      await own.welcomed();
    }
  });

  test("another namespace is refused and this one is not harmed", async () => {
    const ann = await world.person("ann");
    const client = await ann.connect();
    const other = client.socket.io.socket("/admin");
    const refusal = new Promise((done) => other.on("connect_error", done));
    other.connect();
    assert.match((await refusal).message, /namespace/i);
    await client.ask("get_online_users");
  });
});

onEveryStore("an end that is decided elsewhere", {}, (world) => {
  test("welcome says who one is", async () => {
    const ann = await world.person("ann");
    const client = await ann.connect();
    const [welcome] = client.all("welcome");
    assert.deepEqual([welcome.userId, welcome.username, welcome.log.channelId], [ann.id, ann.name, ann.id]);
  });

  test("logging out ends the sockets of that session alone", async () => {
    const ann = await world.person("ann");
    const elsewhere = await ann.elsewhere();
    const [here, there] = await Promise.all([ann.connect(), elsewhere.connect()]);
    await ann.rest("POST", "/auth/logout");
    assert.equal(await here.gone(AT_ONCE), "io server disconnect");
    await there.ask("get_online_users");
    assert.match(await world.client(ann.token).refused(), /^Authentication error: UNAUTHENTICATED: /);
  });

  const endings = {
    "logging out everywhere": (ann) => ann.rest("POST", "/auth/logout-all"),
    "changing the password": (ann) =>
      ann.rest("PUT", "/auth/change-password", { currentPassword: PASSWORD, newPassword: "another fine day" }),
    "being deactivated": (ann) => world.root.rest("DELETE", `/users/${ann.id}`),
  };
  for (const [what, end] of Object.entries(endings)) {
    test(`${what} ends every socket`, async () => {
      const ann = await world.person("ann");
      const elsewhere = await ann.elsewhere();
      const clients = await Promise.all([
        ann.connect(),
        elsewhere.connect(),
        elsewhere.connect({ transports: ["polling"] }),
      ]);
      await end(ann);
      for (const client of clients) assert.equal(await client.gone(AT_ONCE), "io server disconnect");
      assert.match(await world.client(elsewhere.token).refused(), /^Authentication error: UNAUTHENTICATED: /);
    });
  }

  test("ending another session ends its sockets", async () => {
    const ann = await world.person("ann");
    const elsewhere = await ann.elsewhere();
    const [here, there] = await Promise.all([ann.connect(), elsewhere.connect()]);
    await ann.rest("DELETE", `/auth/sessions/${elsewhere.session}`);
    assert.equal(await there.gone(AT_ONCE), "io server disconnect");
    await here.ask("get_online_users");
  });

  describe("refresh_auth", () => {
    test("takes a newer token of the same session", async () => {
      const ann = await world.person("ann");
      const client = await ann.connect();
      ann.renew(await world.rest("POST", "/auth/refresh", { body: { refreshToken: ann.refreshToken } }));
      const { expiresAt } = await client.ask("refresh_auth", { token: ann.token });
      assert.ok(Date.parse(expiresAt) > Date.now());
      await client.ask("get_online_users");
    });

    test("takes no other token, and the socket stays who it is", async () => {
      const [ann, bob] = await world.people("ann", "bob");
      const elsewhere = await ann.elsewhere();
      const client = await ann.connect();
      for (const token of [bob.token, elsewhere.token, ann.refreshToken, "garbage"]) {
        await client.refusal("UNAUTHENTICATED", "refresh_auth", { token });
      }
      await client.refusal("VALIDATION_FAILED", "refresh_auth", { token: { $gt: "" } });
      await client.refusal("VALIDATION_FAILED", "refresh_auth");
      await client.ask("get_online_users");
    });
  });

  test("nobody has more than twenty sockets, however fast they come", async () => {
    const bob = await world.person("bob");
    const clients = Array.from({ length: 60 }, () => world.client(bob.token));
    const outcomes = await Promise.all(
      clients.map((client) => Promise.race([client.welcomed().then(() => "in"), client.refused()])),
    );
    const refusals = outcomes.filter((outcome) => outcome !== "in");
    assert.equal(refusals.length, 40);
    for (const refusal of refusals) assert.match(refusal, /^Authentication error: RATE_LIMITED: /);
    const leaving = clients[outcomes.indexOf("in")];
    leaving.leave();
    await seat(bob);
  });

  /** A place that somebody left is free again, as soon as the server has noticed. */
  async function seat(bob) {
    const client = world.client(bob.token, { reconnect: true });
    client.socket.on("connect_error", () => client.socket.connect());
    await client.welcomed();
  }
});
