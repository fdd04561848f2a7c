// What members of a channel are shown of a message: the fields that hubbub shows, so that both carry
// payloads of one size.

// As long as an id and an epoch of hubbub are. Channels have shorter names here than there; the epoch
// makes up for both places where one stands.
const ID = 24;
const EPOCH = 22;

export function view(message) {
  const { id, channelId, seq, userId, clientMsgId, text, createdAt } = message;
  return {
    channelId,
    epoch: "e".repeat(EPOCH + 2 * Math.max(0, ID - channelId.length)),
    seq,
    message: {
      id,
      channelId,
      seq,
      userId: userId.padEnd(ID, "0"),
      username: userId,
      type: "text",
      text,
      replyTo: null,
      threadId: null,
      mentions: [],
      attachments: [],
      imageUrl: null,
      fileUrl: null,
      clientMsgId,
      revision: 0,
      createdAt,
      editedAt: null,
      deletedAt: null,
      reactions: [],
    },
  };
}
