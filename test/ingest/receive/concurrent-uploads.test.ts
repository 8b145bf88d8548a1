import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import type { ItemSpec } from "../../../src/synthetic/amounts.ts";
import { type SyntheticNote, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER, itemOf, SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { FULL } from "../../support/full.ts";
import { expectedStock, itemKey } from "../../support/notes/expected-stock.ts";
import { type Server, withServer } from "../../support/server.ts";

const NOTES = FULL ? 2_000 : 80;
const UPLOADERS = 64;

/** A quantity of at most four places that looks like no other. */
const quantity = (n: number): string =>
  `${1 + (n % 17)}.${String((n * 7_919) % 10_000).padStart(4, "0")}`;

const BESIDE: readonly Partial<ItemSpec>[] = [
  {},
  { vDesc: "0.37" },
  { vFrete: "12.41", vSeg: "0.85", vOutro: "1.09" },
  { vIPI: "4.75", vICMSST: "6.31" },
];

const lotsOf = (n: number): Partial<ItemSpec> => ({
  qCom: "7.5000",
  lots: [
    { nLote: `A${n % 5}`, qLote: "2.125", dFab: "2026-06-01", dVal: "2027-06-30" },
    { nLote: `B${n % 3}`, qLote: "5.375", dFab: "2026-06-01", dVal: "2028-06-30" },
  ],
});

/** The nth note: a dozen suppliers in turn, and one in ten a sale of ours; every one with its own amounts. */
function nthNote(n: number): SyntheticNote {
  if (n % 10 === 9) {
    const { products } = SUPPLIERS[n % SUPPLIERS.length] ?? SUPPLIERS[0];
    const items = products.map((ware, i) => itemOf(ware, quantity(n + i), { CFOP: "5102" }));
    return syntheticNote({ seed: 5_000 + n, emit: COMPANY, dest: CUSTOMER, items });
  }
  const emit = SUPPLIERS[n % SUPPLIERS.length] ?? SUPPLIERS[0];
  const medicines = emit.name.startsWith("FARMACO");
  // Old systems write the freight into the total alone.
  const inTotal = n % 7 === 3;
  const items = emit.products.flatMap((ware, i) => [
    itemOf(ware, quantity(n * 3 + i), {
      ...(inTotal ? { vDesc: "0.11" } : BESIDE[(n + i) % BESIDE.length]),
      ...(medicines ? lotsOf(n) : {}),
    }),
    // The same code twice in one note, as suppliers do.
    ...(n % 6 === 5 ? [itemOf(ware, quantity(n + 31))] : []),
  ]);
  return syntheticNote({
    seed: 5_000 + n,
    emit,
    items,
    ...(inTotal ? { headerFreight: "35.01" } : {}),
  });
}

/** Boxes are opened: what a person has said before, one supplier item each. */
async function tellFactors(server: Server, firsts: readonly SyntheticNote[]) {
  for (const { xml } of firsts)
    expect((await server.upload(xml, "?approve=true")).body.status).toBe("PROCESSADA");
  const factors = new Map<string, bigint>();
  const { body } = await server.call("GET", "/api/supplier-items?limit=100");
  for (const [n, item] of body.data.entries()) {
    if (n % 3 === 2) continue;
    const factor = n % 3 === 0 ? 12 : 6;
    const mapping = { ...item, factor };
    const put = await server.call("PUT", "/api/supplier-items", { body: JSON.stringify(mapping) });
    expect(put.status).toBe(200);
    factors.set(itemKey(item.supplier_cnpj, item.code, item.unit), BigInt(factor));
  }
  return factors;
}

test(
  `${UPLOADERS} concurrent uploads of ${NOTES} notes leave balances that are the exact sum of the XMLs`,
  () =>
    withServer(async (server) => {
      const { ports } = server;
      const rows = (sql: string) => ports.reader.rows({ sql, args: [] });
      const firsts = SUPPLIERS.map((_, n) => nthNote(n + (n === 9 ? 12 : 0)));
      const factors = await tellFactors(server, firsts);
      const notes = Array.from({ length: NOTES }, (_, n) => nthNote(1_000 + n));

      const answers: string[] = [];
      const waiting = notes.values();
      await Promise.all(
        Array.from({ length: UPLOADERS }, async () => {
          for (const { xml } of waiting) {
            const { status, body } = await server.upload(xml, "?approve=true");
            answers.push(`${status} ${body.code ?? body.status}`);
          }
        }),
      );
      expect(answers).toHaveLength(NOTES);
      expect([...new Set(answers)]).toEqual(["200 PROCESSADA"]);

      const before = expectedStock(
        firsts.map(({ xml }) => xml),
        COMPANY.cnpj,
        () => 1n,
      );
      const after = expectedStock(
        notes.map(({ xml }) => xml),
        COMPANY.cnpj,
        (key) => factors.get(key) ?? 1n,
      );

      // Which of two suppliers with one code has got the plain one, only the database knows.
      const products = new Map<string, string>();
      for (const row of await rows("select supplier, code, unit, product from supplier_items"))
        products.set(
          itemKey(String(row.supplier), String(row.code), String(row.unit)),
          String(row.product),
        );
      const expected = new Map<string, bigint>();
      for (const { quantities } of [before, after])
        for (const [key, e4] of quantities) {
          const product = products.get(key) ?? "none";
          expected.set(product, (expected.get(product) ?? 0n) + e4);
        }
      const asBigInts = (list: Awaited<ReturnType<typeof rows>>, name: string) =>
        new Map(list.map((row) => [String(row.product), BigInt(Number(row[name]))]));
      const sorted = (map: Map<string, bigint>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

      const balances = asBigInts(
        await rows("select product, quantity_e4 from balances"),
        "quantity_e4",
      );
      const ledger = await rows(
        "select product, sum(quantity_e4) as e4 from movements group by product",
      );
      expect(sorted(balances)).toEqual(sorted(expected));
      expect(sorted(asBigInts(ledger, "e4"))).toEqual(sorted(expected));
      expect(await reconcileAll(ports, 1)).toEqual([]);

      // On the wire too, as text: no float has touched it.
      const { text } = await server.call("GET", "/api/stock?limit=100");
      const shown = new Map<string, bigint>();
      for (const [, code = "", sign = "", whole = "", fraction = ""] of text.matchAll(
        /"code":"([^"]+)".*?"quantity":(-?)(\d+)(?:\.(\d+))?/g,
      ))
        shown.set(code, BigInt(`${sign}${whole}${fraction.padEnd(4, "0")}`));
      expect(sorted(shown)).toEqual(sorted(expected));

      // Each note's movements cost what the note says; our sales leave without a cost.
      const costs = await rows(
        "select reference, sum(cost_e2) as e2 from movements group by reference",
      );
      expect(
        sorted(new Map(costs.map((row) => [String(row.reference), BigInt(Number(row.e2))]))),
      ).toEqual(sorted(new Map([...before.values, ...after.values])));

      const lots = new Map<string, bigint>();
      for (const { lots: found } of [before, after])
        for (const [key, e4] of found) lots.set(key, (lots.get(key) ?? 0n) + e4);
      const inLots = await rows(
        `select s.supplier, s.code, s.unit, m.lot, sum(m.quantity_e4) as e4 from movements m
        join supplier_items s on s.company = m.company and s.product = m.product
        where m.lot is not null group by 1, 2, 3, 4`,
      );
      expect(
        sorted(
          new Map(
            inLots.map((row) => [
              `${itemKey(String(row.supplier), String(row.code), String(row.unit))}\u0000${row.lot}`,
              BigInt(Number(row.e4)),
            ]),
          ),
        ),
      ).toEqual(sorted(lots));

      const [last] = notes.slice(-1);
      expect((await server.call("GET", `/api/nfes/${last?.accessKey}/xml`)).text).toBe(
        last?.xml ?? "",
      );
    }),
  120_000,
);
