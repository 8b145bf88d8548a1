import type { Ports } from "../../ports/ports.ts";
import { failIfCountedSince } from "../../stock/posting/counted-over.ts";
import type { Posted, Reversal } from "../../stock/posting/reversal.ts";
import { prepareMovementReversal } from "./reverse-movement.ts";
import { failIfInsufficient, prepareReversal, type ReversalOptions } from "./reverse-note.ts";
import { failIfReturned } from "./standing-returns.ts";

/** One opposite movement that a reversal would make; quantities 1/10⁴, signed. */
export interface PlannedReversal {
  /** The movement that it takes back. */
  readonly undoes: number;
  readonly product: string;
  readonly lot: string | null;
  readonly quantity_e4: number;
  readonly balanceBefore_e4: number;
  readonly balanceAfter_e4: number;
}

export interface ReversalPlan {
  readonly alreadyReversed: boolean;
  readonly movements: readonly PlannedReversal[];
}

const NOTHING: ReversalPlan = { alreadyReversed: true, movements: [] };

/** What the reversal of a note would do now; writes nothing. Fails as `reverseNote`. */
export async function planNoteReversal(
  ports: Ports,
  accessKey: string,
  options: ReversalOptions,
): Promise<ReversalPlan> {
  const prepared = await prepareReversal(ports, accessKey, options);
  return prepared === null ? NOTHING : planOf(ports, prepared.reversal, options.signal);
}

/** What the reversal of a manual movement would do now; writes nothing. Fails as `reverseMovement`. */
export async function planMovementReversal(
  ports: Ports,
  id: number,
  options: ReversalOptions,
): Promise<ReversalPlan> {
  const prepared = await prepareMovementReversal(ports, id, options);
  return typeof prepared === "number" ? NOTHING : planOf(ports, prepared, options.signal);
}

const movesGoods = ({ quantity_e4 }: Pick<Posted, "quantity_e4">): boolean => quantity_e4 !== 0;

async function planOf(
  ports: Ports,
  reversal: Reversal,
  signal?: AbortSignal,
): Promise<ReversalPlan> {
  const { company } = reversal;
  const movements = [...reversal.eventExits, ...reversal.movements];
  await failIfReturned(ports, reversal, signal);
  await failIfCountedSince(ports, reversal, signal);
  await failIfInsufficient(ports, reversal, signal);
  const rows = await ports.reader.rows(
    {
      sql: `select product, quantity_e4 from balances
        where company = ?1 and product in (select value from json_each(?2))`,
      args: [company, JSON.stringify([...new Set(movements.map(({ product }) => product))])],
    },
    signal,
  );
  const balances = new Map(rows.map((row) => [String(row.product), Number(row.quantity_e4)]));
  return {
    alreadyReversed: false,
    movements: movements.filter(movesGoods).map(({ id, product, lot, quantity_e4 }) => {
      const before = balances.get(product) ?? 0;
      const after = before - quantity_e4;
      balances.set(product, after);
      return {
        undoes: id,
        product,
        lot,
        quantity_e4: -quantity_e4,
        balanceBefore_e4: before,
        balanceAfter_e4: after,
      };
    }),
  };
}
