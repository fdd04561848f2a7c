// A small world: one hubbub of its own, people, and their clients.
//
// Every wait ends with an event and has a deadline; none is a fixed time.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe } from "node:test";
import { fileURLToPath } from "node:url";
import { MongoClient } from "mongodb";
import { Client } from "./client.mjs";
import { within } from "./wait.mjs";

const project = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const program = process.env.HUBBUB_BIN ?? process.env.HUBBUB_TEST_BINARY ?? path.join(project, "target/debug/hubbub");
const mongodb = process.env.HUBBUB_TEST_MONGODB;

// What no test is about is out of the way; what one is about stays as it comes.
const SETTINGS = {
  HUBBUB_BCRYPT_COST: "4",
  HUBBUB_LOG: "warn",
  HUBBUB_MAX_CONNECTIONS_PER_ADDRESS: "5000",
  HUBBUB_ANONYMOUS_PER_ADDRESS: "2000",
  HUBBUB_REQUESTS_PER_SECOND_PER_ADDRESS: "100000",
  HUBBUB_REQUESTS_BURST: "100000",
};

export const PASSWORD = "a fine day for a walk";

/** Tells a story on a fresh server with each store: `tell(world)` declares its tests. */
export function onEveryStore(title, settings, tell, options = {}) {
  for (const store of ["embedded", "mongodb"]) {
    const skip = store === "mongodb" && !mongodb ? "HUBBUB_TEST_MONGODB is not set" : false;
    describe(`${title} (${store})`, { ...options, skip }, () => {
      const world = new World(store, settings);
      before(() => world.open());
      after(() => world.close());
      tell(world);
    });
  }
}

export class World {
  #running;
  #clients = new Set();
  #names = 0;

  constructor(store, settings = {}) {
    this.store = store;
    this.settings = { ...SETTINGS, ...settings };
    this.complaints = "";
  }

  async open() {
    this.directory = await mkdtemp(path.join(tmpdir(), "hubbub-"));
    this.database = `hubbub_client_${path.basename(this.directory).slice(-6).toLowerCase()}_${process.pid}`;
    await this.#command(["user", "add", "--username", "root", "--email", "root@example.org",
      "--role", "super_admin", "--password-stdin"], PASSWORD);
    await this.start();
    this.root = await this.login("root");
  }

  async close() {
    try {
      for (const client of this.#clients) client.leave();
      if (this.#running) await this.stop();
    } finally {
      this.#running?.kill("SIGKILL");
      if (this.store === "mongodb") await this.#dropDatabase();
      await rm(this.directory, { recursive: true, force: true });
    }
    assert.doesNotMatch(this.complaints, /panicked/, "nothing panicked");
  }

  // The server.

  /** Starts it, on the port it had before, and returns when it answers. */
  async start() {
    const server = spawn(program, ["serve", "--bind", `127.0.0.1:${this.port ?? 0}`], this.#surroundings());
    this.#running = server;
    server.stderr.setEncoding("utf8").on("data", (text) => (this.complaints += text));
    const address = new Promise((found, failed) => {
      let said = "";
      server.stdout.setEncoding("utf8").on("data", (text) => {
        said += text;
        const match = /http:\/\/127\.0\.0\.1:([1-9]\d*)/.exec(said);
        if (match) found(Number(match[1]));
      });
      server.once("exit", (code) => failed(new Error(`hubbub ended with ${code}: ${this.complaints}`)));
    });
    address.catch(() => {});
    this.port = await within(30_000, "the server to print its address", address);
    this.url = `http://127.0.0.1:${this.port}`;
    const health = await fetch(`${this.url}/health`);
    assert.equal(health.status, 200, await health.text());
  }

  /** Ends it as an operator would; it has ten seconds. */
  async stop() {
    const server = this.#running;
    this.#running = undefined;
    const exited = server.exitCode === null ? once(server, "exit") : [server.exitCode];
    server.kill("SIGTERM");
    const [code] = await within(10_000, "the server to end", exited);
    assert.equal(code, 0, `a clean end: ${this.complaints}`);
  }

  /** Ends it as a power cut would. */
  async kill() {
    const server = this.#running;
    this.#running = undefined;
    const exited = once(server, "exit");
    server.kill("SIGKILL");
    await exited;
  }

  async #command(words, input) {
    const command = spawn(program, words, this.#surroundings());
    let said = "";
    for (const stream of [command.stdout, command.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (said += text));
    }
    command.stdin.end(input);
    const [code] = await within(30_000, `hubbub ${words[0]}`, once(command, "close"));
    assert.equal(code, 0, said);
  }

  #surroundings() {
    const env = { ...this.settings, HUBBUB_DATA_DIR: path.join(this.directory, "data") };
    if (this.store === "mongodb") env.MONGODB_URI = this.#mongodb();
    for (const name of ["PATH", "HOME", "TMPDIR"]) if (process.env[name]) env[name] = process.env[name];
    return { env, cwd: this.directory };
  }

  #mongodb() {
    const uri = new URL(mongodb);
    uri.pathname = `/${this.database}`;
    return uri.href;
  }

  async #dropDatabase() {
    const client = await MongoClient.connect(this.#mongodb());
    await client.db().dropDatabase();
    await client.close();
  }

  // People.

  /** Registers somebody; the name is made unique by a number. */
  async person(name) {
    const username = `${name}${++this.#names}`;
    const email = `${username}@example.org`;
    const signed = await this.rest("POST", "/auth/register", { body: { username, email, password: PASSWORD } });
    return new Person(this, signed);
  }

  people(...names) {
    return Promise.all(names.map((name) => this.person(name)));
  }

  async login(username, password = PASSWORD) {
    return new Person(this, await this.rest("POST", "/auth/login", { body: { username, password } }));
  }

  /** A group that the first person made and the others joined, with a channel of its own. */
  async group(admin, ...members) {
    const group = await admin.rest("POST", "/groups", { name: `group ${++this.#names}` });
    for (const member of members) await member.rest("POST", `/groups/${group.id}/join`);
    return { id: group.id, channel: await this.channel(admin, group) };
  }

  async channel(admin, group, settings = {}) {
    const draft = { groupId: group.id, name: `channel ${++this.#names}`, ...settings };
    return (await admin.rest("POST", "/channels", draft)).id;
  }

  /** One request; the data of its answer, or an error with `status` and `code`. */
  async rest(method, route, { token, body, headers = {} } = {}) {
    const response = await fetch(`${this.url}/api${route}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { "content-type": "application/json" }),
        ...headers,
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    const answer = text ? JSON.parse(text) : { success: response.ok };
    if (answer.success) return answer.data;
    const { code, message } = answer.error;
    throw Object.assign(new Error(`${method} ${route}: ${response.status} ${code}: ${message}`), {
      status: response.status,
      code,
    });
  }

  /** A client that hangs up when the world ends. */
  client(token, options = {}) {
    const client = new Client(this.url, token, options);
    this.#clients.add(client);
    return client;
  }
}

export class Person {
  constructor(world, signed) {
    this.world = world;
    this.id = signed.user.id;
    this.name = signed.user.username;
    this.renew(signed);
  }

  renew({ accessToken, refreshToken, sessionId }) {
    Object.assign(this, { token: accessToken, refreshToken, session: sessionId });
  }

  rest(method, route, body, headers) {
    return this.world.rest(method, route, { token: this.token, body, headers });
  }

  /** Another sign-in of the same person. */
  elsewhere() {
    return this.world.login(this.name);
  }

  /** A connected and welcomed client. */
  async connect(options) {
    const client = this.world.client(this.token, options);
    await client.welcomed();
    return client;
  }

  /** A connected client that sits in the channel. */
  async join(channel, options) {
    const client = await this.connect(options);
    await client.ask("join_channel", { channelId: channel });
    return client;
  }
}
