import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import {
  type Act,
  approve,
  cancel,
  discard,
  homologation,
  NOTHING,
  ONCE,
  path,
  problem,
  type Row,
  registered,
  testInterleavings,
  whole,
  withBase,
} from "./intruder-table.ts";

/** As intruders.test.ts: what takes back what was posted, and what approves many notes. */

const REASON = { json: { reason: "engano" } };
const reverse: Act = ({ send }) => send("POST", `${path}/reverse`, REASON);
const addCost: Act = ({ send }) =>
  send("POST", `${path}/costs`, { json: { amount: 7, reason: "frete", document: "CT-e" } });
const approveMany: Act = ({ send }) =>
  send("POST", "/api/nfes/process", { json: { access_keys: [whole.accessKey] } });
const posted = [...registered, approve];
const one = (outcome: object) => ({ status: 200, body: { results: [outcome] } });

/** The note's product, counted by a device: with another quantity than the stock has. */
const countLine: Act = async ({ send }) => {
  const { body } = await send("POST", "/api/counts", { json: { name: "Tudo", scope: "all" } });
  return send("POST", `/api/counts/${body.count.id}/lines`, {
    json: { lines: [{ product_code: "001", quantity: 7, device: "coletor" }] },
    headers: { "idempotency-key": "k1" },
  });
};
/** The same count, closed. */
const closeCount: Act = async (service) => {
  await countLine(service);
  const [count] = await service.rows("select id from stock_counts");
  return service.send("POST", `/api/counts/${count?.id}/close`, {
    json: { missing: "keep", reason: "inventário" },
  });
};

const UNDOING: readonly Row[] = [
  [
    "reversal",
    "a line of a count",
    posted,
    reverse,
    countLine,
    problem(409, "count.closed_over", { product_code: "001" }),
    { status: "PROCESSADA", ...ONCE },
  ],
  [
    "reversal",
    "a count that is closed",
    posted,
    reverse,
    closeCount,
    problem(409, "count.closed_over", { product_code: "001" }),
    { status: "PROCESSADA", ...ONCE },
  ],
  [
    "cancellation",
    "a count that is closed",
    posted,
    cancel,
    closeCount,
    { status: 200 },
    { status: "CANCELADA", moved: 0, postings: 2 },
  ],
  [
    "late cost",
    "a reversal",
    posted,
    addCost,
    reverse,
    problem(409, "nfe.final"),
    { status: "ESTORNADA", moved: 0, postings: 2 },
  ],
  [
    "late cost",
    "a cancellation",
    posted,
    addCost,
    cancel,
    problem(409, "nfe.final"),
    { status: "CANCELADA", moved: 0, postings: 2 },
  ],
  [
    "late cost",
    "the same document",
    posted,
    addCost,
    addCost,
    { status: 200, body: { already_added: true } },
    { status: "PROCESSADA", moved: 100_000, postings: 2 },
  ],
  [
    "reversal",
    "a late cost",
    posted,
    reverse,
    addCost,
    { status: 200, body: { already_reversed: false } },
    { status: "ESTORNADA", moved: 0, postings: 3 },
  ],
  [
    "reversal",
    "another reversal",
    posted,
    reverse,
    reverse,
    { status: 200, body: { already_reversed: true } },
    { status: "ESTORNADA", moved: 0, postings: 2 },
  ],
  [
    "reversal",
    "a reversal and another approval",
    posted,
    reverse,
    async (service) => {
      await reverse(service);
      await approve(service);
    },
    { status: 200, body: { already_reversed: false } },
    { status: "ESTORNADA", moved: 0, postings: 4 },
  ],
  [
    "reversal",
    "a change of settings",
    posted,
    reverse,
    homologation,
    { status: 200, body: { already_reversed: false } },
    { status: "ESTORNADA", moved: 0, postings: 2 },
  ],
  [
    "approval of a reversed note",
    "another approval",
    [...posted, reverse],
    approve,
    approve,
    { status: 200, body: { already_processed: true } },
    { status: "PROCESSADA", moved: 100_000, postings: 3 },
  ],
  [
    "approval of many",
    "a cancellation",
    registered,
    approveMany,
    cancel,
    one({ access_key: whole.accessKey, code: "nfe.final" }),
    { status: "CANCELADA", ...NOTHING },
  ],
  [
    "approval of many",
    "a discard",
    registered,
    approveMany,
    discard,
    one({ access_key: whole.accessKey, code: "nfe.final" }),
    { status: "DESCARTADA", ...NOTHING },
  ],
  [
    "approval of many",
    "an approval",
    registered,
    approveMany,
    approve,
    one({ access_key: whole.accessKey, outcome: "already_processed" }),
    { status: "PROCESSADA", ...ONCE },
  ],
  [
    "approval of many",
    "itself",
    registered,
    approveMany,
    approveMany,
    one({ access_key: whole.accessKey, outcome: "already_processed" }),
    { status: "PROCESSADA", ...ONCE },
  ],
  [
    "approval of many",
    "a change of settings",
    registered,
    approveMany,
    homologation,
    one({ access_key: whole.accessKey, code: "nfe.held" }),
    { status: "PENDENTE", ...NOTHING },
  ],
];
testInterleavings(UNDOING);

const byHand = ({ send }: TestApp, type: string, quantity: number) =>
  send("POST", "/api/movements", { json: { product_code: "BASE", type, quantity } });
const lastByHand = async ({ rows }: TestApp) => {
  const [last] = await rows(
    "select max(id) as id from movements where origin = 'MANUAL' and undoes is null",
  );
  return Number(last?.id);
};

/** A manual entry of 2 beside 5 of a note; what it meets; the answer; the balance and the reversals that are left. */
const MOVEMENTS: readonly (readonly [string, Act, object, number, number])[] = [
  [
    "another reversal",
    async (service) =>
      service.send("POST", `/api/movements/${await lastByHand(service)}/reverse`, REASON),
    { status: 200, body: { already_reversed: true } },
    5,
    1,
  ],
  [
    "an exit that leaves enough",
    (service) => byHand(service, "SAIDA", 5),
    { status: 200, body: { already_reversed: false } },
    0,
    1,
  ],
  [
    "an exit that needs its goods",
    (service) => byHand(service, "SAIDA", 6),
    problem(400, "stock.insufficient"),
    1,
    0,
  ],
];
for (const [intruder, intrude, answer, left, reversals] of MOVEMENTS)
  test(`reversal of a movement meets ${intruder}: the answer and what is left agree`, () =>
    withApp(async (service) => {
      await withBase(service);
      await service.send("PATCH", "/api/company", { json: { allow_negative: false } });
      await byHand(service, "ENTRADA", 2);
      const id = await lastByHand(service);
      let came = false;
      beforeNextCommit(service.ports, async () => {
        came = true;
        await intrude(service);
      });
      const given = await service.send("POST", `/api/movements/${id}/reverse`, REASON);
      expect(came).toBe(true);
      expect(given).toMatchObject(answer);
      const [balance] = await service.rows(
        "select quantity_e4 from balances where company = 1 and product = 'BASE'",
      );
      const undone = await service.rows("select 1 from movements where undoes = ?1", [id]);
      expect([Number(balance?.quantity_e4) / 10_000, undone.length]).toEqual([left, reversals]);
      expect(await reconcileAll(service.ports, 1)).toEqual([]);
    }));
