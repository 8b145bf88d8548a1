import type { Consumer, MessageOutcome, MessageQueue } from "../../src/ports/queue.ts";
import type { Statement } from "../../src/ports/sql.ts";
import type { Message } from "../../src/queue-messages.ts";
import { type Contract, same } from "./claims.ts";

export interface OpenQueue {
  readonly queue: MessageQueue;
  /** How often a message is handed out before it is parked. */
  readonly attempts: number;
  /** Writes the statements of a batch. */
  commit(statements: readonly Statement[]): Promise<void>;
  /** Lets the queue hand out until nothing is left, whatever time that takes by its own clock. */
  deliver(consumer: Consumer): Promise<void>;
  close(): Promise<void>;
}

export const document = (position: number): Message => ({
  v: 1,
  kind: "document",
  company: 1,
  job: "j",
  position,
});

export const file = (job: string): Message => ({ v: 1, kind: "export", company: 1, job });

/** A consumer that gives the test's answers, and records the messages that it received and those to park. */
export function recorder(answer: (message: Message) => MessageOutcome | Promise<MessageOutcome>) {
  const seen: unknown[] = [];
  const parked: [unknown, string][] = [];
  const consumer = (commit: OpenQueue["commit"]): Consumer => ({
    async consume(body) {
      seen.push(body);
      return answer(body as Message);
    },
    async park(body, reason, along) {
      await commit(along);
      parked.push([body, reason]);
    },
  });
  return { seen, parked, consumer };
}

export async function sent(
  { queue, commit }: Pick<OpenQueue, "queue" | "commit">,
  messages: readonly Message[],
) {
  const sending = queue.send(messages);
  await commit(sending.statements);
  await sending.afterCommit();
}

/** Ports.MessageQueue, for every implementation. */
export const queueContract: Contract<() => Promise<OpenQueue>> = [
  {
    name: "a message is delivered once, as it was sent",
    async run(open) {
      const world = await open();
      const { seen, consumer } = recorder(() => "done");
      const messages = [document(0), document(1), file("e")];
      await sent(world, messages);
      await world.deliver(consumer(world.commit));
      await world.deliver(consumer(world.commit));
      same(seen.length, 3);
      const inOrder = (bodies: readonly unknown[]) =>
        bodies.map((body) => JSON.stringify(body)).sort();
      same(inOrder(seen), inOrder(messages));
      await world.close();
    },
  },
  {
    name: "a message without a commit is never delivered",
    async run(open) {
      const world = await open();
      const { seen, consumer } = recorder(() => "done");
      world.queue.send([document(0)]);
      await world.deliver(consumer(world.commit));
      same(seen, []);
      await world.close();
    },
  },
  {
    name: "a failed message is delivered again, and delays no other",
    async run(open) {
      const world = await open();
      let failures = 2;
      const { seen, parked, consumer } = recorder((message) => {
        if (message.kind !== "document" || message.position !== 1 || failures === 0) return "done";
        failures -= 1;
        return { retry: "transient" };
      });
      await sent(world, [document(0), document(1), document(2)]);
      await world.deliver(consumer(world.commit));
      const times = (position: number) =>
        seen.filter((body) => (body as { position: number }).position === position).length;
      same([times(0), times(1), times(2)], [1, 3, 1]);
      same(parked, []);
      await world.close();
    },
  },
  {
    name: "a message that fails every time is parked with its reason, and not delivered again",
    async run(open) {
      const world = await open();
      const { seen, parked, consumer } = recorder(() => ({ retry: "storage.full" }));
      await sent(world, [document(0)]);
      await world.deliver(consumer(world.commit));
      await world.deliver(consumer(world.commit));
      same(seen.length, world.attempts);
      same(parked, [[document(0), "storage.full"]]);
      await world.close();
    },
  },
  {
    name: "a parked message that is sent again starts with no attempts",
    async run(open) {
      const world = await open();
      const failing = recorder(() => ({ retry: "storage.full" }));
      await sent(world, [document(0)]);
      await world.deliver(failing.consumer(world.commit));
      const { seen, parked, consumer } = recorder(() => "done");
      await sent(world, [document(0)]);
      await world.deliver(consumer(world.commit));
      same([seen, parked], [[document(0)], []]);
      await world.close();
    },
  },
];
