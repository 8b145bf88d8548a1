import { bumpTagIfChanged } from "../../journal/record.ts";
import type { Statement } from "../../ports/sql.ts";
import { IS_FIRST } from "../found-movements.ts";
import { forgetCosts, JUST_CHANGED } from "../last-cost.ts";
import { keepLots } from "../lots/keep-lots.ts";
import { addToSpan } from "../spans.ts";
import { balancesAfter } from "./balances.ts";
import { countedAfterDate } from "./counted-over.ts";
import { STEP_FIGURES, valuationSteps } from "./valued-fold.ts";

/** A movement that a user records by hand. */
export interface ManualMovement {
  readonly company: number;
  /** Unique id; becomes posting and origin_ref. */
  readonly posting: string;
  readonly product: string;
  /** Signed, 1/10⁴: positive enters, negative leaves; never 0. */
  readonly quantity_e4: number;
  /** Signed as the quantity, 1/10², of the whole movement; null: not known. */
  readonly cost_e2: number | null;
  readonly lot: string | null;
  readonly expiresOn: string | null;
  /** MANUAL, VENDA, AJUSTE … never NFE. */
  readonly origin: string;
  readonly reference: string | null;
  readonly notes: string | null;
  readonly userId: number;
  /** When it is written, and when it happened; ms UTC. */
  readonly at: number;
  readonly happenedAt: number;
  /** The company's day of `at`, YYYY-MM-DD. */
  readonly day: string;
}

/**
 * The origin of the movements that a count makes; their reference is the count, their `origin_ref` `<count>#<product>`, and
 * a tab and the lot where there is one. A user may
 * give this origin too: then `origin_ref` is the posting, as of every manual movement.
 */
export const COUNT_ORIGIN = "CONTAGEM";

/** Selects a row where `movementStatements` has inserted its movement; for statements that come after it. ?1 company, ?2 origin, ?3 posting. */
export const MOVEMENT_MADE = `select 1 from movements where company = ?1 and origin = ?2 and origin_ref = ?3 and ${IS_FIRST}`;
const THIS_MOVEMENT = `company = ?1 and origin = ?2 and origin_ref = ?3 and ${IS_FIRST}`;

/** Select: how much there is of a lot, of all its expiries where none is given; 1/10⁴. */
export const lotStock = (
  company: string,
  product: string,
  lot: string,
  expiresOn: string,
): string =>
  `select sum(quantity_e4) as lot_e4 from lot_balances where company = ${company} and product = ${product}
    and lot = trim(${lot}) and (${expiresOn} is null or expires_on = ${expiresOn})`;

/**
 * Statements of one manual movement: the movement, the balance, the last cost, the sums.
 * The first returns the movement's row; none where the product is unknown or inactive, an exit would leave a negative balance or
 * takes more of a lot than there is, or the product was counted after the date that a person gives: then nothing is changed.
 * The database decides, so two exits never take the same piece.
 */
export function movementStatements(movement: ManualMovement): Statement[] {
  const m = movement;
  const key = [m.company, m.origin, m.posting];
  return [
    {
      sql: `with recursive line as materialized (
          select 1 as n, p.code as product, cast(?5 as integer) as q, cast(iif(?5 > 0, ?6, null) as integer) as c, 0 as u, 1 as step, 0 as more
          from products p left join balances b on b.company = p.company and b.product = p.code
          where p.company = ?1 and p.code = ?4 and p.active = 1 and (?5 > 0 or coalesce(b.quantity_e4, 0) + ?5 >= 0)
            and (?5 > 0 or ?7 is null or ?5 + coalesce((${lotStock("?1", "?4", "?7", "?8")}), 0) >= 0)
            and (?13 >= ?12 or not ${countedAfterDate("?1", "?4", "?13")})
        ),
        ${valuationSteps()}
        insert into movements (company, product, type, quantity_e4, cost_e2, lot, expires_on, origin, origin_ref, reference, notes,
          posting, user_id, created_at, happened_at, value_e2, passed_e2, after_e4, after_e2)
        select ?1, f.product, case when f.q > 0 then 'ENTRADA' else 'SAIDA' end, f.q, ?6, ?7, ?8, ?2, ?3, ?9, ?10,
          ?3, ?11, ?12, ?13, ${STEP_FIGURES}
        from fold f
        returning id`,
      args: [
        ...key,
        m.product,
        m.quantity_e4,
        m.cost_e2,
        m.lot,
        m.expiresOn,
        m.reference,
        m.notes,
        m.userId,
        m.at,
        m.happenedAt,
      ],
    },
    {
      sql: `${balancesAfter(THIS_MOVEMENT, "?4")} returning quantity_e4`,
      args: [...key, m.at],
    },
    ...keepLots({
      movements: { sql: THIS_MOVEMENT, args: key },
      day: m.day,
      has: {
        entries: m.quantity_e4 > 0 && m.lot !== null,
        namedExits: m.quantity_e4 < 0 && m.lot !== null,
        exits: m.quantity_e4 < 0,
      },
    }),
    {
      sql: `update products set last_cost_e2 = m.cost_e2, last_cost_quantity_e4 = m.quantity_e4, updated_at = m.created_at
        from movements m
        where m.company = ?1 and m.origin = ?2 and m.origin_ref = ?3 and m.${IS_FIRST} and m.quantity_e4 > 0 and m.cost_e2 > 0
          and products.company = ?1 and products.code = m.product`,
      args: key,
    },
    bumpTagIfChanged(m.company, "products"),
    {
      sql: forgetCosts(`select product from movements where ${THIS_MOVEMENT}`, JUST_CHANGED),
      args: key,
    },
    addToSpan({ ...m, amounts: [m] }, { sql: MOVEMENT_MADE, args: key }),
  ];
}
