import { expect, test } from "bun:test";
import { listNotes, notesBefore } from "../../../src/ingest/search/notes.ts";
import { isFrequent } from "../../../src/ingest/search/search-notes.ts";
import { fold } from "../../../src/lib/fold.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { companyRow } from "../../support/company-row.ts";
import { testPorts } from "../../support/ports.ts";

const NOTES = 400;
const WORDS = ["Metalúrgica", "Padaria", "Tigre", "São João", "Comércio"];
const name = (supplier: number) =>
  `${WORDS[supplier % WORDS.length] ?? ""} ${WORDS[(supplier * 3) % WORDS.length] ?? ""} ${supplier} Ltda`;
const cnpj = (supplier: number) => String(11222333000100 + supplier * 7);
const STATUS = ["PROCESSADA", "PENDENTE", "DESCARTADA"] as const;

/** Notes of 25 suppliers and of one that issued a single one, with numbers and keys that search terms meet by chance. */
const TRADE = Array.from({ length: NOTES }, (_, n) => {
  const supplier = n === 17 ? 99 : (n * 11) % 25;
  return {
    key: `3526${String(n * 7919).padStart(8, "0")}${cnpj(supplier)}55001${String(n * 37).padStart(9, "0")}1000`,
    number: n * 37,
    supplier,
    status: STATUS[n % 7 === 0 ? 2 : n % 2],
  };
});

async function filled(ports: Ports): Promise<void> {
  await ports.writer.commit({
    statements: [
      companyRow(1),
      {
        sql: `insert into notes (company, access_key, sha256, status, registration, posting, direction, issued_by_us, model,
            series, number, issued_at, issued_ms, supplier_id, supplier_name, total_items, total_value_e2, has_protocol, holds, findings,
            rules, settings_version, received_at, received_by, updated_at)
          select 1, value ->> 'key', '', value ->> 'status', 'r', 'p', 'entry', 0, '55', '1', value ->> 'number',
            '2026-11-23T09:00:00-03:00', key, value ->> 'cnpj', value ->> 'name', 1, 100, 1, '[]', '[]', '[]', 1, key, 1, key
          from json_each(?1)`,
        args: [
          JSON.stringify(
            TRADE.map((one) => ({ ...one, cnpj: cnpj(one.supplier), name: name(one.supplier) })),
          ),
        ],
      },
      {
        sql: "insert into parties (company, supplier, folded) select 1, value ->> 0, value ->> 1 from json_each(?1)",
        args: [
          JSON.stringify(
            [...new Set(TRADE.map(({ supplier }) => supplier))].map((one) => [
              cnpj(one),
              `${fold(name(one))}\t${cnpj(one)}`,
            ]),
          ),
        ],
      },
    ],
    read: () => undefined,
  });
}

/** What a search finds by its sentence in the contract: words of the name, the number, a part of the key or of the CNPJ. */
function expected(search: string): string[] {
  const words = fold(search).split(/\s+/).filter(Boolean);
  const isDigits = /^[0-9]+$/.test(search);
  return TRADE.filter(({ key, number, supplier, status }) => {
    if (status === "DESCARTADA") return false;
    const party = `${fold(name(supplier))}\t${cnpj(supplier)}`;
    if (words.length > 0 && words.every((word) => party.includes(word))) return true;
    if (!isDigits) return false;
    return (
      String(number) === String(Number(search)) || (search.length >= 4 && key.includes(search))
    );
  })
    .map(({ key }) => key)
    .reverse();
}

const TERMS = [
  "tigre",
  "METALURGICA",
  "ltda",
  "99",
  "zzzz",
  "3",
  "37",
  "3700",
  "0037",
  "11222",
  "1122233300",
  "são",
  "5500",
];

test("a search finds the same notes whether it walks them or its indexes, counted or from page to page", async () => {
  const ports = await testPorts();
  await filled(ports);
  const seen = new Set<boolean>();
  for (const search of TERMS) {
    const wanted = expected(search);
    seen.add(await isFrequent(ports, 1, search));
    const { rows, total } = await listNotes(ports, 1, { search }, { limit: 500, offset: 0 });
    expect([search, total, rows.map(({ accessKey }) => accessKey)]).toEqual([
      search,
      wanted.length,
      wanted,
    ]);
    const walked: string[] = [];
    for (let before: number | null = null; ; ) {
      const page = await notesBefore(ports, 1, { search }, { limit: 17, before });
      walked.push(...page.map(({ accessKey }) => accessKey));
      const last = page.at(-1);
      if (page.length < 17 || last === undefined) break;
      before = last.id;
    }
    expect([search, walked]).toEqual([search, wanted]);
  }
  expect(seen).toEqual(new Set([true, false]));
  await ports.close();
});

test("how frequent a word is, is asked of a part of the parties, however many a company has", async () => {
  const ports = await testPorts();
  await ports.database.writing.execute(
    `with recursive n (i) as (select 0 union all select i + 1 from n where i < 9999)
    insert into parties (company, supplier, folded) select 1, printf('%014d', i), iif(i < 5000, 'rara', 'comum') from n`,
  );
  expect([await isFrequent(ports, 1, "rara"), await isFrequent(ports, 1, "comum")]).toEqual([
    true,
    false,
  ]);
  await ports.close();
});
