import type { Role } from "./roles.ts";

/** Who acts in a request: one user of one company. */
export interface Actor {
  readonly company: number;
  readonly userId: number;
  readonly role: Role;
  /** Present where an API key stands for the user who made it; the role is the key's own. */
  readonly keyId?: string;
}

/** What an audit line needs to know about the request that caused it. */
export interface Cause {
  readonly actor: Actor;
  readonly requestId: string;
  /** Address of the peer as the runtime gives it; null when unknown. */
  readonly peer: string | null;
}
