import { type SQL, sql } from "drizzle-orm";
import { searchWords } from "../../lib/fold.ts";
import { withoutPrintMarks } from "../../nfe/access-key.ts";

/** Fewest digits for a search by a part of an access key or of a CNPJ. */
const SOME_DIGITS = 4;

/** Notes of the suppliers whose name has every word, or whose CNPJ or CPF contains the text without its mask. */
export const fromSupplier = (company: number, supplier: string): SQL =>
  sql`"notes"."supplier_id" in (${suppliers(company, supplier)})`;

/**
 * Notes that match a search by supplier (as above), by number, or by a part of the access key. Each way uses its own index,
 * so a search without a match scans the index of the keys once, and not the notes.
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
