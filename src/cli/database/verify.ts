import { join } from "node:path";
import type { Config } from "../../config.ts";
import { verifyNotes } from "../../ingest/note/verify-notes.ts";
import { type BrokenChain, type KnownHead, verifyAudit } from "../../journal/verify-audit.ts";
import { sha256 } from "../../lib/hash.ts";
import { compareDocuments } from "../../nfe/read/compare.ts";
import { readDocument } from "../../nfe/read/read.ts";
import { filePath, openDatabase } from "../../platform/bun/database/database.ts";
import { tableOriginals } from "../../platform/bun/database/originals.ts";
import { requireDatabaseFile } from "../../platform/bun/database/require-database.ts";
import { sayUnopened } from "../../platform/bun/database/storage-state.ts";
import { fileBlobs } from "../../platform/bun/files/blobs.ts";
import { fileMarks } from "../../platform/bun/files/marks.ts";
import { markFolder } from "../../platform/bun/homes.ts";
import { checkedBlobs } from "../../platform/checked-blobs.ts";
import {
  differenceOf,
  installationOf,
  type Marks,
  sayDifference,
} from "../../platform/installation.ts";
import { clientReader } from "../../platform/libsql/reader.ts";
import { inlineDocuments } from "../../platform/memory/documents.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Value } from "../../ports/sql.ts";
import { readPackedAnswer } from "../../sefaz/wire/distribution.ts";
import { reconciledSlices } from "../../stock/reconcile/reconcile.ts";
import { type StepPlace, wrongSteps } from "../../stock/reconcile/wrong-steps.ts";
import { findWrongSpans } from "../../stock/spans.ts";
import { databaseFile } from "./backup.ts";
import { BLOBS } from "./backup-files.ts";
import { differs } from "./difference-text.ts";
import { misfitsOfConfig } from "./homes-fit.ts";

/** Something stored that is damaged or inconsistent. */
export interface Damage {
  readonly part:
    | "database"
    | "installation"
    | "original"
    | "balance"
    | "sums"
    | "note"
    | "export"
    | "audit";
  /** Which one: a key, a code, a hash. */
  readonly which: string;
  /** Portuguese. */
  readonly says: string;
}

/** How many of each part were checked. */
export type Checked = Record<"originals" | "products" | "notes" | "exports" | "audit", number>;

/** The end of a company's audit chain as it was noted before. */
export interface NotedHead extends KnownHead {
  readonly company: number;
}

type VerifyPorts = Pick<Ports, "reader" | "originals" | "documents" | "blobs">;

/**
 * Checks everything stored, in slices, without writing: SQLite's own check, each original against its SHA-256, each balance and
 * each span against the sum of its movements, each movement against the state before it, each note against its original, its items and the ledger, each finished export
 * against its file, and each audit line against its hash and the heads of chains that were `noted` before.
 * Of every database of the configuration, and whether they fit together. Calls `found` for each damage, and `step` after each thing that was checked. Returns how many were checked.
 */
export async function verify(
  where: Where & Partial<Pick<Config, "DATABASE_URLS">>,
  found: (damage: Damage) => void,
  step: () => void = () => undefined,
  noted: readonly NotedHead[] = [],
): Promise<Checked> {
  const all = await verifyOne(where, fileMarks(where.DATA_DIR), found, step, noted);
  for (const { name, url } of where.DATABASE_URLS ?? []) {
    const marks = fileMarks(markFolder(where.DATA_DIR, name));
    const one = await verifyOne({ ...where, DATABASE_URL: url }, marks, found, step, noted);
    for (const part of PARTS) all[part] += one[part];
  }
  for (const says of await misfitsOfConfig(where))
    found({ part: "database", which: "DATABASE_URLS", says });
  return all;
}

const PARTS = ["originals", "products", "notes", "exports", "audit"] as const;
type Where = Pick<Config, "DATABASE_URL" | "DATABASE_AUTH_TOKEN" | "DATA_DIR">;

/** One database: of the companies that live in it. */
async function verifyOne(
  where: Where,
  marks: Marks,
  found: (damage: Damage) => void,
  step: () => void,
  noted: readonly NotedHead[],
): Promise<Checked> {
  const path = filePath(where.DATABASE_URL);
  const place = path ?? where.DATABASE_URL;
  const mark = await requireDatabaseFile(where.DATABASE_URL, marks);
  if (path !== null) databaseFile(where);
  const database = await openDatabase(where.DATABASE_URL, where.DATABASE_AUTH_TOKEN);
  const reader = clientReader(database.reading);
  const ports: VerifyPorts = {
    reader,
    originals: tableOriginals({ reader, clock: { now: () => Date.now() } }),
    documents: inlineDocuments({ readDocument, compareDocuments, readPackedAnswer }),
    blobs: checkedBlobs(fileBlobs(join(where.DATA_DIR, BLOBS))),
  };
  try {
    const difference = mark && differenceOf(mark, await installationOf(database.reading));
    if (mark !== null && difference !== null)
      found({ part: "installation", which: mark.id, says: sayDifference(difference, place, mark) });
    await database.mustBeCurrent();
    if (path !== null) await verifyFile(ports, found);
    const checked: Checked = { originals: 0, products: 0, notes: 0, exports: 0, audit: 0 };
    const companies = await rows(ports, "select id from companies where home is null order by id");
    for (const { id } of companies) {
      const company = Number(id);
      checked.originals += await verifyOriginals(ports, company, found, step);
      checked.products += await verifyBalances(ports, company, found, step);
      await verifySums(ports, company, found);
      await verifySteps(ports, company, found);
      checked.notes += await verifyAllNotes(ports, company, found, step);
      checked.exports += await verifyExports(ports, company, found, step);
      checked.audit += await verifyChain(ports, company, noted, found, step);
    }
    return checked;
  } catch (error) {
    throw sayUnopened(error, place);
  } finally {
    await database.close();
  }
}

const rows = (ports: VerifyPorts, sql: string, ...args: Value[]) =>
  ports.reader.rows({ sql, args });

type ReportDamage = (damage: Damage) => void;

async function verifyFile(ports: VerifyPorts, found: ReportDamage): Promise<void> {
  const lines = await rows(ports, "PRAGMA integrity_check(100)");
  for (const { integrity_check: says } of lines)
    if (says !== "ok") found({ part: "database", which: "integrity_check", says: String(says) });
  for (const row of await rows(ports, "PRAGMA foreign_key_check"))
    found({
      part: "database",
      which: String(row.table),
      says: `uma linha se refere a uma linha de ${row.parent} que não existe`,
    });
}

const SLICE = 100;

async function verifyOriginals(
  ports: VerifyPorts,
  company: number,
  found: ReportDamage,
  step: () => void,
): Promise<number> {
  let [checked, after] = [0, ""];
  for (;;) {
    const slice = await rows(
      ports,
      "select sha256 from originals where company = ?1 and sha256 > ?2 order by sha256 limit ?3",
      company,
      after,
      SLICE,
    );
    for (const row of slice) {
      after = String(row.sha256);
      const bytes = await ports.originals.get(company, after).catch(() => null);
      if (bytes === null || (await sha256(bytes)) !== after)
        found({ part: "original", which: after, says: "os bytes não são os que foram guardados" });
      step();
    }
    checked += slice.length;
    if (slice.length < SLICE) return checked;
  }
}

async function verifyBalances(
  ports: VerifyPorts,
  company: number,
  found: ReportDamage,
  step: () => void,
): Promise<number> {
  let checked = 0;
  for await (const slice of reconciledSlices(ports, company, SLICE)) {
    for (const difference of slice.discrepancies)
      found({ part: "balance", which: difference.product, says: differs(difference) });
    for (let n = 0; n < slice.checked; n += 1) step();
    checked += slice.checked;
  }
  return checked;
}

async function verifySums(ports: VerifyPorts, company: number, found: ReportDamage): Promise<void> {
  for (const start of await findWrongSpans(ports, company))
    found({
      part: "sums",
      which: new Date(start).toISOString(),
      says: "os totais deste quarto de hora são diferentes da soma dos movimentos",
    });
}

async function verifySteps(
  ports: VerifyPorts,
  company: number,
  found: ReportDamage,
): Promise<void> {
  let place: StepPlace | null = { product: "", id: 0 };
  while (place !== null) {
    const slice: Awaited<ReturnType<typeof wrongSteps>> = await wrongSteps(ports, company, place);
    for (const { product, id } of slice.wrong)
      found({
        part: "balance",
        which: product,
        says: `o movimento ${id} não segue do anterior em quantidade ou em valor`,
      });
    place = slice.next;
  }
}

async function verifyAllNotes(
  ports: VerifyPorts,
  company: number,
  found: ReportDamage,
  step: () => void,
): Promise<number> {
  let checked = 0;
  let after: number | null = 0;
  while (after !== null) {
    const slice: Awaited<ReturnType<typeof verifyNotes>> = await verifyNotes(ports, company, after);
    for (const { accessKey, says } of slice.flaws) found({ part: "note", which: accessKey, says });
    for (let n = 0; n < slice.checked; n += 1) step();
    checked += slice.checked;
    after = slice.next;
  }
  return checked;
}

async function verifyExports(
  ports: VerifyPorts,
  company: number,
  found: ReportDamage,
  step: () => void,
): Promise<number> {
  const kept = await rows(
    ports,
    "select id, blob, bytes from jobs where company = ?1 and kind = 'export' and state = 'done' and blob is not null",
    company,
  );
  for (const { id, blob, bytes } of kept) {
    const says = await exportDamage(ports, String(blob), Number(bytes));
    if (says !== null) found({ part: "export", which: String(id), says });
    step();
  }
  return kept.length;
}

const BROKEN: Readonly<Record<BrokenChain["kind"], string>> = {
  known:
    "o hash da linha não é o que foi anotado: a cadeia foi refeita, ou o anotado é de outra cadeia",
  changed: "a linha não é a que foi encadeada: foi alterada ou acrescentada depois",
  missing: "a linha não está no seu lugar: foi apagada ou trocada de lugar",
  unchained: "a linha não tem o seu hash: foi acrescentada depois, ou o hash foi retirado",
  head: "a cadeia não termina onde deveria: linhas do fim foram apagadas ou acrescentadas",
};

/** Gives how many lines are chained. */
async function verifyChain(
  ports: VerifyPorts,
  company: number,
  noted: readonly NotedHead[],
  found: ReportDamage,
  step: () => void,
): Promise<number> {
  const known = noted.filter((head) => head.company === company);
  const { chained, broken } = await verifyAudit(ports, company, known, step);
  if (broken !== null)
    found({
      part: "audit",
      which: `empresa ${company}, linha ${broken.seq}`,
      says: BROKEN[broken.kind],
    });
  return chained;
}

/** Reads a file to its end, in which the store checks each block; null when it is intact. */
async function exportDamage(
  { blobs }: VerifyPorts,
  key: string,
  bytes: number,
): Promise<string | null> {
  try {
    const file = await blobs.get(key);
    if (file === null) return "o arquivo não está guardado";
    let size = 0;
    for await (const chunk of file.body) size += chunk.byteLength;
    return file.size === bytes && size === bytes ? null : "o arquivo não está inteiro";
  } catch {
    return "o arquivo está danificado";
  }
}
