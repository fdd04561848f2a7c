// Every peer says what `hubbub bench --plain` expects, to the real socket.io-client: a figure of a peer
// that does not do the work would be worth nothing.
//
//   PEER=http://127.0.0.1:3000 node --test peers.test.mjs
//   PEER_KEEPS=1 where it has a database

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";
import { io } from "socket.io-client";

const url = process.env.PEER;
const keeps = process.env.PEER_KEEPS === "1";
const guests = [];

async function guest(number, token = `bench-${number}`) {
  const socket = io(url, { auth: { token }, transports: ["websocket"], forceNew: true, ackTimeout: 10_000 });
  guests.push(socket);
  await once(socket, "connect");
  return socket;
}

const send = (socket, channelId, text, clientMsgId = crypto.randomUUID()) =>
  socket.emitWithAck("send_message", { channelId, text, clientMsgId });

after(() => guests.forEach((socket) => socket.close()));

test("a message is answered with its number and told to all in its room, and to nobody else", async () => {
  const [ann, ben, eve] = [await guest(0), await guest(1), await guest(2)];
  assert.deepEqual(await ann.emitWithAck("join_channel", { channelId: "room-0" }), { ok: true });
  await ben.emitWithAck("join_channel", { channelId: "room-0" });
  await eve.emitWithAck("join_channel", { channelId: "room-1" });
  eve.on("new_message", () => assert.fail("eve heard what was said in another room"));

  const heard = [once(ann, "new_message"), once(ben, "new_message")];
  const { ok, data } = await send(ann, "room-0", "hello");
  assert.equal(ok, true);
  for (const [told] of await Promise.all(heard)) {
    assert.deepEqual([told.channelId, told.seq, told.message.text], ["room-0", data.message.seq, "hello"]);
    assert.deepEqual([told.message.id, told.message.seq], [data.message.id, data.message.seq]);
  }

  const second = await send(ben, "room-0", "hello to you");
  assert.equal(second.data.message.seq, data.message.seq + 1);
  // Whatever eve was sent wrongly comes before this answer.
  await eve.emitWithAck("join_channel", { channelId: "room-1" });
});

test("who does not belong to a room says nothing there", async () => {
  const stranger = await guest(3, "a stranger");
  const { ok, error } = await send(stranger, "room-0", "let me in");
  assert.deepEqual([ok, error.code], [false, "NOT_FOUND"]);
});

test("a message as it is told has the size of hubbub's", async () => {
  const ann = await guest(4);
  await ann.emitWithAck("join_channel", { channelId: "room-2" });
  const heard = once(ann, "new_message");
  await send(ann, "room-2", "x".repeat(100), "c".repeat(36));
  const [told] = await heard;
  const [id, text, epoch] = ["0".repeat(24), "x".repeat(100), "e".repeat(22)];
  const hubbub = {
    channelId: id, epoch, seq: 1,
    message: {
      id, channelId: id, seq: 1, userId: id, username: "bench-4", type: "text", text, replyTo: null, threadId: null,
      mentions: [], attachments: [], imageUrl: null, fileUrl: null, clientMsgId: "c".repeat(36), revision: 0,
      createdAt: new Date(), editedAt: null, deletedAt: null, reactions: [],
    },
  };
  assert.deepEqual(Object.keys(told.message), Object.keys(hubbub.message));
  assert.equal(JSON.stringify(told).length, JSON.stringify(hubbub).length);
});

test("a repeated send is one message, where messages are kept", { skip: !keeps && "this peer keeps nothing" }, async () => {
  const ann = await guest(5);
  await ann.emitWithAck("join_channel", { channelId: "room-3" });
  let told = 0;
  ann.on("new_message", () => (told += 1));
  const id = crypto.randomUUID();
  const first = await send(ann, "room-3", "once", id);
  const again = await send(ann, "room-3", "once", id);
  assert.equal(again.data.duplicate, true);
  assert.deepEqual(again.data.message, first.data.message);
  assert.equal(told, 1);
});
