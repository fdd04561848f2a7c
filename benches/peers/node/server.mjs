// A chat server as one would write it with express and socket.io, to be measured beside hubbub.
//
//   node server.mjs                                      nothing is kept
//   MONGODB_URI=mongodb://… node server.mjs              every message is durable before it is shown
//
// It speaks what `hubbub bench --plain` speaks. Who sends must belong to the channel; with a database a
// repeated send is one message, and a message is on the disks of a majority before anybody hears of it.
// What it leaves out against hubbub makes it faster, not slower: a failed insert leaves a hole in the
// numbers, messages sent at once may be shown in another order than they are numbered, nobody can
// resume, tokens are taken at their word.

import { createServer } from "node:http";
import express from "express";
import { Server } from "socket.io";
import { Members } from "./members.mjs";
import { view } from "./message.mjs";

const { open } = await import(process.env.MONGODB_URI ? "./mongo.mjs" : "./memory.mjs");
const messages = await open(process.env.MONGODB_URI);

const app = express();
app.disable("x-powered-by");
app.get("/health", (_, response) => response.json({ ok: true }));

const http = createServer(app);
const io = new Server(http, { serveClient: false, maxHttpBufferSize: 65_536 });

const members = new Members();

io.use((socket, next) => {
  const { token } = socket.handshake.auth;
  if (typeof token !== "string" || token === "") return next(new Error("UNAUTHENTICATED"));
  socket.data.userId = token;
  next();
});

io.on("connection", (socket) => {
  const { userId } = socket.data;

  socket.on("join_channel", ({ channelId } = {}, answer) => {
    if (typeof channelId !== "string") return answer?.(refused("VALIDATION_FAILED"));
    if (!members.has(channelId, userId)) return answer?.(refused("NOT_FOUND"));
    socket.join(channelId);
    answer?.({ ok: true });
  });

  socket.on("send_message", async (send = {}, answer) => {
    const { channelId, text, clientMsgId } = send;
    if (!isSend(channelId, text, clientMsgId)) return answer?.(refused("VALIDATION_FAILED"));
    if (!members.has(channelId, userId)) return answer?.(refused("NOT_FOUND"));
    try {
      const { message, duplicate } = await messages.keep({ channelId, userId, clientMsgId, text });
      answer?.({ ok: true, data: { message: { id: message.id, seq: message.seq }, duplicate } });
      if (!duplicate) io.to(channelId).emit("new_message", view(message));
    } catch (error) {
      console.error(error);
      answer?.(refused("UNKNOWN"));
    }
  });
});

function isSend(channelId, text, clientMsgId) {
  return typeof channelId === "string" && typeof text === "string" && text.length > 0 && text.length <= 4_000 &&
    typeof clientMsgId === "string" && /^[A-Za-z0-9_-]{16,64}$/.test(clientMsgId);
}

const refused = (code) => ({ ok: false, error: { code } });

http.listen({ port: Number(process.env.PORT ?? 0), host: "127.0.0.1", backlog: 4_096 }, () => {
  console.log(`listens on http://127.0.0.1:${http.address().port}`);
});

process.once("SIGTERM", () => io.close(() => messages.close().then(() => process.exit(0))));
