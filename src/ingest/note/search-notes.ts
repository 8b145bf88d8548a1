import { type SQL, sql } from "drizzle-orm";
import { searchWords } from "../../lib/fold.ts";
import { withoutPrintMarks } from "../../nfe/access-key.ts";

/** Digits from which a search may be about a part of an access key or of a CNPJ. */
const SOME_DIGITS = 4;

/** Notes of the suppliers whose name has every word, or whose CNPJ or CPF has what is left without its mask. */
export const fromSupplier = (company: number, supplier: string): SQL =>
  sql`"notes"."supplier_id" in (${suppliers(company, supplier)})`;

/**
 * Notes that a search means: by a supplier (as above), by their number, or by a part of their access key. Each has its index,
 * so what is not there is not looked for in every note but once, in the index of the keys.
 */
export function matchesSearch(company: number, search: string): SQL {
  const plain = withoutPrintMarks(search);
  const branches = [
    sql`select n.id from (select distinct supplier from (${suppliers(company, search)})) s
      cross join notes n indexed by notes_by_supplier on n.company = ${company} and n.supplier_id = s.supplier`,
  ];
  if (/^[0-9]{1,9}$/.test(plain))
    branches.push(
      sql`select id from notes indexed by notes_by_number where company = ${company} and number = ${String(Number(plain))}`,
    );
  if (isPart(plain))
    branches.push(
      plain.length === 44
        ? sql`select id from notes where company = ${company} and access_key = ${plain}`
        : sql`select id from notes indexed by notes_once where company = ${company} and instr(access_key, ${plain}) > 0`,
    );
  return sql`"notes"."id" in (${sql.join(branches, sql` union `)})`;
}

function suppliers(company: number, text: string): SQL {
  const plain = withoutPrintMarks(text).toLowerCase();
  const words = searchWords(text).map((word) => sql`instr(folded, ${word}) > 0`);
  const ways = [sql`(${sql.join(words.length === 0 ? [sql`false`] : words, sql` and `)})`];
  if (isPart(plain)) ways.push(sql`instr(folded, ${`${plain}`}) > 0`);
  return sql`select supplier from parties where company = ${company} and (${sql.join(ways, sql` or `)})`;
}

const isPart = (plain: string): boolean =>
  /^[0-9a-z]+$/i.test(plain) && plain.replaceAll(/[^0-9]/g, "").length >= SOME_DIGITS;
