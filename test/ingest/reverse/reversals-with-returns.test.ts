import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { type NoteOptions, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";

const [emit, customer] = SUPPLIERS;
const SCREW = { cProd: "P1", xProd: "PARAFUSO", uCom: "UN", qCom: "3", vUnCom: "9.00" };
const purchase = syntheticNote({ seed: 1, emit, items: [{ ...SCREW, qCom: "10" }] });
const saleOf = (seed: number) =>
  syntheticNote({ seed, emit: COMPANY, dest: customer, items: [SCREW] });
const [sale, later] = [saleOf(3), saleOf(4)];
/** What comes back of sales, by our own entry note. */
const back = (seed: number, more: NoteOptions = {}) =>
  syntheticNote({
    seed,
    emit: COMPANY,
    dest: customer,
    tpNF: "0",
    finNFe: "4",
    CFOP: "1202",
    refNFe: [sale.accessKey],
    items: [{ ...SCREW, qCom: "2" }],
    ...more,
  });
/** What we send back of the purchase. */
const sent = syntheticNote({
  seed: 9,
  emit: COMPANY,
  dest: emit,
  finNFe: "4",
  CFOP: "5202",
  refNFe: [purchase.accessKey],
  items: [{ ...SCREW, qCom: "2" }],
});
const pathOf = ({ accessKey }: { accessKey: string }) => `/api/nfes/${accessKey}`;
const REASON = { json: { reason: "engano" } };
const reverse = ({ send }: TestApp, note: { accessKey: string }, query = "") =>
  send("POST", `${pathOf(note)}/reverse${query}`, REASON);
const refusal = (...returns: readonly { accessKey: string }[]) => ({
  status: 409,
  body: { code: "nfe.has_returns", returns: returns.map(({ accessKey }) => accessKey) },
});
const post = async (service: TestApp, ...notes: readonly { xml: string }[]) => {
  for (const { xml } of notes)
    expect((await service.upload(xml, "?approve=true")).body.status).toBe("PROCESSADA");
};
const balance = async ({ ports, rows }: TestApp) => {
  expect(await reconcileAll(ports, 1)).toEqual([]);
  const [row] = await rows("select quantity_e4 from balances where product = 'P1'");
  return Number(row?.quantity_e4) / 10_000;
};

test("a sale whose goods have come back cannot be reversed until its returns are, newest first", () =>
  withApp(async (service) => {
    const [one, two] = [back(5), back(6, { items: [{ ...SCREW, qCom: "1" }] })];
    await post(service, purchase, sale, one, two);
    for (const query of ["", "?dry_run=true"])
      expect(await reverse(service, sale, query)).toMatchObject(refusal(two, one));
    const [exit] = await service.rows("select id from movements where quantity_e4 < 0");
    expect(await service.send("POST", `/api/movements/${exit?.id}/reverse`, REASON)).toMatchObject({
      status: 409,
      body: { code: "movement.of_note" },
    });
    expect(await balance(service)).toBe(10);
    for (const note of [one, two, sale])
      expect((await reverse(service, note)).body.status).toBe("ESTORNADA");
    expect(await balance(service)).toBe(10);
  }));

test("a purchase of which goods were sent back cannot be reversed", () =>
  withApp(async (service) => {
    await post(service, purchase, sent);
    expect(await reverse(service, purchase)).toMatchObject(refusal(sent));
    expect(await balance(service)).toBe(8);
    for (const note of [sent, purchase]) expect((await reverse(service, note)).status).toBe(200);
    expect(await balance(service)).toBe(0);
  }));

test("a sale whose goods have not come back can be reversed beside another that the same return names", () =>
  withApp(async (service) => {
    const both = back(5, { refNFe: [sale.accessKey, later.accessKey] });
    await post(service, purchase, sale, later, both);
    expect((await reverse(service, later)).status).toBe(200);
    expect(await reverse(service, sale)).toMatchObject(refusal(both));
    expect(await balance(service)).toBe(9);
  }));

test("a return that was posted before its sale stands against the sale's reversal too", () =>
  withApp(async (service) => {
    await post(service, purchase, back(5), sale);
    expect(await reverse(service, sale)).toMatchObject(refusal(back(5)));
  }));

test("a note that refers to a sale and moves other goods does not stand against its reversal", () =>
  withApp(async (service) => {
    await post(service, purchase, sale, back(5, { items: [{ ...SCREW, cProd: "OUTRO" }] }));
    expect((await reverse(service, sale)).status).toBe(200);
  }));

test("a reversal meets a return that is posted meanwhile: it is refused, and the goods came back once", () =>
  withApp(async (service) => {
    const ours = back(5);
    await post(service, purchase, sale);
    await service.upload(ours.xml);
    let came = false;
    beforeNextCommit(service.ports, async () => {
      came = true;
      await service.send("POST", `${pathOf(ours)}/process`);
    });
    expect(await reverse(service, sale)).toMatchObject(refusal(ours));
    expect([came, await balance(service)]).toEqual([true, 9]);
  }));

const CANCELLED = {
  "before it": (act: () => Promise<unknown>) => act(),
  "between its look and its batch": async (act: () => Promise<unknown>, service: TestApp) => {
    beforeNextCommit(service.ports, async () => {
      await act();
    });
  },
};
for (const [when, arrange] of Object.entries(CANCELLED))
  test(`a cancellation of a sale whose return was posted ${when} goes through, and names the return`, () =>
    withApp(async (service) => {
      const ours = back(5);
      await post(service, purchase, sale);
      await service.upload(ours.xml);
      await arrange(() => service.send("POST", `${pathOf(ours)}/process`), service);
      const answer = await service.upload(cancellationEvent(sale.accessKey));
      const finding = {
        code: "has_returns",
        message: expect.stringContaining(ours.accessKey),
      };
      expect(answer.body.findings).toContainEqual(expect.objectContaining(finding));
      const shown = (await service.send("GET", pathOf(sale))).body;
      expect(shown.status).toBe("CANCELADA");
      expect(shown.findings).toContainEqual(expect.objectContaining(finding));
      expect(
        await service.rows("select payload from events where type = 'nfe.has_returns'"),
      ).toEqual([
        { payload: JSON.stringify({ access_key: sale.accessKey, returns: [ours.accessKey] }) },
      ]);
      expect(await balance(service)).toBe(12);
    }));

test("a cancellation of a sale without returns writes neither the finding nor the event", () =>
  withApp(async (service) => {
    const ours = back(5);
    await post(service, purchase, sale, ours);
    await reverse(service, ours);
    await service.upload(cancellationEvent(sale.accessKey));
    const shown = (await service.send("GET", pathOf(sale))).body;
    expect(shown.findings.map(({ code }: { code: string }) => code)).not.toContain("has_returns");
    expect(await service.rows("select 1 from events where type = 'nfe.has_returns'")).toEqual([]);
  }));
