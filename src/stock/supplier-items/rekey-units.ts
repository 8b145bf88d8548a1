import type { Ports } from "../../ports/ports.ts";
import type { Guard, Statement } from "../../ports/sql.ts";
import { type UnitSpellings, unitKey } from "./unit.ts";

/**
 * `supplier_items.unit` is the unit that a spelling means to the company, so that every posting finds its row by the primary key.
 * A change of the company's spellings therefore moves the rows of the spellings concerned, in the batch of the change.
 */

/** Rows of one unit and one spelling, and the unit that they get. */
export interface UnitMove {
  readonly unit: string;
  readonly spelling: string;
  readonly to: string;
}

const SPELLING = "coalesce(s.spelling, s.unit)";

/** Every unit and spelling in use, with the unit that it is under `own`. */
export async function unitMoves(
  ports: Pick<Ports, "reader">,
  company: number,
  own: UnitSpellings,
  signal?: AbortSignal,
): Promise<UnitMove[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select distinct s.unit, ${SPELLING} as spelling from supplier_items s where s.company = ?1`,
      args: [company],
    },
    signal,
  );
  return rows.map((row) => {
    const [unit, spelling] = [String(row.unit), String(row.spelling)];
    return { unit, spelling, to: unitKey(spelling, own) };
  });
}

/** The supplier items of the company ?1 as `s`, each with its move of ?2 as `m`. */
const MOVE = `with move as materialized (
  select value ->> 'unit' as unit, value ->> 'spelling' as spelling, value ->> 'to' as unit_to from json_each(?2))`;
const OF_MOVE = `s.company = ?1 and m.unit = s.unit and m.spelling = ${SPELLING}`;

/** Rows of one supplier's code that would be one unit with two products or factors. ?1 is the company, ?2 the moves. */
const CONTRADICTIONS = `${MOVE}
  select s.supplier, s.code, m.unit_to as unit from supplier_items s cross join move m on ${OF_MOVE}
  group by 1, 2, 3 having count(distinct s.product || char(9) || s.factor_e4 || '/' || s.factor_divisor) > 1`;

/** The supplier items that would contradict each other after the moves; at most 20. */
export async function contradictingItems(
  ports: Pick<Ports, "reader">,
  company: number,
  moves: readonly UnitMove[],
  signal?: AbortSignal,
): Promise<{ supplier_cnpj: string; code: string; unit: string }[]> {
  const rows = await ports.reader.rows(
    {
      sql: `${CONTRADICTIONS} order by 1, 2, 3 limit 20`,
      args: [company, JSON.stringify(moves)],
    },
    signal,
  );
  return rows.map((row) => ({
    supplier_cnpj: String(row.supplier),
    code: String(row.code),
    unit: String(row.unit),
  }));
}

/** Selects a row while every supplier item has a unit and a spelling of the moves, and none would contradict another. */
export const movesAreWhole = (company: number, moves: readonly UnitMove[]): Guard => ({
  sql: `select 1 where not exists (
      select s.unit, ${SPELLING} from supplier_items s where s.company = ?1
      except select value ->> 'unit', value ->> 'spelling' from json_each(?2))
    and not exists (${CONTRADICTIONS})`,
  args: [company, JSON.stringify(moves)],
});

/**
 * Statements that move the rows: of several that become one the newest stays, and units may change places (a first step marks
 * them). ?1, ?2 and the guard's parameters after them.
 */
export function moveUnits(
  company: number,
  moves: readonly UnitMove[],
  guard: (first: number) => Guard,
): Statement[] {
  const { sql, args } = guard(2);
  const head = [company, JSON.stringify(moves)];
  return [
    {
      sql: `${MOVE} delete from supplier_items where company = ?1 and exists (${sql}) and (supplier, code, unit) in (
        select supplier, code, unit from (
          select s.supplier, s.code, s.unit, row_number() over (
            partition by s.supplier, s.code, m.unit_to order by s.updated_at desc, s.unit) as place
          from supplier_items s cross join move m on ${OF_MOVE}
        ) where place > 1)`,
      args: [...head, ...args],
    },
    {
      sql: `${MOVE} update supplier_items as s set unit = char(1) || m.unit_to from move m
        where ${OF_MOVE} and m.unit_to <> s.unit and exists (${sql})`,
      args: [...head, ...args],
    },
    {
      sql: `update supplier_items set unit = substr(unit, 2) where company = ?1 and unit >= char(1) and unit < char(2)`,
      args: [company],
    },
  ];
}
