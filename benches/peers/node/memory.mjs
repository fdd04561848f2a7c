// Numbers messages and keeps none: what socket.io can do where nothing has to last.

import { ObjectId } from "mongodb";

export async function open() {
  const heads = new Map();
  return {
    async keep(send) {
      const seq = (heads.get(send.channelId) ?? 0) + 1;
      heads.set(send.channelId, seq);
      const message = { ...send, id: new ObjectId().toHexString(), seq, createdAt: new Date() };
      return { message, duplicate: false };
    },
    async close() {},
  };
}
