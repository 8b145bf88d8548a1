import type { Ports } from "../../ports/ports.ts";
import { NEVER, type TakenLot } from "./keep-lots.ts";

/** A movement that is not written yet; quantity signed, 1/10⁴. */
export interface PlannedMove {
  readonly product: string;
  readonly quantity_e4: number;
  readonly lot: string | null;
  readonly expiresOn: string | null;
}

interface OpenLot {
  readonly lot: string;
  readonly expiresOn: string;
  quantity_e4: number;
}

/**
 * What the exits of a posting would take of lots now, by the rules of keep-lots.ts; `day` is the company's. In the order of
 * products, expiries and lots. Reads only.
 */
export async function planTaking(
  ports: Pick<Ports, "reader">,
  company: number,
  day: string,
  moves: readonly PlannedMove[],
  signal?: AbortSignal,
): Promise<Omit<TakenLot, "movement">[]> {
  const products = [
    ...new Set(moves.filter(({ quantity_e4 }) => quantity_e4 < 0).map((move) => move.product)),
  ].sort();
  if (products.length === 0) return [];
  const rows = await ports.reader.rows(
    {
      sql: `select p.value as product, l.lot, l.expires_on, coalesce(l.quantity_e4, 0) as quantity_e4,
          coalesce(b.quantity_e4, 0) as balance_e4
        from json_each(?2) p
        left join balances b on b.company = ?1 and b.product = p.value
        left join lot_balances l on l.company = ?1 and l.product = p.value and l.quantity_e4 > 0`,
      args: [company, JSON.stringify(products)],
    },
    signal,
  );
  return products.flatMap((product) => {
    const mine = rows.filter((row) => row.product === product);
    const lots = mine.flatMap((row) =>
      row.lot === null
        ? []
        : [
            {
              lot: String(row.lot),
              expiresOn: String(row.expires_on),
              quantity_e4: Number(row.quantity_e4),
            },
          ],
    );
    const moved = moves.filter((move) => move.product === product);
    return takingOf(moved, lots, Number(mine[0]?.balance_e4 ?? 0), day).map((taken) => ({
      product,
      ...taken,
    }));
  });
}

/** The same for one product. */
function takingOf(
  moves: readonly PlannedMove[],
  lots: OpenLot[],
  balance_e4: number,
  day: string,
): Omit<TakenLot, "movement" | "product">[] {
  let balance = balance_e4;
  for (const { quantity_e4, lot, expiresOn } of moves.filter((move) => move.quantity_e4 > 0)) {
    balance += quantity_e4;
    const stays = Math.min(quantity_e4, Math.max(balance, 0));
    if (lot !== null)
      lots.push({ lot: lot.trim(), expiresOn: expiresOn ?? NEVER, quantity_e4: stays });
  }
  lots.sort((a, b) => (a.expiresOn + a.lot < b.expiresOn + b.lot ? -1 : 1));
  const taken = new Map<string, { lot: string; expiresOn: string; quantity_e4: number }>();
  const take = (from: readonly OpenLot[], wanted: number): number => {
    let left = wanted;
    for (const one of from) {
      const part = Math.min(left, one.quantity_e4);
      if (part === 0) continue;
      one.quantity_e4 -= part;
      left -= part;
      const key = `${one.expiresOn} ${one.lot}`;
      taken.set(key, { ...one, quantity_e4: (taken.get(key)?.quantity_e4 ?? 0) + part });
    }
    return left;
  };
  const exits = moves.filter(({ quantity_e4 }) => quantity_e4 < 0);
  let open = 0;
  for (const { quantity_e4, lot, expiresOn } of exits) {
    const asks = exits.some((other) => other.lot === lot && other.expiresOn !== null);
    const asked = expiresOn ?? (asks ? NEVER : null);
    const its = lots.filter(
      (one) => one.lot === lot?.trim() && (asked === null || one.expiresOn === asked),
    );
    const left = take(its, -quantity_e4);
    balance -= -quantity_e4 - left;
    open += left;
  }
  const inLots = lots.reduce((sum, one) => sum + one.quantity_e4, 0);
  const left = take(
    lots.filter(({ expiresOn }) => expiresOn >= day),
    open,
  );
  const beyond = left - Math.min(left, Math.max(0, balance - inLots));
  take(
    lots.filter(({ expiresOn }) => expiresOn < day),
    beyond,
  );
  return [...taken.values()]
    .map((one) => ({ ...one, expiresOn: one.expiresOn === NEVER ? null : one.expiresOn }))
    .sort((a, b) => ((a.expiresOn ?? NEVER) + a.lot < (b.expiresOn ?? NEVER) + b.lot ? -1 : 1));
}
