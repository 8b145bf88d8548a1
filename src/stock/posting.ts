import { bumpTagIfChanged } from "../journal/record.ts";
import { values } from "../journal/values.ts";
import type { Tag } from "../journal/versions.ts";
import { fold } from "../lib/fold.ts";
import type { Statement, Value } from "../ports/sql.ts";
import { addToSpan } from "./spans.ts";

/** A supplier's item as a document names it, and what we take it for. */
export interface SupplierLine {
  /** Order within the document; the first of two lines with one code and unit names the product. */
  readonly n: number;
  readonly code: string;
  readonly unit: string;
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
  /** A person's word for this line; null: what the supplier item says, or a new product. */
  readonly product: string | null;
  /** The person's word is learnt for the next note. */
  readonly teach: boolean;
  /** The factor is the person's word too: what is known of it does not matter. */
  readonly factor_told: boolean;
}

/** One movement to be made. */
export interface Entry {
  readonly code: string;
  readonly unit: string;
  readonly product: string | null;
  /** Signed, 1/10⁴, in stock units: positive enters, negative leaves; never 0. */
  readonly quantity_e4: number;
  /** Signed, 1/10², of the whole entry; null when the document tells no cost. */
  readonly cost_e2: number | null;
  readonly lot: string | null;
  readonly expires_on: string | null;
  /** `n` of its line. */
  readonly line: number;
  /** What tells this entry from the others of the document: `<nItem>` or `<nItem>/<lot>`. */
  readonly part: string;
}

/** Everything that one document does to the stock, in one go. */
export interface Posting {
  readonly company: number;
  /** Unique id of this posting. */
  readonly id: string;
  /** `NFE` … */
  readonly origin: string;
  /** The document: an access key. */
  readonly reference: string;
  /** CNPJ or CPF of whoever coded the items. */
  readonly supplier: string;
  /** The supplier is the company itself: its codes are our product codes. */
  readonly ownCodes: boolean;
  readonly lines: readonly SupplierLine[];
  readonly entries: readonly Entry[];
  readonly userId: number;
  readonly at: number;
  /**
   * SQL that selects a row only in the batch whose main statement has taken this posting.
   * ?1 is the company, ?2 the posting, ?3 the reference.
   */
  readonly guard: string;
}

/** The cached reads that a posting makes old whenever it is taken; `post` itself tells of what it may change besides. */
export function invalidatedTags(posting: Posting): Tag[] {
  if (posting.entries.length === 0) return [];
  return bringsCost(posting) ? ["stock", "dashboard", "products"] : ["stock", "dashboard"];
}

const bringsCost = (posting: Posting): boolean =>
  posting.lines.some((line) => line.cost_e2 !== null);

/**
 * Statements that post a document: supplier items learnt, products created, movements, balances, sums, last costs.
 * To be put into one batch after the statement that takes the posting; where that has lost, they change nothing.
 * A product's code is the supplier's code when free in the company, else `<code>-<supplier>`, else `<code>-<supplier>-<unit>`
 * (design decision 5), else that and a tail of the posting: decided here, in the batch, so that no two items become one.
 */
export function post(posting: Posting): Statement[] {
  if (posting.entries.length === 0) return [];
  const head: Value[] = [posting.company, posting.id, posting.reference];
  return [
    ...(posting.lines.some((line) => line.teach) ? teach(posting, head) : []),
    ...learnItems(posting, head),
    keepProducts(posting, head),
    ...(bringsCost(posting) ? [] : [bumpTagIfChanged(posting.company, "products")]),
    insertMovements(posting, head),
    { sql: moveBalances(posting), args: [...head, posting.origin, posting.at] },
    addToSpan({ ...posting, amounts: posting.entries }, { sql: posting.guard, args: head }),
  ];
}

/** Of two lines with one code and unit the first speaks. */
function learnItems(posting: Posting, head: readonly Value[]): Statement[] {
  const fresh = posting.lines.filter((line) => line.product === null);
  if (fresh.length === 0) return [];
  const args = [...head, posting.supplier, posting.at, posting.ownCodes ? 1 : 0];
  const lines = values(
    fresh.map((line) => [line.n, line.code, line.unit, line.factor_e4, line.factor_divisor]),
    args.length,
  );
  return [
    {
      sql: `with line (n, code, unit, factor_e4, factor_divisor) as (${lines.sql})
      insert into supplier_items (company, supplier, code, unit, product, factor_e4, factor_divisor, created_at, updated_at)
      select ?1, ?4, code, unit,
        -- Somebody has a product of that very code, or another line of this note asks for it: never one for two.
        case
          when ?6 and product = code then code
          when asked > 1 or exists (select 1 from products p where p.company = ?1 and p.code = product)
            then product || '-' || substr(?2, -6) || n
          else product
        end,
        factor_e4, factor_divisor, ?5, ?5
      from (
        select *, row_number() over (partition by product order by n) as asked
        from (
          select code, unit, n, factor_e4, factor_divisor,
            case
              when not reserved and (?6 or (not taken and slot = 1)) then code
              when not taken_too and slot = case when taken or reserved then 1 else 2 end then code || '-' || ?4
              else code || '-' || ?4 || '-' || unit
            end as product
          from (
        select code, unit, n, factor_e4, factor_divisor, code in ('.', '..') as reserved,
          row_number() over (partition by code order by n) as slot,
          exists (select 1 from products p where p.company = ?1 and p.code = fresh.code) as taken,
          exists (select 1 from products p where p.company = ?1 and p.code = fresh.code || '-' || ?4) as taken_too
        from (
          select code, unit, min(n) as n, factor_e4, factor_divisor from line
          where not exists (
            select 1 from supplier_items s
            where s.company = ?1 and s.supplier = ?4 and s.code = line.code and s.unit = line.unit
          )
          group by code, unit
        ) as fresh
          )
        )
      )
      where exists (${posting.guard})`,
      args: [...args, ...lines.args],
    },
    bumpTagIfChanged(posting.company, "supplier_items"),
  ];
}

/** Creates what is unknown, and keeps the last cost of what enters; of two lines of one product the later counts. */
function keepProducts(posting: Posting, head: readonly Value[]): Statement {
  const args = [...head, posting.supplier, posting.at];
  const lines = values(
    posting.lines.map((line) => [
      line.code,
      line.unit,
      line.product,
      line.name,
      line.stock_unit,
      line.barcode,
      line.ncm,
      line.cost_e2,
      line.cost_quantity_e4,
      fold(line.name),
      fold(line.code),
    ]),
    args.length,
  );
  // The code of a new product begins with the line's; what is put behind it has no accents.
  const code = "coalesce(l.product, s.product)";
  const folded = `case when substr(${code}, 1, length(l.code)) = l.code
    then l.folded_code || lower(substr(${code}, length(l.code) + 1)) else lower(${code}) end`;
  return {
    sql: `with line (code, unit, product, name, stock_unit, barcode, ncm, cost_e2, cost_quantity_e4, folded, folded_code)
        as (${lines.sql})
      insert into products (company, code, name, unit, barcode, ncm, last_cost_e2, last_cost_quantity_e4, created_at, updated_at,
        search)
      select ?1, ${code}, l.name, l.stock_unit, l.barcode, l.ncm, l.cost_e2, l.cost_quantity_e4, ?5, ?5,
        l.folded || char(9) || ${folded} || ' ' || coalesce(l.barcode, '')
      from line l
      left join supplier_items s on s.company = ?1 and s.supplier = ?4 and s.code = l.code and s.unit = l.unit
      where exists (${posting.guard})
      on conflict (company, code) do update
        set last_cost_e2 = excluded.last_cost_e2, last_cost_quantity_e4 = excluded.last_cost_quantity_e4,
          updated_at = excluded.updated_at
        where excluded.last_cost_e2 is not null`,
    args: [...args, ...lines.args],
  };
}

function insertMovements(posting: Posting, head: readonly Value[]): Statement {
  const args = [...head, posting.supplier, posting.at, posting.origin, posting.userId];
  const entries = values(
    posting.entries.map((entry) => [
      entry.code,
      entry.unit,
      entry.product,
      entry.quantity_e4,
      entry.cost_e2,
      entry.lot,
      entry.expires_on,
      entry.part,
    ]),
    args.length,
  );
  return {
    sql: `with entry (code, unit, product, quantity_e4, cost_e2, lot, expires_on, part) as (${entries.sql})
      insert into movements (company, product, type, quantity_e4, cost_e2, lot, expires_on,
        origin, origin_ref, reference, posting, user_id, created_at)
      select ?1, coalesce(m.product, s.product), case when m.quantity_e4 > 0 then 'ENTRADA' else 'SAIDA' end,
        m.quantity_e4, m.cost_e2, m.lot, m.expires_on, ?6, ?3 || '#' || m.part || '@' || ?2, ?3, ?2, ?7, ?5
      from entry m
      left join supplier_items s on s.company = ?1 and s.supplier = ?4 and s.code = m.code and s.unit = m.unit
      where exists (${posting.guard})`,
    args: [...args, ...entries.args],
  };
}

/** The movements of this posting, found by the unique index: '$' follows '#'. ?4 is the origin. */
const OF_THIS_POSTING = `company = ?1 and origin = ?4 and origin_ref > ?3 || '#' and origin_ref < ?3 || '$' and posting = ?2`;

/** Gives the balances back only where one may have fallen below zero: every row that returns costs. */
const moveBalances = (posting: Posting): string => `
  insert into balances (company, product, quantity_e4, updated_at)
  select company, product, sum(quantity_e4), ?5 from movements where ${OF_THIS_POSTING} group by product
  on conflict do update set quantity_e4 = quantity_e4 + excluded.quantity_e4, updated_at = excluded.updated_at,
    version = version + 1
  ${posting.entries.some((entry) => entry.quantity_e4 < 0) ? "returning product, quantity_e4" : ""}`;

/** What a person has said about a supplier item replaces what was known. */
function teach(posting: Posting, head: readonly Value[]): Statement[] {
  const args = [...head, posting.supplier, JSON.stringify(posting.lines), posting.at];
  const aged = bumpTagIfChanged(posting.company, "supplier_items");
  return [
    {
      sql: `
        insert into supplier_items (company, supplier, code, unit, product, factor_e4, factor_divisor, created_at, updated_at)
        select ?1, ?4, value ->> 'code', value ->> 'unit', value ->> 'product', value ->> 'factor_e4', value ->> 'factor_divisor',
          ?6, ?6
        from json_each(?5)
        where value ->> 'teach' and value ->> 'product' is not null and exists (${posting.guard})
        on conflict do update
          set product = excluded.product, factor_e4 = excluded.factor_e4, factor_divisor = excluded.factor_divisor,
            updated_at = excluded.updated_at`,
      args,
    },
    aged,
    {
      sql: `
        update supplier_items set factor_e4 = l.value ->> 'factor_e4', factor_divisor = l.value ->> 'factor_divisor', updated_at = ?6
        from json_each(?5) l
        where supplier_items.company = ?1 and supplier = ?4
          and supplier_items.code = l.value ->> 'code' and supplier_items.unit = l.value ->> 'unit'
          and l.value ->> 'teach' and l.value ->> 'product' is null and exists (${posting.guard})`,
      args,
    },
    aged,
  ];
}

/**
 * SQL condition that holds while the supplier has no item with a factor: what a posting may rely on that was computed
 * without looking. Parameters: company, supplier.
 */
export const noFactors = (company: string, supplier: string): string => `
  not exists (
    select 1 from supplier_items indexed by supplier_items_with_factor
    where company = ${company} and supplier = ${supplier} and (factor_e4 <> 10000 or factor_divisor <> 1)
  )`;

/**
 * SQL condition that holds while every line's factor is still the one its quantities were computed with (unknown items: 1);
 * lines that a person has spoken for are free. Parameters: company, supplier, lines (JSON).
 */
export const factorsAsAssumed = (company: string, supplier: string, lines: string): string => `
  not exists (
    select 1 from json_each(${lines}) l
    cross join supplier_items s on s.company = ${company} and s.supplier = ${supplier}
      and s.code = l.value ->> 'code' and s.unit = l.value ->> 'unit'
    where not l.value ->> 'factor_told' and (s.factor_e4 <> l.value ->> 'factor_e4' or s.factor_divisor <> l.value ->> 'factor_divisor')
  )`;

/**
 * SQL condition that holds while no balance would fall below zero.
 * Parameters: company, supplier, entries (JSON), and 1 where the supplier's codes are ours.
 */
export const nothingBelowZero = (
  company: string,
  supplier: string,
  entries: string,
  own: string,
): string => `
  not exists (
    select 1 from (
      select coalesce(m.value ->> 'product', s.product, case when ${own} then m.value ->> 'code' end) as product,
        sum(m.value ->> 'quantity_e4') as quantity_e4
      from json_each(${entries}) m
      left join supplier_items s on s.company = ${company} and s.supplier = ${supplier}
        and s.code = m.value ->> 'code' and s.unit = m.value ->> 'unit'
      group by 1
    ) as d
    left join balances b on b.company = ${company} and b.product = d.product
    where d.quantity_e4 < 0 and coalesce(b.quantity_e4, 0) + d.quantity_e4 < 0
  )`;
