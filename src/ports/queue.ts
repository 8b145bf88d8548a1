import type { Message } from "../queue-messages.ts";
import type { Statement } from "./sql.ts";

/** What became of a message. Retried: the fault's code, for whoever looks at it when it is parked. */
export type MessageOutcome = "done" | { readonly retry: string };

/** What a queue hands its messages to. */
export interface Consumer {
  consume(body: unknown, signal: AbortSignal): Promise<MessageOutcome>;
  /** The last attempt has failed: says so where it can be seen, with `along` (the queue's own statements) in the same batch. */
  park(body: unknown, reason: string, along: readonly Statement[]): Promise<void>;
}

/** Hands each message that was sent to the consumer, at least once, in no promised order. */
export interface MessageQueue {
  /**
   * `statements` go into the batch that makes what the messages speak of; a queue outside of the database sends
   * `afterCommit` (a crash between the two is mended by maintenance.ts). Sent again while it waits, a message may come twice.
   */
  send(messages: readonly Message[]): {
    readonly statements: readonly Statement[];
    afterCommit(): Promise<void>;
  };
}
