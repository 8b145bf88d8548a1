import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { wrongSteps } from "../../../src/stock/reconcile/wrong-steps.ts";
import { findWrongSpans } from "../../../src/stock/spans.ts";
import { type NoteOptions, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { LAST_COSTS } from "../../support/last-costs.ts";

const [emit, customer] = SUPPLIERS;
const SCREW = { cProd: "P1", xProd: "PARAFUSO", uCom: "UN" };
const bought = (seed: number, qCom: string, vUnCom: string) =>
  syntheticNote({ seed, emit, items: [{ ...SCREW, qCom, vUnCom }] });
const sale = syntheticNote({
  seed: 3,
  emit: COMPANY,
  dest: customer,
  items: [{ ...SCREW, qCom: "3", vUnCom: "9.00" }],
});
/** What comes back of the sale: our customer's note, or our own. */
const back = (seed: number, qCom: string, more: NoteOptions = {}) =>
  syntheticNote({
    seed,
    emit: customer,
    finNFe: "4",
    CFOP: "5202",
    refNFe: [sale.accessKey],
    items: [{ ...SCREW, qCom, vUnCom: "9.00" }],
    ...more,
  });
const pathOf = ({ accessKey }: { accessKey: string }) => `/api/nfes/${accessKey}`;
const reverse = ({ send }: TestApp, note: { accessKey: string }) =>
  send("POST", `${pathOf(note)}/reverse`, { json: { reason: "engano" } });
const come = async ({ upload }: TestApp, note: { xml: string }) =>
  (await upload(note.xml, "?approve=true")).body;

/** Ten at 1.00 are bought, three of them leave, ten more come at 4.00: the average is another than that of the exit. */
async function sold(service: TestApp) {
  await come(service, bought(1, "10", "1.00"));
  await come(service, sale);
  await come(service, bought(2, "10", "4.00"));
}
/** What each return has brought. */
const brought = async ({ rows }: TestApp) =>
  (
    await rows(
      "select quantity_e4, value_e2 from movements where id in (select movement from returned_exits) or origin_ref like ?1 order by id",
      ["%/volta-%"],
    )
  ).map((row) => [Number(row.quantity_e4) / 10_000, Number(row.value_e2)]);
const stock = async ({ rows }: TestApp) =>
  (await rows("select product, quantity_e4, value_e2 from balances order by product")).map(
    (row) => [row.product, Number(row.quantity_e4) / 10_000, Number(row.value_e2)],
  );
const sound = async ({ ports }: TestApp) =>
  expect([
    await reconcileAll(ports, 1),
    await findWrongSpans(ports, 1),
    (await wrongSteps(ports, 1)).wrong,
  ]).toEqual([[], [], []]);

test("goods that come back enter at the value at which they left, part by part, and not at the average", () =>
  withApp(async (service) => {
    await sold(service);
    expect(await stock(service)).toEqual([["P1", 17, 4700]]);
    expect((await come(service, back(4, "1"))).status).toBe("PROCESSADA");
    expect(await stock(service)).toEqual([["P1", 18, 4800]]);
    await come(service, back(5, "2"));
    expect(await stock(service)).toEqual([["P1", 20, 5000]]);
    expect(await brought(service)).toEqual([
      [1, 100],
      [2, 200],
    ]);
    const shown = (await service.send("GET", pathOf(sale))).body;
    expect(shown.referenced_by).toHaveLength(2);
    expect(await service.rows(`select code, last_cost_e2 from ${LAST_COSTS}`)).toEqual([
      { code: "P1", last_cost_e2: 4000 },
    ]);
    await sound(service);
  }));

test("parts of an uneven value give it back to the cent", () =>
  withApp(async (service) => {
    await come(service, bought(1, "3", "3.33"));
    await service.send("POST", "/api/movements", {
      json: { product_code: "P1", type: "ENTRADA", quantity: 3, unit_cost: "0.0033" },
    });
    await come(service, sale);
    await come(service, bought(2, "10", "4.00"));
    const [exit] = await service.rows(
      "select -value_e2 as value from movements where type = 'SAIDA'",
    );
    for (const seed of [4, 5, 6]) await come(service, back(seed, "1"));
    const parts = await brought(service);
    expect(parts.map(([quantity]) => quantity)).toEqual([1, 1, 1]);
    expect(parts.reduce((sum, [, value = 0]) => sum + value, 0)).toBe(Number(exit?.value));
    await sound(service);
  }));

test("goods beyond those that left enter at the average, with the finding returned_more", () =>
  withApp(async (service) => {
    await sold(service);
    await come(service, back(4, "2"));
    const body = await come(service, back(5, "2"));
    expect(body.findings).toContainEqual(expect.objectContaining({ code: "returned_more" }));
    const shown = (await service.send("GET", pathOf(back(5, "2")))).body;
    expect(shown.findings.map((one: { code: string }) => one.code)).toContain("returned_more");
    // 19 at 49.00; one more at 1.00, one at the average of 20 at 50.00.
    expect(await stock(service)).toEqual([["P1", 21, 5250]]);
    await sound(service);
  }));

test("a return that is taken back leaves its part of the exit open again", () =>
  withApp(async (service) => {
    await sold(service);
    const first = back(4, "2");
    await come(service, first);
    await reverse(service, first);
    expect(await stock(service)).toEqual([["P1", 17, 4700]]);
    const body = await come(service, back(5, "3"));
    expect([body.status, body.findings.map((one: { code: string }) => one.code)]).not.toContain(
      "returned_more",
    );
    expect(await stock(service)).toEqual([["P1", 20, 5000]]);
    await sound(service);
  }));

test("an item that names the item it left by is that product, by whatever code the customer has for it", () =>
  withApp(async (service) => {
    await sold(service);
    const reference = { chaveAcesso: sale.accessKey, nItem: "1" };
    const theirs = {
      cProd: "X-77",
      xProd: "PARAF",
      uCom: "UN",
      qCom: "1",
      vUnCom: "9.00",
      reference,
    };
    await come(service, back(4, "1", { refNFe: [], items: [theirs] }));
    expect(await stock(service)).toEqual([["P1", 18, 4800]]);
    const { referenced_by } = (await service.send("GET", pathOf(sale))).body;
    expect(referenced_by[0].items).toEqual([{ n_item: 1, original_n_item: 1 }]);
  }));

test("our own entry note of a return enters at the value of the exit too; one whose exit is not known at the average", () =>
  withApp(async (service) => {
    await sold(service);
    const own = { emit: COMPANY, dest: customer, tpNF: "0", CFOP: "1202" } as const;
    await come(service, back(4, "1", own));
    expect(await stock(service)).toEqual([["P1", 18, 4800]]);
    await come(service, back(5, "1", { ...own, refNFe: [bought(1, "10", "1.00").accessKey] }));
    // 48.00 over 18.
    expect(await stock(service)).toEqual([["P1", 19, 5067]]);
    await sound(service);
  }));

test("two returns at once never bring back one piece twice", () =>
  withApp(async (service) => {
    await sold(service);
    for (const seed of [4, 5]) await service.upload(back(seed, "2").xml);
    beforeNextCommit(service.ports, async () => {
      await service.send("POST", `${pathOf(back(4, "2"))}/process`);
    });
    const later = await service.send("POST", `${pathOf(back(5, "2"))}/process`);
    expect(later.status).toBe(200);
    expect(await brought(service)).toEqual([
      [2, 200],
      [1, 100],
    ]);
    await sound(service);
  }));

test("a return meets the reversal of its exit: it is held, and the goods came back once", () =>
  withApp(async (service) => {
    await sold(service);
    const ours = back(4, "1", { emit: COMPANY, dest: customer, tpNF: "0", CFOP: "1202" });
    await service.upload(ours.xml);
    beforeNextCommit(service.ports, async () => {
      await reverse(service, sale);
    });
    expect(await service.send("POST", `${pathOf(ours)}/process`)).toMatchObject({
      status: 409,
      body: { code: "nfe.held", holds: [{ code: "original_reversed" }] },
    });
    expect(await brought(service)).toEqual([]);
    expect(await stock(service)).toEqual([["P1", 20, 5000]]);
    await sound(service);
  }));

test("goods that we send back to the supplier leave at the average", () =>
  withApp(async (service) => {
    const first = bought(1, "10", "1.00");
    await come(service, first);
    await come(service, bought(2, "10", "4.00"));
    const sent = syntheticNote({
      seed: 9,
      emit: COMPANY,
      dest: emit,
      finNFe: "4",
      CFOP: "5202",
      refNFe: [first.accessKey],
      items: [{ ...SCREW, qCom: "2", vUnCom: "1.00" }],
    });
    await come(service, sent);
    expect(await stock(service)).toEqual([["P1", 18, 4500]]);
    await sound(service);
  }));
