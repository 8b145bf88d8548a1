import type { Actor, Cause } from "../../accounts/actor.ts";
import type { Role } from "../../accounts/roles.ts";

/** What a queued batch was asked for, and by whom, as its job keeps it. */
export interface BatchParams {
  /** Null: as the company's `auto_approve` says when the document's turn comes. */
  readonly approve: boolean | null;
  readonly role: Role;
  readonly key_id: string | null;
  readonly request_id: string;
  readonly peer: string | null;
}

export const batchParamsOf = (
  { actor, requestId, peer }: Cause,
  approve: boolean | null,
): BatchParams => ({
  approve,
  role: actor.role,
  key_id: actor.keyId ?? null,
  request_id: requestId,
  peer,
});

/** The request's cause again: what is written for it later has the same author. */
export function causeOfBatch(order: BatchParams, company: number, userId: number): Cause {
  const user = { company, userId, role: order.role };
  const actor: Actor = order.key_id === null ? user : { ...user, keyId: order.key_id };
  return { actor, requestId: order.request_id, peer: order.peer };
}
