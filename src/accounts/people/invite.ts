import { hex, sha256 } from "../../lib/hash.ts";

/** How long the link of an invitation is valid. */
const INVITE_MS = 72 * 3_600_000;

/** An invitation as it is shown once: its token, and until when it is valid (milliseconds UTC). */
export interface Invite {
  readonly token: string;
  readonly expiresAt: number;
}

/** A new invitation, and the hash under which it is stored: 256 random bits need no slow hash. */
export async function makeInvite(nowMs: number): Promise<{ invite: Invite; hash: string }> {
  const token = hex(crypto.getRandomValues(new Uint8Array(32)));
  return { invite: { token, expiresAt: nowMs + INVITE_MS }, hash: await sha256(token) };
}
