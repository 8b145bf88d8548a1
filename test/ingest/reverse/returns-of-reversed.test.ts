import { expect, test } from "bun:test";
import { applySettings } from "../../../src/accounts/settings/settings.ts";
import { rejudgeSlice } from "../../../src/ingest/judge/rejudge-waiting.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { type NoteOptions, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { cause } from "../receive/intruder-table.ts";

const [emit, customer] = SUPPLIERS;
const SCREW = { cProd: "P1", xProd: "PARAFUSO", uCom: "UN", qCom: "3", vUnCom: "9.00" };
const purchase = syntheticNote({ seed: 1, emit, items: [{ ...SCREW, qCom: "10" }] });
const sale = syntheticNote({ seed: 3, emit: COMPANY, dest: customer, items: [SCREW] });
const RETURN: Partial<NoteOptions> = { emit: COMPANY, finNFe: "4" };
/** What comes back of the sale, by our own entry note. */
const back = syntheticNote({
  ...RETURN,
  seed: 5,
  dest: customer,
  tpNF: "0",
  CFOP: "1202",
  refNFe: [sale.accessKey],
  items: [{ ...SCREW, qCom: "2" }],
});
/** What we send back of the purchase. */
const sent = syntheticNote({
  ...RETURN,
  seed: 9,
  dest: emit,
  CFOP: "5202",
  refNFe: [purchase.accessKey],
  items: [{ ...SCREW, qCom: "2" }],
});
type Sent = typeof sale;
type Act = (service: TestApp) => Promise<unknown>;
const pathOf = ({ accessKey }: Sent) => `/api/nfes/${accessKey}`;
const process = (service: TestApp, note: Sent, json: object = {}) =>
  service.send("POST", `${pathOf(note)}/process`, { json });
const post = async (service: TestApp, ...notes: readonly Sent[]) => {
  for (const { xml } of notes)
    expect((await service.upload(xml, "?approve=true")).body.status).toBe("PROCESSADA");
};
const reverse =
  (note: Sent): Act =>
  ({ send }) =>
    send("POST", `${pathOf(note)}/reverse`, { json: { reason: "engano" } });
const cancel =
  (note: Sent): Act =>
  ({ upload }) =>
    upload(cancellationEvent(note.accessKey));
const shown = async ({ send }: TestApp, note: Sent) => {
  const { status, holds } = (await send("GET", pathOf(note))).body;
  return [status, ...holds.map(({ code }: { code: string }) => code)];
};
const HELD = ["PENDENTE", "original_reversed"];
const refused = (note: Sent) => ({
  status: 409,
  body: {
    code: "nfe.held",
    holds: [{ code: "original_reversed", message: expect.stringContaining(note.accessKey) }],
  },
});
const balance = async ({ ports, rows }: TestApp) => {
  expect(await reconcileAll(ports, 1)).toEqual([]);
  const [row] = await rows("select quantity_e4 from balances where product = 'P1'");
  return Number(row?.quantity_e4) / 10_000;
};

const CASES = [
  ["a sale that was reversed", "comes back", [purchase, sale], sale, back, reverse(sale), 10],
  ["a sale that was cancelled", "comes back", [purchase, sale], sale, back, cancel(sale), 10],
  ["a purchase that was reversed", "goes back", [purchase], purchase, sent, reverse(purchase), 0],
  ["a purchase that was cancelled", "goes back", [purchase], purchase, sent, cancel(purchase), 0],
] as const;
for (const [of, moves, before, original, returned, undo, left] of CASES) {
  test(`a note by which ${of} ${moves} waits, and moves nothing`, () =>
    withApp(async (service) => {
      await post(service, ...before);
      await undo(service);
      await service.upload(returned.xml, "?approve=true");
      expect(await shown(service, returned)).toEqual(HELD);
      expect(await process(service, returned)).toMatchObject(refused(original));
      expect(await balance(service)).toBe(left);
    }));

  test(`a note that waits is held as soon as it is of ${of}`, () =>
    withApp(async (service) => {
      await post(service, ...before);
      await service.upload(returned.xml);
      expect(await shown(service, returned)).toEqual(["PENDENTE"]);
      await undo(service);
      expect(await shown(service, returned)).toEqual(HELD);
    }));

  test(`the approval of a note that is of ${of} between its look and its batch moves nothing`, () =>
    withApp(async (service) => {
      await post(service, ...before);
      await service.upload(returned.xml);
      let came = false;
      beforeNextCommit(service.ports, async () => {
        came = true;
        await undo(service);
      });
      expect(await process(service, returned)).toMatchObject(refused(original));
      expect([came, await balance(service)]).toEqual([true, left]);
    }));

  test(`the registration with approval of a note that is of ${of} meanwhile moves nothing`, () =>
    withApp(async (service) => {
      await post(service, ...before);
      let came = false;
      beforeNextCommit(service.ports, async () => {
        came = true;
        await undo(service);
      });
      await service.upload(returned.xml, "?approve=true");
      expect([came, await balance(service)]).toEqual([true, left]);
      expect(await shown(service, returned)).toEqual(HELD);
    }));
}

/** A process that stops before it has judged the notes again leaves them as they were: their originals are gone meanwhile. */
const unjudged =
  (note: Sent, ...acts: readonly Act[]): Act =>
  async (service) => {
    const { writing } = service.ports.database;
    const of = `sha256 = (select sha256 from notes where access_key = '${note.accessKey}')`;
    await writing.execute(`create table aside as select * from originals where ${of}`);
    await writing.execute(`delete from originals where ${of}`);
    for (const act of acts) await act(service);
    await writing.execute("insert into originals select * from aside");
  };

test("an approval is refused by the reversal of its original alone, where nothing was judged again", () =>
  withApp(async (service) => {
    await post(service, purchase, sale);
    await service.upload(back.xml);
    beforeNextCommit(service.ports, () => unjudged(back, reverse(sale))(service));
    expect(await process(service, back)).toMatchObject(refused(sale));
    expect(await balance(service)).toBe(10);
  }));

test("a return brings back the exit that stands, where its sale was reversed and approved meanwhile", () =>
  withApp(async (service) => {
    await post(service, purchase, sale);
    await service.upload(back.xml);
    const again: Act = (there) => process(there, sale);
    beforeNextCommit(service.ports, () => unjudged(back, reverse(sale), again)(service));
    expect((await process(service, back)).status).toBe(200);
    expect(
      await service.rows(
        "select exit = (select max(id) from movements where quantity_e4 < 0) as last from returned_exits",
      ),
    ).toEqual([{ last: 1 }]);
    expect(await balance(service)).toBe(9);
  }));

test("a return is free again when its sale is approved again, and takes back the value of its exit", () =>
  withApp(async (service) => {
    await post(service, purchase, sale);
    await service.upload(back.xml);
    await reverse(sale)(service);
    expect((await process(service, sale)).status).toBe(200);
    expect(await shown(service, back)).toEqual(["PENDENTE"]);
    expect((await process(service, back)).status).toBe(200);
    expect(await balance(service)).toBe(9);
    expect(await service.rows("select count(*) as n from returned_exits")).toEqual([{ n: 1 }]);
  }));

test("a return of a reversed sale is approved in spite of it where the company allows that", () =>
  withApp(async (service) => {
    await post(service, purchase, sale);
    await reverse(sale)(service);
    await service.upload(back.xml);
    const override = { override: ["original_reversed"] };
    expect((await process(service, back, override)).body.code).toBe("nfe.override_denied");
    await applySettings(service.ports, { overridableHolds: ["original_reversed"] }, cause);
    expect((await process(service, back, override)).status).toBe(200);
    expect(await balance(service)).toBe(12);
  }));

test("maintenance holds a return whose sale was reversed, and frees it, where a process stopped before", () =>
  withApp(async (service) => {
    await post(service, purchase, sale);
    await service.upload(back.xml);
    const { writing } = service.ports.database;
    for (const [status, left] of [
      ["ESTORNADA", HELD],
      ["PROCESSADA", ["PENDENTE"]],
    ] as const) {
      await writing.execute(
        `update notes set status = '${status}' where access_key = '${sale.accessKey}'`,
      );
      expect(await rejudgeSlice(service.ports, 1)).toBe(1);
      expect(await shown(service, back)).toEqual([...left]);
      expect(await rejudgeSlice(service.ports, 1)).toBe(0);
    }
  }));

test("a return whose sale is not known, or waits, is not held", () =>
  withApp(async (service) => {
    await post(service, purchase);
    await service.upload(sale.xml);
    await post(service, back);
    expect(await balance(service)).toBe(12);
  }));

test("a note that refers to a reversed sale and returns nothing is not held", () =>
  withApp(async (service) => {
    await post(service, purchase, sale);
    await reverse(sale)(service);
    const again = syntheticNote({
      seed: 7,
      emit: COMPANY,
      dest: customer,
      refNFe: [sale.accessKey],
      items: [SCREW],
    });
    await post(service, again);
    expect(await balance(service)).toBe(7);
  }));

test("maintenance leaves a note alone by which nothing comes back of the reversed notes that it names", () =>
  withApp(async (service) => {
    await post(service, purchase, sale);
    for (const note of [sale, purchase]) await reverse(note)(service);
    const returned: NoteOptions = {
      ...RETURN,
      dest: customer,
      tpNF: "0",
      CFOP: "1202",
      items: [SCREW],
    };
    const refNFe = [sale.accessKey];
    for (const [note, ...holds] of [
      // A purchase, a note of the original's own direction, and one without goods.
      [syntheticNote({ seed: 13, emit, refNFe, items: [SCREW] })],
      [syntheticNote({ ...returned, seed: 15, refNFe: [purchase.accessKey] })],
      [syntheticNote({ ...returned, seed: 17, refNFe, CFOP: "1933" }), "no_goods"],
    ] as const) {
      await service.upload(note.xml);
      expect(await shown(service, note)).toEqual(["PENDENTE", ...holds]);
    }
    expect(await rejudgeSlice(service.ports, 1)).toBe(0);
  }));
