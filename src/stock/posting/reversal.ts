import { trusted } from "../../lib/cast.ts";
import { fromScaled } from "../../lib/decimal.ts";
import { columnsOf } from "../../ports/columns.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Statement, Value } from "../../ports/sql.ts";
import type { StockFailure } from "../failures.ts";
import { IS_FIRST, ofPostingOf, refsOf } from "../found-movements.ts";
import { keepLots } from "../lots/keep-lots.ts";
import { addToSpan } from "../spans.ts";
import { movements } from "../tables.ts";
import { balancesAfter } from "./balances.ts";
import { costStillThere, stillThere } from "./cost-still-there.ts";
import { changeEventExits, EVENT_ORIGIN, type StandingExit, standingExit } from "./event-exits.ts";
import { belowZero, valueAboveZero } from "./left-below-zero.ts";
import { restoreLastCosts } from "./restored-last-costs.ts";
import { BACK_FIGURES, stepPlace, valuationSteps } from "./valued-fold.ts";

/** A movement that is to be taken back. */
export interface Posted {
  readonly id: number;
  readonly product: string;
  /** Signed, 1/10⁴; 0: a late cost. */
  readonly quantity_e4: number;
  /** Signed, 1/10²: what the document says; null: nothing. */
  readonly cost_e2: number | null;
  /** Signed, 1/10²: what it brought to the stock's value, or took from it. */
  readonly value_e2: number;
  readonly lot: string | null;
  readonly originRef: string;
}

/** Takes back what one posting has moved: exact opposite movements, each linked to the one that it undoes. */
export interface Reversal {
  readonly company: number;
  /** Unique id: the posting of the opposite movements. */
  readonly id: string;
  /** The posting that is taken back, and its origin (`NFE`, `VENDA` …). */
  readonly of: string;
  readonly origin: string;
  /** The note's access key; null: a manual movement, whose `origin_ref` is its posting. */
  readonly accessKey: string | null;
  /** What `movementsOfPosting` gave: the ledger only grows, so they cannot change. */
  readonly movements: readonly Posted[];
  /** Of a note: the exits of its events that stand; they are taken back before the movements. */
  readonly eventExits: readonly StandingExit[];
  /** Why. */
  readonly reason: string;
  readonly userId: number;
  readonly at: number;
  /** The company's day of `at`, YYYY-MM-DD. */
  readonly day: string;
  /**
   * SQL that selects a row where the reversal may be made, before it is. ?1 company, ?2 `id`, ?3 the access key or `of`,
   * ?4 `origin`, ?5 `of`.
   */
  readonly guard: string;
}

/** Conditions that find the movements of a posting. ?1 company, ?3 access key or posting, ?4 origin, ?5 posting. */
const OF_NOTE = ofPostingOf({ origin: "= ?4", refs: refsOf("?3"), posting: "?5" });
const BY_HAND = `company = ?1 and origin = ?4 and origin_ref = ?3 and ${IS_FIRST} and posting = ?5`;

/** The condition that finds the movements of the posting that is taken back. ?1 company, ?3 access key or posting, ?4 origin, ?5 posting. */
export const ofPosting = ({ accessKey }: Pick<Reversal, "accessKey">) =>
  accessKey === null ? BY_HAND : OF_NOTE;

const MOVEMENT = columnsOf(movements, "movements", [
  "id",
  "product",
  "quantity_e4",
  "cost_e2",
  "value_e2",
  "lot",
  "originRef",
]);

/** The movements of a posting, in the order of writing, without the late costs of others about them. */
export async function movementsOfPosting(
  ports: Pick<Ports, "reader">,
  { company, of, origin, accessKey }: Pick<Reversal, "company" | "of" | "origin" | "accessKey">,
  signal?: AbortSignal,
): Promise<Posted[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select ${MOVEMENT.sql} from movements
        where ${ofPosting({ accessKey })} order by id`,
      args: [company, null, accessKey ?? of, origin, of],
    },
    signal,
  );
  return rows.map(MOVEMENT.read);
}

/**
 * Statements of a reversal: the opposite movements, the balances (given back where one may have fallen below zero), the last
 * costs, the sums. To be put into one batch behind the statement that takes the reversal; where that has lost, they change
 * nothing. An entry gives back exactly what it brought, as far as the stock still has it (valued-fold.ts); an exit brings
 * back what it took. Late costs about the entries of a note go with them.
 */
export function reverse(reversal: Reversal): Statement[] {
  const { company, origin, movements, at } = reversal;
  if (movements.length === 0) return [];
  const head = headOf(reversal);
  const { id, accessKey, eventExits, reason, userId, guard } = reversal;
  const opposite = movements
    .filter(({ quantity_e4 }) => quantity_e4 !== 0)
    .map(({ quantity_e4, cost_e2 }) => ({
      quantity_e4: -quantity_e4,
      cost_e2: cost_e2 === null ? null : -cost_e2,
    }));
  const costs = movements.some(({ quantity_e4, cost_e2 }) => quantity_e4 > 0 && (cost_e2 ?? 0) > 0);
  return [
    ...(accessKey === null
      ? []
      : changeEventExits({
          company,
          id,
          accessKey,
          made: [],
          takenBack: eventExits,
          reason,
          userId,
          at,
          day: reversal.day,
          guard: { sql: guard, args: [...head, reversal.of] },
        })),
    insertOpposites(reversal, head),
    moveBalances(reversal, head),
    ...keepLots({
      movements: { sql: opposites(reversal), args: head },
      day: reversal.day,
      has: lotsOf(movements),
    }),
    ...(costs ? restoreLastCosts({ company, movements: opposites(reversal), args: head, at }) : []),
    ...(opposite.length === 0
      ? []
      : [addToSpan({ company, origin, at, amounts: opposite }, reversalMade(reversal))]),
  ];
}

/** An exit may have taken from lots without naming one. */
const lotsOf = (movements: readonly Posted[]) => ({
  entries: movements.some(({ quantity_e4 }) => quantity_e4 < 0),
  namedExits: movements.some(({ quantity_e4, lot }) => quantity_e4 > 0 && lot !== null),
  exits: movements.some(({ quantity_e4 }) => quantity_e4 > 0),
});

function insertOpposites(reversal: Reversal, head: readonly Value[]): Statement {
  const { of, userId, at, reason, guard } = reversal;
  return {
    sql: `with recursive ${reversal.accessKey === null ? "" : lateCosts(guard)} line as materialized (
        select *, ${stepPlace()} from (
          select id as n, product, -quantity_e4 as q, -value_e2 as c, ${belowZero("movements")} as u, ${valueAboveZero("movements")} as above,
            -cost_e2 as cost_e2, lot, expires_on, reference,
            case when origin_ref = ?5 then ?2 else substr(origin_ref, 1, length(origin_ref) - length(?5)) || ?2 end as origin_ref
          from movements where ${ofPosting(reversal)} and quantity_e4 <> 0 and exists (${guard})
          ${reversal.accessKey === null ? "" : LATE_COSTS_BACK}
        )
      ),
      ${valuationSteps({ back: "all" })}
      insert into movements (company, product, type, quantity_e4, cost_e2, lot, expires_on, origin, origin_ref, reference, notes,
        posting, user_id, created_at, happened_at, value_e2, passed_e2, after_e4, after_e2, undoes)
      select ?1, f.product, case sign(f.q) when 1 then 'ENTRADA' when -1 then 'SAIDA' else 'VALOR' end, f.q, l.cost_e2, l.lot,
        l.expires_on, ?4, l.origin_ref, l.reference, ?8, ?2, ?6, ?7, ?7, ${BACK_FIGURES}, l.n
      from fold f cross join line l on l.product = f.product and l.step = f.step
      order by f.step, f.n
      returning id`,
    args: [...head, of, userId, at, reason],
  };
}

/**
 * CTEs of the late costs of a note's posting, and those of others about its entries, that nothing has taken back, with what is still
 * in the stock of each. One that is about entries of several notes goes as a whole.
 */
const lateCosts = (guard: string): string => `late_cost as materialized (
        select v.id, v.posting, v.product, v.value_e2, v.passed_e2, v.after_e4, v.cost_e2, v.reference
        from (
          select id from movements where ${OF_NOTE} and quantity_e4 = 0
          union
          select part.id from (
            select distinct late.posting, substr(late.origin_ref, 1, instr(late.origin_ref, '#')) as note
            from (select id from movements where ${OF_NOTE} and quantity_e4 <> 0) m
            cross join movements late indexed by movements_of_late_costs
              on late.company = ?1 and late.undoes = m.id and late.quantity_e4 = 0
          ) whole
          cross join movements part on part.company = ?1 and part.origin = 'NFE' and part.posting = whole.posting
            and part.origin_ref > whole.note || 'valor/' and part.origin_ref < whole.note || 'valor0' and part.${IS_FIRST}
        ) as cost_ids
        cross join movements v on v.id = cost_ids.id
        cross join movements a on a.id = v.undoes and a.quantity_e4 <> 0
        where exists (${guard}) and not exists (
          select 1 from movements r indexed by movements_of_late_costs
          where r.company = ?1 and r.undoes = v.id and r.quantity_e4 = 0)
      ),
      ${costStillThere("late_cost")},`;

/** Each is taken back as a late cost of the opposite sign; the stock loses what is still there of it, or has it again. */
const LATE_COSTS_BACK = `union all
          select w.id, w.product, 0, -w.value_e2, ${stillThere("w")}, 0, -w.cost_e2, null, null,
            w.reference, ?3 || '#valor/' || w.id || '@' || ?2
          from late_cost w`;

/** The opposite movements. ?2 is their posting, which for a manual one is their origin_ref too. */
const opposites = ({ accessKey }: Reversal) =>
  accessKey === null
    ? `company = ?1 and origin = ?4 and origin_ref = ?2 and ${IS_FIRST} and posting = ?2`
    : `company = ?1 and origin = ?4 and origin_ref > ?3 || '#' and origin_ref < ?3 || '$' and ${IS_FIRST} and posting = ?2`;

const headOf = ({ company, id, of, origin, accessKey }: Reversal): Value[] => [
  company,
  id,
  accessKey ?? of,
  origin,
];

/** Selects a row where the reversal was made: for statements that come after it. */
export const reversalMade = (reversal: Reversal): Guard => ({
  sql: `select 1 from movements where ${opposites(reversal)}`,
  args: headOf(reversal),
});

const moveBalances = (reversal: Reversal, head: readonly Value[]): Statement => ({
  sql: `${balancesAfter(opposites(reversal), "?5")} returning product, quantity_e4`,
  args: [...head, reversal.at],
});

/**
 * SQL condition that holds while taking a posting back leaves no balance below zero that it makes smaller. ?1 company, ?3 the
 * access key or the posting, ?4 origin, ?5 posting.
 */
export const nothingBelowZeroAfter = (
  reversal: Pick<Reversal, "accessKey">,
): string => `not exists (
    select 1 from (${takenBack(reversal)}) as d
    left join balances b on b.company = ?1 and b.product = d.product
    where d.quantity_e4 < 0 and coalesce(b.quantity_e4, 0) + d.quantity_e4 < 0)`;

const takenBack = (reversal: Pick<Reversal, "accessKey">) => `
  select product, -sum(quantity_e4) as quantity_e4, min(id) as first from (
    select product, quantity_e4, id from movements where ${ofPosting(reversal)}
    ${reversal.accessKey === null ? "" : `union all select m.product, m.quantity_e4, m.id from movements m where ${standingExit("?3")}`}
  ) group by product`;

/** Most of the later exits that a refusal names. */
const NAMED = 10;

/**
 * The first product (by code) of which taking a posting back would leave less than nothing, with the later exits that need
 * it, newest first; null: of none.
 */
export async function insufficientAfter(
  ports: Pick<Ports, "reader">,
  reversal: Reversal,
  signal?: AbortSignal,
): Promise<StockFailure | null> {
  const [company, , reference, origin] = headOf(reversal);
  const rows = await ports.reader.rows(
    {
      sql: `select d.product, -d.quantity_e4 as requested_e4, coalesce(b.quantity_e4, 0) as balance_e4, (
          select json_group_array(json_object('id', id, 'reference', reference, 'quantity', quantity_e4)) from (
            select m.id, iif(m.origin = 'NFE', substr(m.origin_ref, 1, 44), m.reference) as reference, -m.quantity_e4 as quantity_e4
            from movements m indexed by movements_by_product
            where m.company = ?1 and m.product = d.product and m.id > d.first and m.quantity_e4 < 0 and m.undoes is null
              and not (m.origin = '${EVENT_ORIGIN}' and m.reference is ?3)
              and not exists (select 1 from movements r where r.company = ?1 and r.undoes = m.id and r.quantity_e4 <> 0)
            order by m.id desc limit ${NAMED})) as needed_by
        from (${takenBack(reversal)}) as d
        left join balances b on b.company = ?1 and b.product = d.product
        where d.quantity_e4 < 0 and coalesce(b.quantity_e4, 0) + d.quantity_e4 < 0`,
      args: [company ?? null, null, reference ?? null, origin ?? null, reversal.of],
    },
    signal,
  );
  const [row] = rows.sort((a, b) => (String(a.product) < String(b.product) ? -1 : 1));
  if (row === undefined) return null;
  const exits = trusted<{ id: number; reference: string | null; quantity: number }[]>(
    JSON.parse(String(row.needed_by)),
  );
  return {
    code: "stock.insufficient",
    product_code: String(row.product),
    requested: fromScaled(Number(row.requested_e4), 4),
    balance: fromScaled(Number(row.balance_e4), 4),
    needed_by: exits.map((exit) => ({ ...exit, quantity: fromScaled(exit.quantity, 4) })),
  };
}
