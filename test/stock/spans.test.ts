import { expect, test } from "bun:test";
import fc from "fast-check";
import { recordMovement } from "../../src/ingest/manual-movements/manual-movement.ts";
import { listMovements, type MovementFilter } from "../../src/stock/reports/ledger.ts";
import { addToSpan, findWrongSpans, SPAN_MS, spansOf } from "../../src/stock/spans.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { COMPANY, SUPPLIERS } from "../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../support/app.ts";
import { companyRow } from "../support/company-row.ts";
import { NOON, testPorts } from "../support/ports.ts";
import { causeOf } from "../support/ports-with-admin.ts";

const [emit] = SUPPLIERS;
const MIGRATION = new URL("../../migrations/0003_sums_of_the_ledger.sql", import.meta.url);
const ALWAYS = { sql: "select 1", args: [] };
const SPANS = "select * from ledger_spans order by company, span";

const item = (cProd: string, qCom: number) => ({
  cProd,
  xProd: cProd,
  uCom: "UN",
  qCom: String(qCom),
  vUnCom: "1.37",
});

/** Any trade: purchases, sales, movements by hand, some of them refused, at any moment of a few days. */
interface Deed {
  minutes: number;
  what: string;
  codes: string[];
  quantity: number;
}
const Deeds = fc.record<Deed>({
  minutes: fc.integer({ min: -6_000, max: 0 }),
  what: fc.constantFrom("purchase", "sale", "in", "out"),
  codes: fc.uniqueArray(fc.constantFrom("A", "B", "C"), { minLength: 1 }),
  quantity: fc.integer({ min: 1, max: 50 }),
});

let seed = 0;
async function does(service: TestApp, { minutes, what, codes, quantity }: Deed) {
  const { ports, upload } = service;
  const items = codes.map((code) => item(code, quantity));
  seed += 1;
  // A sale of ours takes our own codes; the clock stands elsewhere only for what is written.
  const note =
    what === "purchase"
      ? syntheticNote({ seed, emit, items })
      : what === "sale"
        ? syntheticNote({ seed, emit: COMPANY, dest: emit, CFOP: "5102", items })
        : null;
  if (note !== null) {
    ports.clock.set(NOON + 60_000 * Math.abs(minutes % 600));
    await upload(note.xml, "?approve=true");
    return;
  }
  ports.clock.set(NOON + 60_000 * minutes);
  const order = { type: what === "in" ? ("ENTRADA" as const) : ("SAIDA" as const) };
  const origin = quantity % 5 === 0 ? "VENDA" : "MANUAL";
  const reference = quantity % 3 === 0 ? "PED" : null;
  const rest = { lot: null, expiresOn: null, origin, reference, notes: null };
  const unitCost_e4 = quantity % 2 === 0 ? null : 12_345;
  for (const product of codes)
    await recordMovement(
      ports,
      { ...order, ...rest, product, quantity_e4: quantity * 10_000, unitCost_e4 },
      causeOf(1),
    ).catch(() => undefined);
}

/** The sums as they should be, of the movements alone. */
const LEDGER = `
  select company, created_at / ${SPAN_MS} as span,
    count(distinct posting) filter (where type = 'ENTRADA') as entries,
    coalesce(sum(quantity_e4) filter (where type = 'ENTRADA'), 0) as entered_e4,
    coalesce(sum(cost_e2) filter (where type = 'ENTRADA'), 0) as entered_e2,
    coalesce(-sum(quantity_e4) filter (where type = 'SAIDA'), 0) as left_e4,
    coalesce(-sum(cost_e2) filter (where type = 'SAIDA'), 0) as left_e2,
    count(*) filter (where origin = 'NFE' and type = 'ENTRADA') as notes_in,
    count(*) filter (where origin = 'NFE' and type = 'SAIDA') as notes_out,
    count(*) filter (where origin <> 'NFE' and type = 'ENTRADA') as others_in,
    count(*) filter (where origin <> 'NFE' and type = 'SAIDA') as others_out
  from movements group by 1, 2 order by 1, 2`;

/** Every filter of the list, and every two and three of them, against the ledger filtered by hand. */
async function listsAgree({ ports, rows }: TestApp) {
  const all = await rows("select * from movements order by created_at desc, id desc");
  const note = String(all.find(({ origin }) => origin === "NFE")?.reference);
  const from = NOON - 3 * 24 * 3_600_000;
  const filters = ["A", undefined].flatMap((product) =>
    (["ENTRADA", "SAIDA", undefined] as const).flatMap((type) =>
      ["NFE", "MANUAL", "VENDA", "NONE", undefined].flatMap((origin) =>
        [note, "PED", "NONE", undefined].flatMap((reference) =>
          // Between two spans, and within one.
          [{}, { from }, { from, until: NOON }, { from: from + 1, until: NOON + 1 }].map(
            (days) => ({
              product,
              type,
              origin,
              reference,
              ...days,
            }),
          ),
        ),
      ),
    ),
  );
  for (const filter of filters) {
    const days: MovementFilter = filter;
    const right = all.filter(
      (row) =>
        (filter.product ?? row.product) === row.product &&
        (filter.type ?? row.type) === row.type &&
        (filter.origin ?? row.origin) === row.origin &&
        (filter.reference ?? row.reference) === row.reference &&
        Number(row.created_at) >= (days.from ?? 0) &&
        Number(row.created_at) < (days.until ?? Number.POSITIVE_INFINITY),
    );
    // Those of one product come in the order of writing.
    if (filter.product !== undefined) right.sort((a, b) => Number(b.id) - Number(a.id));
    const page = { limit: 7, offset: 3 };
    const { movements, total } = await listMovements(ports, 1, filter, page);
    expect([filter, total]).toEqual([filter, right.length]);
    expect([filter, ...movements.map(({ id }) => id)]).toEqual([
      filter,
      ...right.slice(3, 10).map(({ id }) => Number(id)),
    ]);
  }
}

test("the sums, product versions and list lengths equal the ledger after any writes", () =>
  withApp(async (service) => {
    await fc.assert(
      fc.asyncProperty(fc.array(Deeds, { maxLength: 8 }), async (deeds) => {
        for (const deed of deeds) await does(service, deed);
      }),
      { seed: 20261123, numRuns: 15 },
    );
    const kept = await service.rows(SPANS);
    expect(kept.length).toBeGreaterThan(10);
    expect(kept).toEqual(await service.rows(LEDGER));
    expect(await findWrongSpans(service.ports, 1)).toEqual([]);
    expect(await service.rows("select product, version from balances order by product")).toEqual(
      await service.rows(`
        select product, count(distinct posting) as version from movements group by product order by product`),
    );

    await listsAgree(service);

    // What is wrong is found: a sum that is off, one too many, one that is missing.
    const { writing } = service.ports.database;
    const spans = kept.map(({ span }) => Number(span));
    await writing.executeMultiple(`
      update ledger_spans set left_e2 = left_e2 + 1 where span = ${spans[1]};
      insert into ledger_spans select company, span - 2000, 0, 0, 0, 0, 0, 0, 0, 0, 0 from ledger_spans where span = ${spans[0]};
      delete from ledger_spans where span = ${spans.at(-1)};`);
    expect(await findWrongSpans(service.ports, 1)).toEqual(
      [Number(spans[0]) - 2_000, spans[1], spans.at(-1)].map((span) => Number(span) * SPAN_MS),
    );

    // A database from before the sums gets the same ones.
    const fill = /insert into ledger_spans[^;]*;/i.exec(await Bun.file(MIGRATION).text())?.[0];
    await writing.executeMultiple(`delete from ledger_spans; ${fill}`);
    expect(await service.rows(SPANS)).toEqual(kept);
  }));

test("a sum beyond 2⁵³ stays at 2⁵³ and refuses no movement", async () => {
  const ports = await testPorts();
  try {
    const most = Number.MAX_SAFE_INTEGER;
    const huge = { quantity_e4: most, cost_e2: most };
    const add = addToSpan(
      {
        company: 1,
        origin: "NFE",
        at: NOON,
        amounts: [huge, huge, { quantity_e4: -most, cost_e2: -most }],
      },
      ALWAYS,
    );
    await ports.writer.commit({
      statements: [companyRow(1), add, add, add],
      read: () => undefined,
    });
    const spans = await spansOf(ports, 1, NOON - (NOON % SPAN_MS), NOON + SPAN_MS);
    expect(spans).toEqual([
      {
        start: NOON,
        entries: 3,
        entered_e4: most,
        entered_e2: most,
        left_e4: most,
        left_e2: most,
      },
    ]);
  } finally {
    await ports.close();
  }
});

test("the smallest quantity counts in the sums of entries and of exits", async () => {
  const ports = await testPorts();
  try {
    const amounts = [1, -1].map((quantity_e4) => ({ quantity_e4, cost_e2: null }));
    const add = addToSpan({ company: 1, origin: "NFE", at: NOON, amounts }, ALWAYS);
    await ports.writer.commit({ statements: [companyRow(1), add], read: () => undefined });
    expect(await ports.reader.rows({ sql: SPANS, args: [] })).toMatchObject([
      { entries: 1, notes_in: 1, notes_out: 1, entered_e4: 1, left_e4: 1 },
    ]);
  } finally {
    await ports.close();
  }
});

test("the length of a list between two instants is exact, also within a span", () =>
  withApp(async ({ ports, send }) => {
    await ports.database.writing.execute(
      "insert into products (company, code, name, unit, created_at, updated_at) values (1, 'A', 'A', 'UN', 0, 0)",
    );
    for (const minute of [0, 20, 40]) {
      ports.clock.set(NOON + minute * 60_000);
      const json = { product_code: "A", type: "ENTRADA", quantity: 1 };
      expect((await send("POST", "/api/movements", { json })).status).toBe(201);
    }
    const total = async (from?: number, until?: number) =>
      (await listMovements(ports, 1, { from, until }, { limit: 10, offset: 0 })).total;
    const at = (minute: number) => NOON + minute * 60_000;
    expect([await total(), await total(at(10)), await total(undefined, at(10))]).toEqual([3, 2, 1]);
    expect(await total(at(10), at(24 * 60))).toBe(2);
    expect(await total(at(-24 * 60), at(30))).toBe(2);
    expect(await total(at(10), at(30))).toBe(1);
  }));

test("the length of a list without a filter comes from the sums", () =>
  withApp(async ({ ports }) => {
    const asked: string[] = [];
    const rows: typeof ports.reader.rows = (statement, signal) => {
      asked.push(statement.sql);
      return ports.reader.rows(statement, signal);
    };
    await listMovements(
      { ...ports, reader: { ...ports.reader, rows } },
      1,
      {},
      { limit: 10, offset: 0 },
    );
    expect(asked.filter((sql) => sql.includes("ledger_spans"))).toHaveLength(1);
    expect(asked.filter((sql) => sql.includes("count(*)"))).toEqual([]);
  }));

test("a posting that the guard refuses is in no sum", async () => {
  const ports = await testPorts();
  try {
    const never = { sql: "select 1 where ?1 = 2", args: [1] };
    const add = addToSpan(
      { company: 1, origin: "NFE", at: NOON, amounts: [{ quantity_e4: 1, cost_e2: null }] },
      never,
    );
    await ports.writer.commit({ statements: [companyRow(1), add], read: () => undefined });
    expect(await ports.reader.rows({ sql: SPANS, args: [] })).toEqual([]);
  } finally {
    await ports.close();
  }
});
