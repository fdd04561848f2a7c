// Who belongs to which channel: remembered, and looked up at the first asking, where a real one would ask
// its database. Here people called bench-… belong to channels called room-…, and nobody else to any.

export class Members {
  #known = new Map();

  has(channelId, userId) {
    const known = this.#known.get(channelId);
    return known?.has(userId) || this.#look(channelId, userId);
  }

  #look(channelId, userId) {
    if (!channelId.startsWith("room-") || !userId.startsWith("bench-")) return false;
    const known = this.#known.get(channelId);
    if (known) known.add(userId);
    else this.#known.set(channelId, new Set([userId]));
    return true;
  }
}
