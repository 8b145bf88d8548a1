import { expect } from "bun:test";
import { verifyNotes } from "../../../src/ingest/note/verify-notes.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { wrongSteps } from "../../../src/stock/reconcile/wrong-steps.ts";
import { findWrongSpans } from "../../../src/stock/spans.ts";
import type { TestApp } from "../../support/app.ts";
import { csvRecords } from "../../support/exports/export-rows.ts";
import { LAST_COSTS } from "../../support/last-costs.ts";
import { replayLedger } from "../../support/ledger-replay.ts";
import type { Issued } from "./documents.ts";
import type { Played } from "./play.ts";

/* What must be true after any history. Quantities 1/10⁴, values 1/10², read with BigInt. */

export type Rows = readonly Record<string, unknown>[];

const big = (value: unknown): bigint => BigInt(Number(value));
const add = (sums: Map<string, bigint>, key: string, value: bigint): void =>
  void sums.set(key, (sums.get(key) ?? 0n) + value);
const notZero = (sums: ReadonlyMap<string, bigint>) =>
  [...sums].filter(([, sum]) => sum !== 0n).sort();

/** A decimal of an answer as an integer of 10⁻ᵖˡᵃᶜᵉˢ. */
const scaled = (value: number | string, places: number): bigint =>
  BigInt(Math.round(Number(value) * 10 ** places));

/** Quantity and value that rows bring in all, by product. */
function sums(rows: Rows): Map<string, [bigint, bigint]> {
  const found = new Map<string, [bigint, bigint]>();
  for (const row of rows) {
    const product = String(row.product);
    const [q, v] = found.get(product) ?? [0n, 0n];
    const value = big(row.value_e2) - big(row.passed_e2);
    found.set(product, [q + big(row.quantity_e4), v + value]);
  }
  return found;
}

export const ledgerOf = ({ rows }: TestApp): Promise<Record<string, unknown>[]> =>
  rows("select * from movements where company = 1 order by id");

/** Balances, lots and values are those of the ledger, and the ledger is that of the rules. */
export async function checkLedger(service: TestApp, ledger: Rows): Promise<void> {
  const { rows, ports } = service;
  const balances = await rows(
    "select product, quantity_e4, value_e2 from balances where company = 1",
  );
  const right = sums(ledger);
  const stands = new Map(
    balances.map((row) => [String(row.product), [big(row.quantity_e4), big(row.value_e2)]]),
  );
  const moved = ([, figures]: [string, bigint[]]) => figures.some((figure) => figure !== 0n);
  expect([...stands].filter(moved).sort()).toEqual([...right].filter(moved).sort());

  const replayed = replayLedger(ledger);
  expect(replayed.wrong).toEqual([]);
  for (const [product, { q, v }] of replayed.states)
    expect([product, ...(stands.get(product) ?? [0n, 0n])]).toEqual([product, q, v]);
  for (const { code, last_cost_e2, last_cost_quantity_e4 } of await rows(
    `select code, last_cost_e2, last_cost_quantity_e4 from ${LAST_COSTS} where company = 1`,
  )) {
    const last = replayed.last.get(String(code));
    expect([code, last_cost_e2, last_cost_quantity_e4]).toEqual([
      code,
      last === undefined ? null : Number(last.e2),
      last === undefined ? null : Number(last.per),
    ]);
  }

  const lots = new Map<string, bigint>();
  const byProduct = new Map<string, bigint>();
  for (const row of await rows(
    "select product, lot, expires_on, quantity_e4 from lot_movements where company = 1",
  )) {
    add(lots, `${row.product}|${row.lot}|${row.expires_on}`, big(row.quantity_e4));
    add(byProduct, String(row.product), big(row.quantity_e4));
  }
  const here = new Map<string, bigint>();
  for (const row of await rows(
    "select product, lot, expires_on, quantity_e4 from lot_balances where company = 1",
  ))
    add(here, `${row.product}|${row.lot}|${row.expires_on}`, big(row.quantity_e4));
  expect(notZero(here)).toEqual(notZero(lots));
  expect([...here].filter(([, q]) => q < 0n)).toEqual([]);
  for (const [product, inLots] of byProduct) {
    const [balance = 0n] = stands.get(product) ?? [];
    expect([product, inLots > (balance > 0n ? balance : 0n)]).toEqual([product, false]);
  }

  expect(await reconcileAll(ports, 1)).toEqual([]);
  expect(await findWrongSpans(ports, 1)).toEqual([]);
  expect((await wrongSteps(ports, 1)).wrong).toEqual([]);
  expect((await verifyNotes(ports, 1, 0)).flaws).toEqual([]);
}

const inside = (xml: string, tag: string): string =>
  new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1] ?? "0";

/** What a note in stock has brought is what it says, to the cent; what was taken back has left nothing. */
export async function checkNotes(
  { rows, send }: TestApp,
  ledger: Rows,
  issued: readonly Issued[],
): Promise<void> {
  const undone = new Set(
    ledger.flatMap(({ undoes, quantity_e4 }) => (quantity_e4 === 0 ? [] : [undoes])),
  );
  for (const { accessKey, sort, xml } of issued) {
    const [note] = await rows("select status, posting from notes where access_key = ?1", [
      accessKey,
    ]);
    const mine = ledger.filter(
      ({ origin_ref, quantity_e4 }) =>
        String(origin_ref).startsWith(`${accessKey}#`) && quantity_e4 !== 0,
    );
    const stand = mine.filter(({ id, undoes }) => undoes === null && !undone.has(id));
    if (note?.status !== "PROCESSADA") {
      expect([accessKey, note?.status, stand]).toEqual([accessKey, note?.status, []]);
      continue;
    }
    const posted = stand.filter(({ origin }) => origin === "NFE");
    expect(posted.every(({ posting }) => posting === note.posting)).toBe(true);
    if (sort !== "purchase" && sort !== "gift") continue;
    const costs = posted.reduce((sum, { cost_e2 }) => sum + big(cost_e2), 0n);
    const { body } = await send("GET", `/api/nfes/${accessKey}/cost`);
    const recovered = body.taxes.reduce(
      (sum: bigint, tax: { recovered: number }) => sum + scaled(tax.recovered, 2),
      0n,
    );
    const paid = sort === "gift" ? 0n : scaled(inside(xml, "vNF"), 2) - recovered;
    expect([accessKey, costs, scaled(body.cost.landed_cost, 2)]).toEqual([accessKey, paid, paid]);
    expect(body.reconciliation.difference).toBe(0);
  }
}

interface Line {
  id: number;
  happened_at: string;
  quantity: number;
  value: number;
  value_passed_on: number;
  balance: number;
  stock_value: number;
}

const signed = (figures: readonly (number | string)[] = [0, 0]): bigint[] => [
  scaled(figures[0] ?? 0, 4),
  scaled(figures[1] ?? 0, 2),
];

/** A decimal of a Brazilian CSV. */
const decimal = (text = "0"): string => text.replace(",", ".");

/** The past as the service tells it: the kardex, the stock at instants, as happened and as known, and the inventory of days. */
export async function checkTime(
  { send, ports }: TestApp,
  ledger: Rows,
  moment: number,
): Promise<void> {
  const products = [...new Set(ledger.map(({ product }) => String(product)))];
  const figures = async (query: string) => {
    const { status, body } = await send("GET", `/api/stock?limit=100${query}`);
    expect(status).toBe(200);
    return new Map<string, bigint[]>(
      body.data.map((one: { code: string; quantity: number; stock_value: number }) => [
        one.code,
        signed([one.quantity, one.stock_value]),
      ]),
    );
  };
  const now = await figures("");
  const kardex = new Map<string, Line[]>();
  for (const product of products) {
    const { body } = await send("GET", `/api/products/${product}/kardex?limit=100`);
    const [newest] = body.data;
    expect([product, ...(now.get(product) ?? [])]).toEqual([
      product,
      ...signed([newest.balance, newest.stock_value]),
    ]);
    kardex.set(product, body.data.toReversed());
  }
  const at = (until: number, last = Number.MAX_SAFE_INTEGER) =>
    sums(ledger.filter(({ id, happened_at }) => Number(id) <= last && Number(happened_at) < until));
  const known = (before: number) =>
    Math.max(
      0,
      ...ledger.filter(({ created_at }) => Number(created_at) < before).map(({ id }) => Number(id)),
    );
  const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
  const last = known(moment);
  const asked: [string, Map<string, [bigint, bigint]>][] = [
    [`&at=${iso(moment)}`, at(moment)],
    [`&known_at=${iso(moment)}`, at(Number.MAX_SAFE_INTEGER, last)],
    [`&at=${iso(moment)}&known_at=${iso(moment)}`, at(moment, last)],
    [`&known_at=${iso(ports.clock.now() + 1)}`, at(Number.MAX_SAFE_INTEGER)],
  ];
  for (const [query, right] of asked) {
    const found = await figures(query);
    for (const product of products)
      expect([query, product, ...(found.get(product) ?? [0n, 0n])]).toEqual([
        query,
        product,
        ...(right.get(product) ?? [0n, 0n]),
      ]);
  }
  const date = new Date(moment - 3 * 3_600_000).toISOString().slice(0, 10);
  const end = Date.parse(`${date}T00:00:00-03:00`) + 86_400_000;
  const answer = await send("GET", `/api/export/inventory?date=${date}`);
  const listed = answer.status === 200 ? csvRecords(answer.text) : [];
  for (const product of products) {
    const lines = (kardex.get(product) ?? []).filter(
      ({ happened_at }) => Date.parse(happened_at) < end,
    );
    const sum = (of: (line: Line) => bigint) => lines.reduce((all, line) => all + of(line), 0n);
    const row = listed.find((one) => one.Código === product);
    expect([date, product, ...signed([decimal(row?.Quantidade), decimal(row?.Valor)])]).toEqual([
      date,
      product,
      sum((line) => scaled(line.quantity, 4)),
      sum((line) => scaled(line.value, 2) - scaled(line.value_passed_on, 2)),
    ]);
  }
}

/** Every write that was answered has one line in the audit, and every posting that takes a note back; nothing else has one. */
export async function checkAudit(
  { rows }: TestApp,
  ledger: Rows,
  { answers }: Played,
): Promise<void> {
  const values = new Set(ledger.flatMap(({ id, quantity_e4 }) => (quantity_e4 === 0 ? [id] : [])));
  const costsBack = await rows("select undone_by from late_costs where undone_by is not null");
  const ofGoods = new Set(ledger.map((row) => (row.quantity_e4 === 0 ? null : row.posting)));
  const notReversals = new Set(
    costsBack.map(({ undone_by }) => undone_by).filter((posting) => !ofGoods.has(posting)),
  );
  const reversals = ledger.filter(
    ({ origin, posting, undoes, quantity_e4 }) =>
      origin === "NFE" &&
      undoes !== null &&
      (quantity_e4 !== 0 || values.has(undoes)) &&
      !notReversals.has(posting),
  );
  const audited = await rows(
    "select detail ->> 'posting' as posting from audit where action = 'nfe.reverse'",
  );
  expect(audited.map(({ posting }) => posting).sort()).toEqual(
    [...new Set(reversals.map(({ posting }) => posting))].sort(),
  );
  const lines = new Map(
    (await rows("select action, count(*) as n from audit where company = 1 group by action")).map(
      (row) => [String(row.action), Number(row.n)],
    ),
  );
  const lineCount = (...actions: string[]) =>
    actions.reduce((sum, action) => sum + (lines.get(action) ?? 0), 0);
  const wrote = (acts: readonly string[], which: (body: Record<string, unknown>) => boolean) =>
    answers.filter(
      ({ act, answer }) => acts.includes(act) && answer.status < 300 && which(answer.body),
    ).length;
  const any = () => true;
  const found = {
    notes: lineCount("nfe.register", "nfe.register_and_process"),
    posted: lineCount("nfe.process", "nfe.register_and_process"),
    costs: lineCount("nfe.cost_added"),
    costsBack: lineCount("nfe.cost_reversed"),
    hands: lineCount("movement.create"),
    handsBack: lineCount("movement.reverse"),
    opened: lineCount("count.open"),
    lines: lineCount("count.lines"),
    closed: lineCount("count.close"),
    cancelled: lineCount("count.cancel"),
  };
  const documents = ["document", "send"];
  expect(found).toEqual({
    notes: wrote(documents, any),
    posted:
      wrote(documents, ({ status }) => status === "PROCESSADA") +
      wrote(["approve"], ({ already_processed }) => already_processed !== true),
    costs: wrote(["cost"], ({ already_added }) => already_added === false),
    costsBack: wrote(["costBack"], ({ already_reversed }) => already_reversed === false),
    hands: wrote(["hand"], any),
    handsBack: wrote(["handBack"], ({ already_reversed }) => already_reversed === false),
    opened: wrote(["open"], any),
    lines: wrote(["lines"], any),
    closed: wrote(["close"], ({ already_closed }) => already_closed === false),
    cancelled: wrote(["giveUp"], ({ already_cancelled }) => already_cancelled === false),
  });
}
