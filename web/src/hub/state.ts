// What a banner would say of the connection.

export type HubState =
  /** Not begun, or stopped. */
  | { phase: "stopped" }
  | { phase: "connecting" }
  /** Connected, and reading what was missed. */
  | { phase: "catching-up" }
  /** Connected, and nothing is missing. */
  | { phase: "online" }
  /** Not connected; it is tried again in so many milliseconds from this moment. */
  | { phase: "waiting"; retryInMs: number; reason: WaitReason }
  /** There is no token any more: somebody has to sign in. */
  | { phase: "signed-out" };

export type WaitReason =
  /** Nobody answers there, or the line broke. */
  | "unreachable"
  /** The server said that it stops for a moment. */
  | "draining"
  /** The server answers, and is not ready. */
  | "unavailable"
  /** This user has too many connections. */
  | "crowded";
