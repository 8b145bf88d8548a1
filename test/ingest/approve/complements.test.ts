import { expect, test } from "bun:test";
import { rejudgeSlice } from "../../../src/ingest/judge/rejudge-waiting.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { wrongSteps } from "../../../src/stock/reconcile/wrong-steps.ts";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";

const [emit] = SUPPLIERS;
const SCREW = { cProd: "P1", xProd: "PARAFUSO", uCom: "UN", qCom: "10", vUnCom: "2.00" };
const GLUE = { cProd: "C1", xProd: "COLA", uCom: "UN", qCom: "4", vUnCom: "2.50" };
const original = syntheticNote({ seed: 1, emit, items: [SCREW, GLUE] });
const second = syntheticNote({ seed: 2, emit, items: [SCREW] });
const VALUE = { xProd: "COMPLEMENTO DE PRECO", uCom: "UN", qCom: "0", vUnCom: "0" };
const complement = (
  vProd: string,
  { seed = 7, cProd = "COMPL", reference = {}, keys = [original.accessKey] } = {},
) =>
  syntheticNote({
    seed,
    emit,
    finNFe: "2",
    refNFe: keys,
    items: [{ ...VALUE, cProd, vProd, ...reference }],
  });
const whole = complement("9.00");
const pathOf = ({ accessKey }: { accessKey: string }) => `/api/nfes/${accessKey}`;
const post = ({ send }: TestApp, note: { accessKey: string }, query = "") =>
  send("POST", `${pathOf(note)}/process${query}`);
const reverse = ({ send }: TestApp, note: { accessKey: string }) =>
  send("POST", `${pathOf(note)}/reverse`, { json: { reason: "engano" } });
const values = async ({ rows }: TestApp) =>
  Object.fromEntries(
    (await rows("select product, value_e2 from balances")).map((row) => [
      row.product,
      row.value_e2,
    ]),
  );
const statusOf = async ({ send }: TestApp, note: { accessKey: string }) =>
  (await send("GET", pathOf(note))).body.status;
const sound = async ({ ports }: TestApp) =>
  expect([await reconcileAll(ports, 1), (await wrongSteps(ports, 1)).wrong]).toEqual([[], []]);

test("a complement of price raises the value of the goods of its original, by what they cost, and is in stock", () =>
  withApp(async (service) => {
    await service.upload(original.xml, "?approve=true");
    const { body } = await service.upload(whole.xml, "?approve=true");
    expect([body.status, body.holds]).toEqual(["PROCESSADA", []]);
    expect(await values(service)).toEqual({ P1: 2600, C1: 1300 });
    const shown = (await service.send("GET", pathOf(original))).body;
    expect(shown.late_costs).toMatchObject([{ access_key: whole.accessKey, amount: 9 }]);
    expect(shown.referenced_by).toEqual([
      { access_key: whole.accessKey, status: "PROCESSADA", items: [] },
    ]);
    const its = (await service.send("GET", pathOf(whole))).body;
    expect([its.references, its.movements]).toEqual([
      [{ access_key: original.accessKey, status: "PROCESSADA", items: [] }],
      [],
    ]);
    await sound(service);
  }));

test("a complement is about the item that it names, else about those of its code", () =>
  withApp(async (service) => {
    await service.upload(original.xml, "?approve=true");
    const chaveAcesso = original.accessKey;
    const named = complement("1.00", {
      seed: 8,
      keys: [],
      reference: { reference: { chaveAcesso, nItem: "2" } },
    });
    await service.upload(named.xml, "?approve=true");
    expect(await values(service)).toEqual({ P1: 2000, C1: 1100 });
    await service.upload(complement("3.00", { seed: 9, cProd: "P1" }).xml, "?approve=true");
    expect(await values(service)).toEqual({ P1: 2300, C1: 1100 });
    const { referenced_by } = (await service.send("GET", pathOf(original))).body;
    expect(referenced_by.map((one: { items: unknown }) => one.items)).toEqual([
      [],
      [{ n_item: 1, original_n_item: 2 }],
    ]);
    await sound(service);
  }));

test("a complement that comes before its original waits for it by name, and settles when it is in stock", () =>
  withApp(async (service) => {
    const { body } = await service.upload(whole.xml, "?approve=true");
    expect(body.holds).toMatchObject([{ code: "awaits_original" }]);
    expect(body.holds[0].message).toContain(original.accessKey);
    expect(await post(service, whole)).toMatchObject({ status: 409, body: { code: "nfe.held" } });
    await service.upload(original.xml);
    expect((await post(service, whole)).body.code).toBe("nfe.held");
    await post(service, original);
    expect((await service.send("GET", pathOf(whole))).body.holds).toEqual([]);
    const planned = await post(service, whole, "?dry_run=true");
    expect(planned.body.costs).toEqual([
      { n_item: 1, product_code: "P1", amount: 6 },
      { n_item: 1, product_code: "C1", amount: 3 },
    ]);
    expect((await post(service, whole)).status).toBe(200);
    expect(await values(service)).toEqual({ P1: 2600, C1: 1300 });
    expect((await post(service, whole)).body.already_processed).toBe(true);
    await sound(service);
  }));

test("a complement that names a sale of ours waits: its value is cost of goods that entered", () =>
  withApp(async (service) => {
    await service.upload(original.xml, "?approve=true");
    const sale = syntheticNote({ seed: 20, emit: COMPANY, dest: emit, items: [SCREW] });
    expect((await service.upload(sale.xml, "?approve=true")).body.status).toBe("PROCESSADA");
    const about = complement("5.00", { seed: 21, keys: [sale.accessKey] });
    const { body } = await service.upload(about.xml, "?approve=true");
    expect(body.holds).toMatchObject([{ code: "awaits_original" }]);
    expect(await rejudgeSlice(service.ports, 1)).toBe(0);
    expect((await post(service, about)).body.code).toBe("nfe.held");
    await sound(service);
  }));

test("maintenance settles a complement whose original was registered with its approval", () =>
  withApp(async (service) => {
    await service.upload(whole.xml);
    expect(await rejudgeSlice(service.ports, 1)).toBe(0);
    expect((await service.send("GET", pathOf(whole))).body.holds).toHaveLength(1);
    await service.upload(original.xml, "?approve=true");
    expect(await rejudgeSlice(service.ports, 1)).toBe(1);
    expect((await service.send("GET", pathOf(whole))).body.holds).toEqual([]);
  }));

test("a reversal of a complement leaves the values as they were, and so does its cancellation", () =>
  withApp(async (service) => {
    await service.upload(original.xml, "?approve=true");
    await service.upload(whole.xml, "?approve=true");
    expect((await reverse(service, whole)).body).toMatchObject({
      movements: 2,
      status: "ESTORNADA",
    });
    expect(await values(service)).toEqual({ P1: 2000, C1: 1000 });
    await post(service, whole);
    expect(await values(service)).toEqual({ P1: 2600, C1: 1300 });
    await service.upload(cancellationEvent(whole.accessKey));
    expect(await values(service)).toEqual({ P1: 2000, C1: 1000 });
    await sound(service);
  }));

test("a reversal of one original takes the whole complement back, which is ESTORNADA and may be approved again", () =>
  withApp(async (service) => {
    await service.upload(original.xml, "?approve=true");
    await service.upload(second.xml, "?approve=true");
    const both = complement("6.00", {
      seed: 9,
      cProd: "P1",
      keys: [original.accessKey, second.accessKey],
    });
    await service.upload(both.xml, "?approve=true");
    expect(await values(service)).toEqual({ P1: 4600, C1: 1000 });
    await reverse(service, second);
    expect(await values(service)).toEqual({ P1: 2000, C1: 1000 });
    expect(await statusOf(service, both)).toBe("ESTORNADA");
    expect(
      await service.rows("select payload from events where type = 'nfe.reversed'"),
    ).toHaveLength(2);
    expect((await post(service, both)).body.code).toBe("nfe.held");
    await post(service, second);
    await post(service, both);
    expect(await values(service)).toEqual({ P1: 4600, C1: 1000 });
    await service.upload(cancellationEvent(original.accessKey));
    expect(await values(service)).toEqual({ P1: 2000, C1: 0 });
    expect(await statusOf(service, both)).toBe("ESTORNADA");
    await sound(service);
  }));

test("a complement meets the reversal of its original: nothing of it is posted", () =>
  withApp(async (service) => {
    await service.upload(original.xml, "?approve=true");
    await service.upload(whole.xml);
    // The first batch judges it again.
    beforeNextCommit(
      service.ports,
      async () => {
        await reverse(service, original);
      },
      1,
    );
    const answer = await post(service, whole);
    expect([answer.status, answer.body.code]).toEqual([409, "nfe.held"]);
    expect(await values(service)).toEqual({ P1: 0, C1: 0 });
    expect(await statusOf(service, whole)).toBe("PENDENTE");
    await sound(service);
  }));

test("a complement with a quantity asks whether goods came or only the price changed", () =>
  withApp(async (service) => {
    await service.upload(original.xml, "?approve=true");
    await service.send("PATCH", "/api/company", {
      json: { overridable_holds: ["unknown_operation"] },
    });
    const made = (seed: number) =>
      syntheticNote({
        seed,
        emit,
        finNFe: "2",
        refNFe: [original.accessKey],
        items: [{ ...SCREW, qCom: "5", vUnCom: "1.00" }],
      });
    const decide = (note: { accessKey: string }, effect: string) =>
      service.send("POST", `${pathOf(note)}/process`, {
        json: { override: ["unknown_operation"], items: [{ n_item: 1, effect }] },
      });
    const [goods, price] = [made(11), made(12)];
    for (const note of [goods, price]) {
      const { body } = await service.upload(note.xml, "?approve=true");
      expect(body.holds).toMatchObject([{ code: "unknown_operation" }]);
    }
    expect((await decide(goods, "entry")).status).toBe(200);
    expect(await values(service)).toEqual({ P1: 2500, C1: 1000 });
    expect((await decide(price, "none")).status).toBe(200);
    expect(await values(service)).toEqual({ P1: 3000, C1: 1000 });
    expect(await service.rows("select quantity_e4 from balances where product = 'P1'")).toEqual([
      { quantity_e4: 150_000 },
    ]);
    await sound(service);
  }));

test("a complement of our own sale changes no cost: it has no goods", () =>
  withApp(async (service) => {
    const sale = syntheticNote({
      seed: 21,
      emit: COMPANY,
      dest: emit,
      finNFe: "2",
      refNFe: [original.accessKey],
      items: [{ ...VALUE, cProd: "P1", vProd: "5.00" }],
    });
    const { body } = await service.upload(sale.xml, "?approve=true");
    expect(body.holds).toMatchObject([{ code: "no_goods" }]);
  }));
