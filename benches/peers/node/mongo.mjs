// Keeps messages in MongoDB: a counter for each channel, then one insert that a majority has on disk.
//
// The counter needs no majority of its own: it was written before the insert, so wherever the insert
// has arrived the counter has. A transaction around both would be slower by half.

import { MongoClient, ObjectId } from "mongodb";

const DUPLICATE = 11_000;

export async function open(uri) {
  const client = await MongoClient.connect(uri, {
    writeConcern: { w: "majority", journal: true },
    serverSelectionTimeoutMS: 3_000,
  });
  const database = client.db();
  const counters = database.collection("counters");
  const messages = database.collection("messages");
  await messages.createIndexes([
    { key: { channelId: 1, seq: 1 }, unique: true },
    { key: { channelId: 1, userId: 1, clientMsgId: 1 }, unique: true },
  ]);

  async function next(channelId) {
    const counter = await counters.findOneAndUpdate(
      { _id: channelId },
      { $inc: { seq: 1 } },
      { upsert: true, returnDocument: "after", writeConcern: { w: 1 } },
    );
    return counter.seq;
  }

  return {
    async keep(send) {
      const seq = await next(send.channelId);
      const _id = new ObjectId();
      const message = { ...send, seq, createdAt: new Date() };
      try {
        await messages.insertOne({ _id, ...message });
        return { message: { id: _id.toHexString(), ...message }, duplicate: false };
      } catch (error) {
        if (error.code !== DUPLICATE) throw error;
        const { channelId, userId, clientMsgId } = send;
        const first = await messages.findOne({ channelId, userId, clientMsgId });
        return { message: { id: first._id.toHexString(), ...first }, duplicate: true };
      }
    },
    close: () => client.close(),
  };
}
