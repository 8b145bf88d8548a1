import { bumpTagIfChanged } from "../../journal/record.ts";
import { values } from "../../journal/values.ts";
import type { Tag } from "../../journal/versions.ts";
import type { Statement, Value } from "../../ports/sql.ts";
import { ofPostingOf, refsOf } from "../found-movements.ts";
import { keepLots } from "../lots/keep-lots.ts";
import { addToSpan } from "../spans.ts";
import { balancesAfter } from "./balances.ts";
import { saveGivenMappings } from "./given-mappings.ts";
import { type SeenValues, supplierItemOf } from "./posting-guards.ts";
import type { BelowZero } from "./returned-exits.ts";
import { bringsCost, forgetCostsOf, saveProducts, tellsCostsAlone } from "./save-products.ts";
import { BACK_FIGURES, STEP_FIGURES, stepPlace, valuationSteps } from "./valued-fold.ts";

/**
 * An item of a document under its supplier's code, and the product that it is mapped to. As an `Entry`, it is a row: its members are
 * columns of the statements below.
 */
export interface SupplierLine {
  /** Order within the document; the first of two lines with one code and unit names the product. */
  readonly n: number;
  readonly code: string;
  readonly unit: string;
  /** The unit as the document has it. */
  readonly spelling: string;
  readonly name: string;
  readonly barcode: string | null;
  readonly ncm: string | null;
  /** The unit in which we count it; the unit of a product that is created. */
  readonly stock_unit: string;
  /** The factor that the quantities below were computed with (factor.ts). */
  readonly factor_e4: number;
  readonly factor_divisor: number;
  /** Cost (1/10²) and quantity (1/10⁴) of what enters by this line; null where nothing enters or the cost is 0. */
  readonly cost_e2: number | null;
  readonly cost_quantity_e4: number | null;
  /** Set by the user; null: the product of the saved mapping, or a new product. */
  readonly product: string | null;
  /** The user's product and factor are saved as the mapping for later notes. */
  readonly saves_mapping: boolean;
  /** Its mapping was there when the posting was made. */
  readonly mapped: boolean;
  /** The factor was set by the user: that of the saved mapping does not count. */
  readonly factor_is_manual: boolean;
}

/** One movement to be made. */
export interface Entry {
  readonly code: string;
  readonly unit: string;
  readonly product: string | null;
  /** Signed, 1/10⁴, in stock units: positive enters, negative leaves; never 0. */
  readonly quantity_e4: number;
  /** Signed, 1/10², of the whole entry; null where the document has no cost. */
  readonly cost_e2: number | null;
  /** 1/10², of an entry that brings back what had left: the value that it took. Absent: `cost_e2` counts. */
  readonly value_e2?: number;
  /** Of such an entry: what of it had left below zero. */
  readonly below?: BelowZero;
  readonly lot: string | null;
  readonly expires_on: string | null;
  /** `n` of its line. */
  readonly line: number;
  /** Identifies the entry within the document: `<nItem>` or `<nItem>/<lot>`. */
  readonly part: string;
}

/** Everything that one document does to the stock, in one batch. */
export interface Posting {
  readonly company: number;
  /** Unique id of this posting. */
  readonly id: string;
  /** `NFE` … */
  readonly origin: string;
  /** The document: an access key. */
  readonly reference: string;
  /** CNPJ or CPF of the party whose codes the items have. */
  readonly supplier: string;
  /** The supplier is the company itself: its codes are our product codes. */
  readonly ownCodes: boolean;
  readonly lines: readonly SupplierLine[];
  readonly entries: readonly Entry[];
  /** What the document says of supplier items that are known, kept in `seen_barcode` and `seen_ncm`. */
  readonly seen: readonly SeenValues[];
  readonly userId: number;
  /** When it is written, ms UTC. */
  readonly at: number;
  /** When it happened, ms UTC: the note's date. */
  readonly happenedAt: number;
  /** The company's day of `at` (YYYY-MM-DD): lots that expire before it have expired. */
  readonly day: string;
  /**
   * SQL that selects a row only in the batch whose main statement has claimed this posting.
   * ?1 is the company, ?2 the posting, ?3 the reference.
   */
  readonly guard: string;
}

/** The tags to bump with every posting; `post` itself bumps those of what it changes only sometimes. */
export function invalidatedTags(posting: Posting): Tag[] {
  if (posting.entries.length === 0) return [];
  return bringsCost(posting) ? ["stock", "products"] : ["stock"];
}

/**
 * Statements that post a document: new mappings, new products, movements, balances, sums, last costs. They go into one batch,
 * after the statement that claims the posting; where that one has changed nothing, they change nothing.
 * A product's code is the supplier's code when free in the company, else `<code>-<supplier>`, else `<code>-<supplier>-<unit>`
 * else that and a tail of the posting's id. The batch decides, so that no two items become one product.
 */
export function post(posting: Posting): Statement[] {
  if (posting.entries.length === 0) return [];
  const head: Value[] = [posting.company, posting.id, posting.reference];
  return [
    ...(posting.lines.some((line) => line.saves_mapping) ? saveGivenMappings(posting, head) : []),
    ...mapNewItems(posting, head),
    ...(posting.seen.length === 0 ? [] : [saveSeen(posting, head)]),
    ...(bringsCost(posting) && !tellsCostsAlone(posting) ? [forgetCostsOf(posting, head)] : []),
    saveProducts(posting, head),
    ...(bringsCost(posting) ? [] : [bumpTagIfChanged(posting.company, "products")]),
    insertMovements(posting, head),
    { sql: moveBalances(posting), args: [...head, posting.origin, posting.at] },
    ...keepLots({
      movements: { sql: OF_THIS_POSTING, args: [...head, posting.origin] },
      day: posting.day,
      has: lotsOf(posting.entries),
    }),
    addToSpan({ ...posting, amounts: posting.entries }, { sql: posting.guard, args: head }),
  ];
}

/** Saves a mapping for each item that has none; of two lines with one code and unit the first counts. */
function mapNewItems(posting: Posting, head: readonly Value[]): Statement[] {
  const unmapped = posting.lines.filter((line) => line.product === null);
  if (unmapped.length === 0) return [];
  const args = [...head, posting.supplier, posting.at, posting.ownCodes ? 1 : 0];
  const lines = values(
    unmapped.map((line) => [
      line.n,
      line.code,
      line.unit,
      line.factor_e4,
      line.factor_divisor,
      line.spelling,
      line.barcode,
      line.ncm,
    ]),
    args.length,
  );
  return [
    { sql: mapNewItemsSql(lines.sql, posting.guard), args: [...args, ...lines.args] },
    bumpTagIfChanged(posting.company, "supplier_items"),
  ];
}

/** Keeps what the document says of known supplier items, for the findings of later ones. */
const saveSeen = (posting: Posting, head: readonly Value[]): Statement => ({
  sql: `update supplier_items set seen_barcode = l.value ->> 'barcode', seen_ncm = l.value ->> 'ncm' from json_each(?5) l
    where supplier_items.company = ?1 and supplier = ?4 and supplier_items.code = l.value ->> 'code'
      and supplier_items.unit = l.value ->> 'unit' and exists (${posting.guard})`,
  args: [...head, posting.supplier, JSON.stringify(posting.seen)],
});

/** ?1 company, ?2 posting, ?4 supplier, ?5 instant, ?6 whether the supplier's codes are ours; ?3 is the guard's. */
const mapNewItemsSql = (lines: string, guard: string): string => `
  with line (n, code, unit, factor_e4, factor_divisor, spelling, barcode, ncm) as (${lines}),
  -- The items that have no mapping yet.
  fresh as (
    select code, unit, min(n) as n, factor_e4, factor_divisor, spelling, barcode, ncm from line
    where not exists (select 1 from supplier_items s where ${supplierItemOf("?1", "?4", { code: "line.code", unit: "line.unit" })})
    group by code, unit
  ),
  -- Whether a product has the code, or the code with the supplier; which unit of its code an item is. A URL drops '.' and '..'.
  slotted as (
    select *, code in ('.', '..') as reserved, row_number() over (partition by code order by n) as slot,
      exists (select 1 from products p where p.company = ?1 and p.code = fresh.code) as taken,
      exists (select 1 from products p where p.company = ?1 and p.code = fresh.code || '-' || ?4) as taken_too
    from fresh
  ),
  -- The product code that each item asks for.
  named as (
    select *,
      case
        when not reserved and (?6 or (not taken and slot = 1)) then code
        when not taken_too and slot = case when taken or reserved then 1 else 2 end then code || '-' || ?4
        else code || '-' || ?4 || '-' || unit
      end as product
    from slotted
  ),
  -- Which of the items that ask for one code an item is.
  numbered as (select *, row_number() over (partition by product order by n) as asked from named)
  insert into supplier_items (company, supplier, code, unit, product, factor_e4, factor_divisor, created_at, updated_at,
    spelling, seen_barcode, seen_ncm)
  select ?1, ?4, code, unit,
    -- Two items never become one product: an item whose code is in use gets a tail of its own.
    case
      when ?6 and product = code then code
      when asked > 1 or exists (select 1 from products p where p.company = ?1 and p.code = numbered.product)
        then product || '-' || substr(?2, -6) || n
      else product
    end,
    factor_e4, factor_divisor, ?5, ?5, spelling, barcode, ncm
  from numbered
  where exists (${guard})`;

/** Entries before exits, each in document order: nothing is below zero on the way that is not at the end. */
const inOrder = (entries: readonly Entry[]): Entry[] => [
  ...entries.filter((entry) => entry.quantity_e4 > 0),
  ...entries.filter((entry) => entry.quantity_e4 < 0),
];

/**
 * The movements with the value that each brings or takes (valued-fold.ts); what a document tells of an exit is its price. Those of
 * a return are each found by their own `origin_ref` (returned-exits.ts), the others by the first of them (found-movements.ts).
 */
function insertMovements(posting: Posting, head: readonly Value[]): Statement {
  const args = [
    ...head,
    posting.supplier,
    posting.at,
    posting.origin,
    posting.userId,
    posting.happenedAt,
  ];
  // Only a return pays for the value that its entries are given.
  const valued = posting.entries.some((entry) => entry.value_e2 !== undefined);
  const entries = values(
    inOrder(posting.entries).map((entry, n) => [
      n,
      entry.code,
      entry.unit,
      entry.product,
      entry.quantity_e4,
      entry.cost_e2,
      entry.lot,
      entry.expires_on,
      entry.part,
      ...(valued
        ? [entry.value_e2 ?? null, entry.below?.units_e4 ?? 0, entry.below?.above_e2 ?? 0]
        : []),
    ]),
    args.length,
  );
  return {
    sql: `with recursive entry (n, code, unit, product, quantity_e4, cost_e2, lot, expires_on, part${valued ? ", value_e2, u, above" : ""})
        as (${entries.sql}),
      line as materialized (
        select *, iif(q > 0, ${valued ? "coalesce(value_e2, cost_e2)" : "cost_e2"}, null) as c${valued ? "" : ", 0 as u"}, ${stepPlace()} from (
          select e.n, coalesce(e.product, s.product) as product, cast(e.quantity_e4 as integer) as q,
            cast(e.cost_e2 as integer) as cost_e2, e.lot, e.expires_on, e.part
            ${valued ? ", cast(e.value_e2 as integer) as value_e2, cast(e.u as integer) as u, cast(e.above as integer) as above" : ""}
          from entry e
          left join supplier_items s on ${supplierItemOf("?1", "?4", { code: "e.code", unit: "e.unit" })}
          where exists (${posting.guard})
        )
      ),
      ${valuationSteps({ back: valued ? "some" : "none", carried: ["cost_e2", "lot", "expires_on", "part"] })}
      insert into movements (company, product, type, quantity_e4, cost_e2, lot, expires_on,
        origin, origin_ref, reference, posting, user_id, created_at, happened_at, value_e2, passed_e2, after_e4, after_e2, followers)
      select ?1, f.product, case when f.q > 0 then 'ENTRADA' else 'SAIDA' end, f.q, f.cost_e2, f.lot, f.expires_on,
        ?6, ?3 || '#' || f.part || '@' || ?2, ?3, ?2, ?7, ?5, ?8, ${valued ? BACK_FIGURES : STEP_FIGURES},
        ${valued ? "0" : "iif(f.n = 0, (select count(*) - 1 from line), -f.n)"}
      from fold f
      order by f.n`,
    args: [...args, ...entries.args],
  };
}

/** The movements of this posting. ?4 is the origin. */
const OF_THIS_POSTING = ofPostingOf({ origin: "= ?4", refs: refsOf("?3"), posting: "?2" });

const lotsOf = (entries: readonly Entry[]) => {
  const withLots = entries.filter(({ lot }) => lot !== null);
  return {
    entries: withLots.some(({ quantity_e4 }) => quantity_e4 > 0),
    namedExits: withLots.some(({ quantity_e4 }) => quantity_e4 < 0),
    exits: entries.some(({ quantity_e4 }) => quantity_e4 < 0),
  };
};

/** Returns the balances only where one may have fallen below zero: each returned row costs time. */
const moveBalances = (
  posting: Posting,
): string => `${balancesAfter(OF_THIS_POSTING, "?5", tellsCostsAlone(posting))}
  ${posting.entries.some((entry) => entry.quantity_e4 < 0) ? "returning product, quantity_e4" : ""}`;
