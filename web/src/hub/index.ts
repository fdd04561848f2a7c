// The hub: a connection to hubbub that misses nothing and sends nothing twice. README.md tells how to use it.
//
// It depends on socket.io-client and on nothing else of the web client.
export { Hub, type HubEvents, type HubOptions } from "./hub";
export { HubError } from "./problem";
export type { HubState } from "./state";
export { newId, type Pending } from "./outbox";
export type * from "./wire";
