import { divideHalfUp, exact } from "../../lib/decimal.ts";
import type { Statement } from "../../ports/sql.ts";
import { IS_FIRST } from "../found-movements.ts";

/** In `origin_ref` of an entry that brings back a known exit, before the id of that exit. */
export const BACK = "/volta-";

/** An exit that may come back, with what of it is still out. Quantity 1/10⁴, value 1/10²; both from 0. */
export interface OpenExit {
  readonly id: number;
  readonly product: string;
  /** The part of its note that it stands for, as `nItem`. */
  readonly nItem: number;
  /** The access key of its note. */
  readonly reference: string;
  readonly left_e4: number;
  readonly left_e2: number;
  /** Of an exit that left below zero: its quantity, the units below zero, and what the others took. */
  readonly below?: {
    readonly whole_e4: number;
    readonly units_e4: number;
    readonly above_e2: number;
  };
}

/** A part of what comes back: of an exit with the value that it took; `exit` null: more than was still out, without a value. */
export interface ReturnedPart {
  readonly exit: number | null;
  readonly quantity_e4: number;
  readonly value_e2: number | null;
  /** Of its units, those that had left below zero, and the value that the others took. */
  readonly below?: BelowZero;
}

/** What of goods that come back had left below zero (1/10⁴), and what the others took (1/10²). */
export interface BelowZero {
  readonly units_e4: number;
  readonly above_e2: number;
}

/**
 * Shares what comes back among exits in their order: each gives what is left of it, the last one a part with its share of the
 * value (half up; the whole value with the whole quantity). Gives the parts, and the exits as they are afterwards.
 * Source: NBC TG 16, item 25: what comes back has the cost at which it left.
 */
export function shareReturn(
  quantity_e4: number,
  exits: readonly OpenExit[],
): { parts: ReturnedPart[]; exits: OpenExit[] } {
  const parts: ReturnedPart[] = [];
  let rest = quantity_e4;
  const after = exits.map((exit) => {
    const taken = Math.min(rest, exit.left_e4);
    if (taken === 0) return exit;
    rest -= taken;
    const value_e2 = exact(
      divideHalfUp(BigInt(exit.left_e2) * BigInt(taken), BigInt(exit.left_e4)),
    );
    parts.push({ exit: exit.id, quantity_e4: taken, value_e2, ...belowZeroOf(exit, taken) });
    return { ...exit, left_e4: exit.left_e4 - taken, left_e2: exit.left_e2 - value_e2 };
  });
  if (rest > 0) parts.push({ exit: null, quantity_e4: rest, value_e2: null });
  return { parts, exits: after };
}

/** The share of the units below zero that comes back: what was shared before and with it are each rounded, so that all parts give the whole. */
function belowZeroOf({ left_e4, below }: OpenExit, taken: number): { below?: BelowZero } {
  if (below === undefined) return {};
  const before = below.whole_e4 - left_e4;
  const share = (figure: number): number => {
    const upTo = (units: number) =>
      exact(divideHalfUp(BigInt(figure) * BigInt(units), BigInt(below.whole_e4)));
    return upTo(before + taken) - upTo(before);
  };
  return { below: { units_e4: share(below.units_e4), above_e2: share(below.above_e2) } };
}

/** SQL of what has come back of an exit: the sum of a column of the entries that stand. `exit` and ?1 (company) are given. */
export const broughtBack = (column: "quantity_e4" | "value_e2", exit: string): string => `(
    select coalesce(sum(r.${column}), 0) from returned_exits x cross join movements r on r.id = x.movement
    where x.company = ?1 and x.exit = ${exit} and not exists (
      select 1 from movements u where u.company = ?1 and u.undoes = r.id and u.quantity_e4 <> 0))`;

/** Condition that holds while exits (JSON of `exit` and `left_e4`) stand, with as much still out as was read. ?1: company. */
export const exitsAsRead = (exits: string): string => `not exists (
    select 1 from json_each(${exits}) e left join movements m on m.company = ?1 and m.id = e.value ->> 'exit'
    where m.id is null or -m.quantity_e4 - ${broughtBack("quantity_e4", "m.id")} <> e.value ->> 'left_e4'
      or exists (select 1 from movements u where u.company = ?1 and u.undoes = m.id and u.quantity_e4 <> 0))`;

/** Links the entries of a posting to the exits that they bring back: `part` is that of the entry. After the movements, by their posting. */
export const linkReturns = (
  { company, id, reference }: { company: number; id: string; reference: string },
  returns: readonly { readonly exit: number; readonly part: string }[],
): Statement[] =>
  returns.length === 0
    ? []
    : [
        {
          sql: `insert into returned_exits (company, exit, movement)
            select ?1, e.value ->> 'exit', m.id from json_each(?4) e cross join movements m
              on m.company = ?1 and m.origin = 'NFE' and m.origin_ref = ?3 || '#' || (e.value ->> 'part') || '@' || ?2
                and m.${IS_FIRST}`,
          args: [company, id, reference, JSON.stringify(returns)],
        },
      ];
