import type { Actor, UserCause } from "../../accounts/actor.ts";
import type { KeyRole } from "../../accounts/roles.ts";

/** Parameters and author of a batch, as stored in its job (`jobs.params`). */
export interface BatchParams {
  /** Null: the company's `auto_approve` at the time when the document is processed. */
  readonly approve: boolean | null;
  readonly role: KeyRole;
  readonly key_id: string | null;
  readonly request_id: string;
  readonly peer: string | null;
}

export const batchParamsOf = (
  { actor, requestId, peer }: UserCause,
  approve: boolean | null,
): BatchParams => ({
  approve,
  role: actor.role,
  key_id: actor.keyId ?? null,
  request_id: requestId,
  peer,
});

/** The cause of the request that sent the batch: everything written for it later has the same author. */
export function causeOfBatch(params: BatchParams, company: number, userId: number): UserCause {
  const user = { company, userId, role: params.role };
  const actor: Actor = params.key_id === null ? user : { ...user, keyId: params.key_id };
  return { actor, requestId: params.request_id, peer: params.peer };
}
