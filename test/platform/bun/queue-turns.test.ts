import { expect, test } from "bun:test";
import { trusted } from "../../../src/lib/cast.ts";
import { bunQueue } from "../../../src/platform/bun/queue/queue.ts";
import { document, recorder, sent } from "../../contracts/queue.ts";
import { testPorts } from "../../support/ports.ts";

/** Two in work at a time, and sixteen leased ahead of them. */
const LEASED = 2 + 16;
const lanes = { document: 2, archive: 1, export: 1, webhook: 1 };
const LIMITS = { lanes, attempts: 3, leaseMs: 10_000 };

/** Works off what `companies` have sent; gives the companies in the order of their documents. */
async function worked(
  companies: readonly number[],
  meanwhile: (send: (company: number) => Promise<void>, order: number[]) => Promise<void>,
): Promise<number[]> {
  const ports = await testPorts();
  const queue = bunQueue(ports, LIMITS);
  const commit = async (statements: readonly { sql: string }[]) => {
    await ports.writer.commit({ statements: trusted(statements), read: () => null });
  };
  const send = async (list: readonly number[]) =>
    sent(
      { queue, commit },
      list.map((company, position) => ({ ...document(position), company })),
    );
  await send(companies);
  const order: number[] = [];
  const first = Promise.withResolvers<void>();
  const { consumer } = recorder(async ({ company }) => {
    order.push(company);
    if (order.length === 1) {
      await meanwhile((one) => send([one]), order);
      first.resolve();
    }
    return "done" as const;
  });
  queue.start(consumer(commit));
  await first.promise;
  await queue.idle();
  await queue.stop(1_000);
  await ports.close();
  return order;
}

test("a company with 500 documents delays the one of another by no more than what is leased", async () => {
  let before = 0;
  const order = await worked(Array(500).fill(1), async (send, so) => {
    await send(2);
    before = so.length;
  });
  expect(order).toHaveLength(501);
  expect(order.indexOf(2) - before).toBeLessThanOrEqual(LEASED + 2);
});

test("many companies take turns: each has its first document before any has its second", async () => {
  const companies = Array.from({ length: 120 }, (_, n) => 1 + Math.floor(n / 3));
  const order = await worked(companies, async () => undefined);
  expect(order).toHaveLength(120);
  expect(new Set(order.slice(0, 2 * LEASED)).size).toBe(2 * LEASED);
});
