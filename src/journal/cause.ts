/** Who acted: a user of a company, or an API key in the name of one. `userId` is null where no user is known. */
export interface AuditActor {
  readonly company: number;
  readonly userId: number | null;
  readonly keyId?: string | undefined;
}

/** What caused a write, as its audit line keeps it: who acted, and in which request. */
export interface Cause<A extends AuditActor = AuditActor> {
  readonly actor: A;
  readonly requestId: string;
  /** Address of the peer as the runtime gives it; null when unknown. */
  readonly peer: string | null;
}

/** A cause without user or peer: the service itself, or the command line. `requestId` names the task. */
export const systemCause = (company: number, requestId: string): Cause => ({
  actor: { company, userId: null },
  requestId,
  peer: null,
});
