import type { Message } from "../queue-messages.ts";
import type { Statement } from "./sql.ts";

/** The result of one attempt. `retry` holds the code of the fault, which is shown when the message is parked. */
export type MessageOutcome = "done" | { readonly retry: string };

/** What handles the messages of a queue. */
export interface Consumer {
  consume(body: unknown, signal: AbortSignal): Promise<MessageOutcome>;
  /** The last attempt has failed: the job shows it. `along` (the queue's own statements) is written in the same batch. */
  park(body: unknown, reason: string, along: readonly Statement[]): Promise<void>;
}

/** Delivers each message to the consumer at least once, in no fixed order. */
export interface MessageQueue {
  /**
   * `statements` go into the batch that writes the rows which the messages name; a queue outside of the database sends in
   * `afterCommit` (after a crash between the two, maintenance.ts sends again). A message may be delivered twice.
   */
  send(messages: readonly Message[]): {
    readonly statements: readonly Statement[];
    afterCommit(): Promise<void>;
  };
}
