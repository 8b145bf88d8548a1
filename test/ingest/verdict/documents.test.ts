import { expect } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { TAX_PRESETS } from "../../../src/accounts/settings/tax-presets.ts";
import type { TaxProfile } from "../../../src/accounts/tax-profile.ts";
import { costed, issueYear } from "../../../src/ingest/cost/item-cost.ts";
import { stockItems } from "../../../src/ingest/note/registration-sql.ts";
import { classify } from "../../../src/ingest/verdict/classify.ts";
import { sumExact } from "../../../src/lib/decimal.ts";
import type { Note } from "../../../src/nfe/note.ts";
import { readDocument } from "../../../src/nfe/read/read.ts";
import { testUnless } from "../../support/full.ts";
import { company } from "../../support/notes/note-values.ts";

/**
 * A folder of real documents, which are not part of the project; and what was reviewed of each: its SHA-256, and codes and figures
 * without any content. `UPDATE=1` writes the rows again; each changed row must then be read beside its document.
 */
const folder = process.env.DOCUMENTS ?? "";
const SNAPSHOT = "test/ingest/verdict/documents.tsv";

/** Without CNPJs every note counts as addressed to the company, so that the documents of any company are judged as a buyer's. */
const buyer = company({ cnpjs: [] });

function cost(note: Note, taxProfile: TaxProfile): number {
  const verdict = classify(note, buyer);
  const year = issueYear(note.ide.issuedAt);
  return sumExact(
    stockItems(note).map((item, i) => {
      const effect = verdict.effects[i] ?? "ask";
      const bringsCost = verdict.bringsCost[i] ?? false;
      const decided = { effect, bringsCost, destination: null };
      return costed(item, decided, { taxProfile }, year).landed_e2;
    }),
  );
}

function rowOf(note: Note): string {
  const { direction, effects, holds } = classify(note, buyer);
  const counts = [...Map.groupBy(effects, (effect) => effect)].map(([e, l]) => `${e}:${l.length}`);
  return [
    direction,
    holds.map(({ code }) => code).join(" ") || "-",
    counts.sort().join(" "),
    note.total.vNF_e2,
    cost(note, TAX_PRESETS.none),
    cost(note, TAX_PRESETS.real_industry),
  ].join("\t");
}

async function rowsOf(): Promise<string[]> {
  const rows: string[] = [];
  for (const name of (await readdir(folder)).filter((file) => file.endsWith(".xml"))) {
    const bytes = new Uint8Array(await Bun.file(join(folder, name)).arrayBuffer());
    const sha = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
    const read = readDocument(bytes);
    if (!read.ok) rows.push(`${sha}\t0\t${read.error.code}`);
    else if (read.value.kind === "event") rows.push(`${sha}\t0\tevent ${read.value.event.type}`);
    else if (read.value.kind !== "notes") rows.push(`${sha}\t0\t${read.value.kind}`);
    else
      for (const [n, one] of read.value.notes.entries())
        rows.push(`${sha}\t${n}\t${one.ok ? `note\t${rowOf(one.value.note)}` : one.error.code}`);
  }
  return [...new Set(rows)].sort();
}

const testDocuments = testUnless(folder === "" ? "DOCUMENTS names no folder" : null);

testDocuments("every real document has the verdict and the cost that were reviewed", async () => {
  const rows = await rowsOf();
  expect(rows.length).toBeGreaterThan(0);
  if (process.env.UPDATE === "1") await Bun.write(SNAPSHOT, `${HEAD}\n${rows.join("\n")}\n`);
  const reviewed = (await Bun.file(SNAPSHOT).text()).trimEnd().split("\n").slice(1);
  expect(rows).toEqual(reviewed);
});

const HEAD = "sha256\tn\twhat\tdirection\tholds\teffects\tvNF_e2\tcost_e2\tcost_real_industry_e2";
