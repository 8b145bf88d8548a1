import type { Config } from "../../config.ts";
import type { Log } from "../../ports/telemetry.ts";
import { Message } from "../../queue-messages.ts";
import { batchesOf, type Sink } from "./queue.ts";

/** A message as Cloudflare delivers it; attempts are counted from 1. */
export interface Delivery {
  readonly id: string;
  readonly body: unknown;
  readonly attempts: number;
  ack(): void;
  retry(options: { delaySeconds: number }): void;
}

/** `max_batch_size` of wrangler.toml: a batch of so many says that more may wait behind it. */
export const FULL_BATCH = 50;

/** A message with its turn among those of its company in the batch, from 0; `message` is null where it cannot be read. */
export interface Turn {
  readonly delivery: Delivery;
  readonly message: Message | null;
  readonly turn: number;
}

/** The messages of a batch in the order of work: the first one of each company, then the second one of each, and so on. */
export function inTurns(deliveries: readonly Delivery[]): Turn[] {
  const had = new Map<number | null, number>();
  const turns = deliveries.map((delivery) => {
    const { data: message = null } = Message.safeParse(delivery.body);
    const company = message?.company ?? null;
    const turn = had.get(company) ?? 0;
    had.set(company, turn + 1);
    return { delivery, message, turn };
  });
  return turns.sort((a, b) => a.turn - b.turn);
}

/**
 * Sends the messages that a company has in a full batch above JOB_CONCURRENCY to the end of the queue, and acknowledges them; returns
 * the others. So a message of another company waits for a part of each batch before its own, not for all. One that was tried before
 * stays, as its attempts count; where sending fails, all stay. A message may so be in the queue twice: its work is once in effect.
 */
export async function passOn(
  turns: readonly Turn[],
  {
    jobs,
    config,
    log,
  }: {
    readonly jobs?: Sink | undefined;
    readonly config: Pick<Config, "JOB_CONCURRENCY">;
    readonly log: Log;
  },
): Promise<readonly Delivery[]> {
  const all = turns.map(({ delivery }) => delivery);
  if (jobs === undefined || turns.length < FULL_BATCH) return all;
  const passed = new Map<Delivery, Message>();
  for (const { delivery, message, turn } of turns)
    if (message !== null && turn >= config.JOB_CONCURRENCY && delivery.attempts === 1)
      passed.set(delivery, message);
  try {
    for (const batch of batchesOf([...passed.values()]))
      await jobs.sendBatch(batch.map((body) => ({ body, contentType: "json" as const })));
  } catch (error) {
    log("warn", "queue.unsent", { name: error instanceof Error ? error.name : "unknown" });
    return all;
  }
  for (const delivery of passed.keys()) delivery.ack();
  return all.filter((delivery) => !passed.has(delivery));
}
