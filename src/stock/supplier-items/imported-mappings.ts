import { appendSelectedEvents } from "../../journal/append-selected-events.ts";
import { bumpTagIfChanged } from "../../journal/record.ts";
import type { Ports } from "../../ports/ports.ts";
import { ALWAYS, type Guard, type Statement, type Value } from "../../ports/sql.ts";
import { factorText } from "./factor.ts";
import type { SupplierItem } from "./supplier-items.ts";

/** The heading of the product's code in a CSV of mappings. */
export const PRODUCT_HEADING = "Produto (Código)";

/** A mapping of a file; `spelled`: the file says how its unit is written. */
export interface GivenMapping extends SupplierItem {
  readonly spelled: boolean;
}

/** The parameters of the statements below: company, the mappings, those of the guard; `guard` numbers its own from ?3. */
export interface GivenMappings {
  readonly company: number;
  readonly args: readonly Value[];
  /** Selects a row while the units are those that the mappings were read with. */
  readonly guard: string;
}

export const givenMappings = (
  company: number,
  sameUnits: Guard,
  items: readonly GivenMapping[],
): GivenMappings => ({
  company,
  args: [
    company,
    JSON.stringify(
      items.map(({ supplier, code, unit, product, factor, spelling, spelled }) => [
        ...[supplier, code, unit, product, factor.e4, factor.divisor, spelling, spelled ? 1 : 0],
        factorText(factor),
      ]),
    ),
    ...sameUnits.args,
  ],
  guard: sameUnits.sql.replaceAll(/\?(\d+)/g, (_, n) => `?${Number(n) + 2}`),
});

const NAMES = "supplier code unit product factor_e4 factor_divisor spelling spelled factor_text";
const GIVEN = `with given as materialized (select key as n, ${NAMES.split(" ")
  .map((name, n) => `value ->> ${n} as ${name}`)
  .join(", ")} from json_each(?2))`;
/** The mappings beside those that are stored. */
const BESIDE = `given g left join supplier_items s
  on s.company = ?1 and s.supplier = g.supplier and s.code = g.code and s.unit = g.unit`;
const DIFFERS = `(s.product <> g.product or s.factor_e4 <> g.factor_e4 or s.factor_divisor <> g.factor_divisor
  or g.spelled and s.spelling is not g.spelling)`;
const MISSING = `given g left join products p on p.company = ?1 and p.code = g.product and p.active = 1 where p.code is null`;
/** Selects a row while the mappings may be saved: the units are the same, and each product is active. */
const maySave = ({ guard }: GivenMappings) =>
  `select 1 where exists (${guard}) and not exists (select 1 from ${MISSING})`;

/** The places in the list, from 0, of mappings to a product that is not there or not active. */
export async function unknownProducts(
  ports: Pick<Ports, "reader">,
  company: number,
  items: readonly GivenMapping[],
  signal?: AbortSignal,
): Promise<number[]> {
  const { args } = givenMappings(company, ALWAYS, items);
  const rows = await ports.reader.rows(
    { sql: `${GIVEN} select g.n from ${MISSING} order by g.n`, args },
    signal,
  );
  return rows.map(({ n }) => Number(n));
}

/** Counts `lines`, and of them those that are `created` and `changed`; 0 lines where the mappings may not be saved. */
export const countMappings = (given: GivenMappings): Statement => ({
  sql: `${GIVEN} select count(*) as lines, coalesce(sum(s.product is null), 0) as created, coalesce(sum(${DIFFERS}), 0) as changed
    from ${BESIDE} where exists (${maySave(given)})`,
  args: given.args,
});

/**
 * Statements that save the mappings that are new or different, each with its event of the feed, while they may be saved. The last
 * one changes a row where a mapping was saved.
 */
export const saveMappings = (given: GivenMappings, at: number): Statement[] => [
  appendSelectedEvents(given.company, at, {
    sql: `${GIVEN} select 'supplier_item.changed' as type, json_object('supplier_cnpj', g.supplier, 'code', g.code, 'unit', g.unit,
        'product_code', g.product, 'factor', g.factor_text) as payload
      from ${BESIDE} where (s.product is null or ${DIFFERS}) and exists (${maySave(given)}) order by g.n`,
    args: given.args,
  }),
  {
    sql: `insert into supplier_items (company, supplier, code, unit, product, factor_e4, factor_divisor, created_at, updated_at,
        spelling)
      ${GIVEN} select ?1, g.supplier, g.code, g.unit, g.product, g.factor_e4, g.factor_divisor, ?${given.args.length + 1}, ?${given.args.length + 1},
        iif(g.spelled or s.product is null, g.spelling, s.spelling)
      from ${BESIDE} where (s.product is null or ${DIFFERS}) and exists (${maySave(given)})
      on conflict do update set product = excluded.product, factor_e4 = excluded.factor_e4,
        factor_divisor = excluded.factor_divisor, updated_at = excluded.updated_at, spelling = excluded.spelling`,
    args: [...given.args, at],
  },
  bumpTagIfChanged(given.company, "supplier_items"),
];
