// Makes every event and every acknowledgement happen once, against the server at the address given,
// and prints them as JSON: {"event:new_message": {…}, "ack:send_message": {…}, …}.
//
//   node events.mjs http://127.0.0.1:3000 <claim token>

import { io } from "socket.io-client";

const [url, claim] = process.argv.slice(2);
const heard = {};
const note = (name, data) => (heard[name] ??= data);

async function rest(method, path, token, body) {
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: { ...(body && { "content-type": "application/json" }), ...(token && { authorization: `Bearer ${token}` }) },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (!answer.success) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer.data;
}

const sockets = [];
function connect(token, more = {}) {
  const socket = io(url, { auth: { token, ...more }, transports: ["websocket"], forceNew: true, reconnection: false });
  const waiting = [];
  socket.seen = [];
  socket.onAny((name, data) => {
    note(`event:${name}`, data);
    socket.seen.push([name, data]);
    for (const one of [...waiting]) one();
  });
  socket.hear = (name, fits = () => true) => new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no ${name}; heard ${socket.seen.map(([name]) => name)}`)), 25_000);
    const look = () => {
      const found = socket.seen.find(([known, data]) => known === name && fits(data));
      if (!found) return;
      clearTimeout(late);
      waiting.splice(waiting.indexOf(look), 1);
      resolve(found[1]);
    };
    waiting.push(look);
    look();
  });
  socket.ask = async (name, payload) => {
    const answer = await socket.timeout(12_000).emitWithAck(name, payload);
    note(answer.ok ? `ack:${name}` : `refused:${name}`, answer);
    return answer;
  };
  sockets.push(socket);
  return socket;
}

const account = (username) => ({ username, email: `${username}@example.org`, password: `${username}-and-the-sea` });
const register = (username) => rest("POST", "/auth/register", null, account(username));

const root = await rest("POST", "/auth/claim", null, { token: claim, ...account("root") });
const [ann, bob, carl, dora] = await Promise.all(["anna", "bob", "carl", "dora"].map(register));
const group = await rest("POST", "/groups", ann.accessToken, { name: "Harbour" });
const { channels } = await rest("GET", `/channels/group/${group.id}`, ann.accessToken);
const channelId = channels[0].id;
await rest("POST", `/groups/${group.id}/join`, bob.accessToken);

const anna = connect(ann.accessToken);
const bobby = connect(bob.accessToken);
await Promise.all([anna.hear("welcome"), bobby.hear("welcome")]);
const first = await anna.ask("join_channel", { channelId });
await bobby.ask("join_channel", { channelId });

// What is said.
const clientMsgId = "intent-0123456789";
const said = await anna.ask("send_message", { channelId, text: "low tide at nine", clientMsgId });
const messageId = said.data.message.id;
const again = await anna.ask("send_message", { channelId, text: "low tide at nine", clientMsgId });
if (!again.data.duplicate) throw new Error("a repeat is not known as one");
await anna.ask("edit_message", { messageId, text: "low tide at ten", baseRevision: 0 });
await bobby.ask("react_message", { messageId, reaction: "⚓" });
await bobby.ask("react_message", { messageId, reaction: "⚓", remove: true });
await anna.ask("pin_message", { messageId });
await anna.ask("delete_message", { messageId });
for (const name of ["new_message", "message_edited", "reaction_updated", "message_pinned", "message_deleted"]) await bobby.hear(name);

// What is asked.
const poll = await anna.ask("send_message", { channelId, text: "when?", poll: { options: ["at eight", "at nine"] } });
await bobby.ask("vote_poll", { messageId: poll.data.message.id, options: [1] });
await anna.hear("poll_voted");
await rest("POST", `/messages/${poll.data.message.id}/poll/close`, ann.accessToken);
await bobby.hear("poll_closed");

// What is said in a thread.
const question = await anna.ask("send_message", { channelId, text: "who has the oars?" });
await bobby.ask("send_message", { channelId, text: "I have", threadId: question.data.message.id });
await anna.hear("thread_updated");
await anna.ask("follow_thread", { rootId: question.data.message.id, remove: true });
await anna.hear("thread_followed");

await bobby.ask("mark_read", { channelId, seq: said.data.message.seq });
await bobby.hear("read_updated");

await bobby.ask("send_message", { channelId, text: "@anna is it high tide?" });
await anna.hear("notification");
await rest("PUT", "/client/notifications/read-all", ann.accessToken);
await anna.hear("notifications_updated");

// Who is there.
await anna.ask("typing", { channelId, isTyping: true });
await bobby.hear("user_typing");
await anna.ask("stop_typing", { channelId });
await bobby.hear("user_stop_typing");
await anna.ask("update_presence", { status: "busy", text: "at the slipway" });
await bobby.hear("user_presence_update", ({ status }) => status === "busy");
await bobby.ask("subscribe_presence", { userIds: [ann.user.id] });
await bobby.ask("get_online_users");
await bobby.ask("get_channel_users", { channelId });
bobby.emit("get_online_users");
bobby.emit("get_channel_users", { channelId });
bobby.emit("join_channel", { channelId });
bobby.emit("send_message", { channelId });
for (const name of ["online_users_count", "online_users", "channel_users", "previous_messages", "error"]) await bobby.hear(name);
await bobby.ask("send_message", { channelId, text: "" });
await bobby.ask("no_such_event");

// A crew that comes at once is told of together.
const crew = await Promise.all(Array.from({ length: 12 }, (_, number) => register(`sailor${number}`)));
await Promise.all(crew.map(({ accessToken }) => rest("POST", `/groups/${group.id}/join`, accessToken)));
crew.forEach(({ accessToken }) => connect(accessToken));
await bobby.hear("presence_updates");

// Who belongs where.
await rest("POST", `/groups/${group.id}/join`, dora.accessToken);
await bobby.hear("user_joined");
await rest("POST", `/groups/${group.id}/leave`, dora.accessToken);
await bobby.hear("user_left");
await rest("POST", `/groups/${group.id}/admins`, root.accessToken, { userId: bob.user.id });
await bobby.hear("member_updated");
const slipway = await rest("POST", "/channels", ann.accessToken, { groupId: group.id, name: "slipway" });
await bobby.hear("channel_added");
await bobby.ask("join_channel", { channelId: slipway.id, after: 0 });
await rest("PUT", `/channels/${slipway.id}`, ann.accessToken, { description: "boats out of the water" });
await bobby.hear("channel_updated");
await rest("DELETE", `/channels/${slipway.id}`, ann.accessToken);
await Promise.all([bobby.hear("channel_deleted"), bobby.hear("channel_removed")]);
const ask = await rest("POST", "/group-requests", carl.accessToken, { groupId: group.id, requestType: "register_interest", message: "I sail" });
await anna.hear("group_request_created");
const carlo = connect(carl.accessToken);
await carlo.hear("welcome");
await rest("POST", `/group-requests/${ask.id}/reject`, ann.accessToken, { reason: "we are full" });
await carlo.hear("group_request_reviewed");
await rest("PUT", `/groups/${group.id}`, ann.accessToken, { description: "where boats sleep" });
await bobby.hear("group_updated");

// Whom one would rather not hear of.
await rest("POST", `/users/${dora.user.id}/block`, ann.accessToken);
await anna.hear("blocks_updated");

// What one keeps for oneself.
const kept = await anna.ask("send_message", { channelId, text: "spring tide on Sunday" });
await rest("PUT", `/client/bookmarks/${kept.data.message.id}`, ann.accessToken, { note: "tell Carl" });
await anna.hear("bookmark_updated");
await anna.ask("edit_message", { messageId: kept.data.message.id, text: "spring tide on Monday" });
await bobby.hear("previews_updated");
await rest("PUT", `/drafts/${channelId}`, ann.accessToken, { text: "neap tide on" });
await anna.hear("draft_updated");
const moment = (wait) => new Date(Date.now() + wait).toISOString();
await rest("POST", "/scheduled-messages", ann.accessToken, { channelId, dueAt: moment(1500), text: "slack water" });
await anna.hear("scheduled_updated", ({ about }) => about.state === "sent");
await rest("POST", "/reminders", ann.accessToken, { messageId: kept.data.message.id, dueAt: moment(1500) });
await anna.hear("reminder_due");

// What is said where a device does not sit.
const pocket = connect(ann.accessToken);
await pocket.hear("welcome");
await bobby.ask("send_message", { channelId, text: "and at nine?" });
await pocket.hear("unread_updated");
pocket.close();

// How one is treated, and what one is.
await rest("PUT", "/client/settings", ann.accessToken, { receipts: false });
await anna.hear("settings_updated");
await rest("PUT", "/client/status", ann.accessToken, { text: null });
await anna.hear("status_updated");
await rest("PUT", "/client/profile", ann.accessToken, { bio: "at sea" });
await anna.hear("profile_updated");

// Whose session it is.
const second = await rest("POST", "/auth/login", null, { username: "carl", password: account("carl").password });
await rest("DELETE", `/auth/sessions/${second.sessionId}`, carl.accessToken);
await carlo.hear("session_revoked");
const fresh = await rest("POST", "/auth/refresh", null, { refreshToken: carl.refreshToken });
await carlo.ask("refresh_auth", { token: fresh.accessToken });
await rest("PUT", `/admin/users/${carl.user.id}`, root.accessToken, { role: "super_admin" });
const signedIn = await rest("POST", "/auth/login", null, { username: "carl", password: account("carl").password });

// Coming back: the own log tells of the role; the edit of a deleted message is a skip.
const back = connect(signedIn.accessToken, { resume: { channels: { [carl.user.id]: 0, [channelId]: 0 } } });
const resumed = await back.hear("resumed");
const caught = await bobby.ask("resume", { channels: { [channelId]: { epoch: first.data.epoch, seq: 0 } } });
const changes = [...resumed.channels[carl.user.id].changes, ...caught.data.channels[channelId].changes];
for (const { event, data } of changes) note(`event:${event}`, data);
const ahead = await bobby.ask("resume", { channels: { [channelId]: { epoch: "another", seq: 0 }, ["0".repeat(24)]: 0 } });
note("answer:reset", ahead.data.channels[channelId]);
note("answer:gone", ahead.data.channels["0".repeat(24)]);
await bobby.ask("leave_channel", { channelId });

const refused = connect("no-token");
heard["refusal:connect"] = await new Promise((resolve) => refused.on("connect_error", (error) => resolve(error.message)));
await anna.hear("heads");
// Whoever runs this stops the server when asked to.
process.stderr.write("drain\n");
await anna.hear("server_draining");
for (const socket of sockets) socket.close();
console.log(JSON.stringify(heard, null, 1));
process.exit();
