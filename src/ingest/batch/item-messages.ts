import type { JobRef } from "../../journal/one-message-jobs.ts";

/** The queue messages that have items of a job processed; `positions`: those of the items. */
export const itemMessages = ({ company, job }: JobRef, positions: readonly number[]) =>
  positions.map((position) => ({ v: 1, kind: "document", company, job, position }) as const);
