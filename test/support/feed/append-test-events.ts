import { appendEvents } from "../../../src/journal/record.ts";
import { trusted } from "../../../src/lib/cast.ts";
import type { Ports } from "../../../src/ports/ports.ts";

/** Makes events happen, in one commit: `{ n }` for each number. */
export const appendTestEvents = (
  ports: Pick<Ports, "writer" | "clock">,
  numbers: readonly number[],
  company = 1,
): Promise<void> =>
  ports.writer.commit({
    statements: [
      appendEvents(
        company,
        ports.clock.now(),
        // Not an event of the service: the feed accepts any type.
        trusted(numbers.map((n) => ({ type: "test.happened", payload: { n } }))),
      ),
    ],
    read: () => undefined,
  });

/** from, from + 1 … */
export const sequence = (count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, i) => from + i);

/** The same ports some days earlier, for what is old. */
export const daysEarlier = (ports: Pick<Ports, "writer" | "clock">, days: number) => ({
  writer: ports.writer,
  clock: { now: () => ports.clock.now() - days * 86_400_000 },
});
