import { type SQL, sql } from "drizzle-orm";
import { searchWords } from "../../lib/fold.ts";
import { withoutPrintMarks } from "../../nfe/access-key.ts";
import type { Ports } from "../../ports/ports.ts";
import { textOf } from "./condition-text.ts";

/** Fewest digits for a search by a part of an access key or of a CNPJ. */
const SOME_DIGITS = 4;

/** Notes of the suppliers whose name has every word, or whose CNPJ or CPF contains the text without its mask. */
export const fromSupplier = (company: number, supplier: string): SQL =>
  sql`"notes"."supplier_id" in (${suppliers(company, supplier)})`;

/**
 * Notes that match a search by supplier (as above), by number, or by a part of the access key. `frequent` (isFrequent) is for a page
 * in the order of the ids: each note is looked at until the page is full. Otherwise each way uses its own index, so that a search with
 * few matches, or none, scans the index of the keys once, and not the notes.
 */
export function matchesSearch(company: number, search: string, frequent: boolean): SQL {
  const plain = withoutPrintMarks(search);
  const number = /^[0-9]{1,9}$/.test(plain) ? String(Number(plain)) : null;
  const isKey = plain.length === 44;
  if (frequent) {
    const ways = [fromSupplier(company, search)];
    if (number !== null) ways.push(sql`"notes"."number" = ${number}`);
    if (isPart(plain))
      ways.push(
        isKey
          ? sql`"notes"."access_key" = ${plain}`
          : sql`instr("notes"."access_key", ${plain}) > 0`,
      );
    return sql`(${sql.join(ways, sql` or `)})`;
  }
  const branches = [
    sql`select n.id from (select distinct supplier from (${suppliers(company, search)})) s
      cross join notes n indexed by notes_by_supplier on n.company = ${company} and n.supplier_id = s.supplier`,
  ];
  if (number !== null)
    branches.push(
      sql`select id from notes indexed by notes_by_number where company = ${company} and number = ${number}`,
    );
  if (isPart(plain))
    branches.push(
      isKey
        ? sql`select id from notes where company = ${company} and access_key = ${plain}`
        : sql`select id from notes indexed by notes_once where company = ${company} and instr(access_key, ${plain}) > 0`,
    );
  return sql`"notes"."id" in (${sql.join(branches, sql` union `)})`;
}

/** Where one supplier of so many matches, a page is full after some thousand notes. */
const FREQUENT = 20;

/** Parties that are looked at for that: by their CNPJs, which say nothing of their names. */
const SAMPLE = 2_000;

/**
 * Whether so much matches a search that its notes stand close to one another: many of a sample of the company's parties, or four
 * digits, which one key of 250 contains.
 */
export async function isFrequent(
  { reader }: Pick<Ports, "reader">,
  company: number,
  search: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const plain = withoutPrintMarks(search);
  if (plain.length === SOME_DIGITS && isPart(plain)) return true;
  const { where, args } = textOf([
    sql`(select coalesce(sum(${isMeant(search)}), 0) * ${FREQUENT} > count(*)
      from (select folded from parties where company = ${company} limit ${SAMPLE}))`,
  ]);
  const [found] = await reader.rows({ sql: `select ${where} as frequent`, args }, signal);
  return found?.frequent === 1;
}

const suppliers = (company: number, text: string): SQL =>
  sql`select supplier from parties where company = ${company} and ${isMeant(text)}`;

/** Whether the folded text of a party (name and number) has all words, or the part of a number. */
function isMeant(text: string): SQL {
  const plain = withoutPrintMarks(text).toLowerCase();
  const words = searchWords(text).map((word) => sql`instr(folded, ${word}) > 0`);
  const ways = [sql`(${sql.join(words.length === 0 ? [sql`false`] : words, sql` and `)})`];
  if (isPart(plain)) ways.push(sql`instr(folded, ${plain}) > 0`);
  return sql`(${sql.join(ways, sql` or `)})`;
}

const isPart = (plain: string): boolean =>
  /^[0-9a-z]+$/i.test(plain) && plain.replaceAll(/[^0-9]/g, "").length >= SOME_DIGITS;
