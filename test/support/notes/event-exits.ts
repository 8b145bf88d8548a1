import { expect } from "bun:test";
import { verifyNotes } from "../../../src/ingest/note/verify-notes.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import type { TestApp } from "../app.ts";
import { lossEvent } from "./loss-events.ts";
import { screw, supplier } from "./purchase.ts";

/** A purchase of two items in boxes, and what the tests of event exits ask about it. */

export const SCREW = { ...screw, uCom: "CX" };
export const GLUE = { cProd: "C1", xProd: "COLA", uCom: "CX", qCom: "4", vUnCom: "5.00" };
const note = syntheticNote({ seed: 1, emit: supplier, items: [SCREW, GLUE] });
export const key = note.accessKey;
export const path = `/api/nfes/${key}`;
export const register = (service: TestApp) => service.upload(note.xml);
export const bought = (service: TestApp) => service.upload(note.xml, "?approve=true");

/** A loss of boxes of screws. */
export const loss = (quantity = "2.0000", more = {}) =>
  lossEvent(key, [{ nItem: 1, quantity, unit: "CX" }], more);

export const stock = (service: TestApp) =>
  service.rows("select product, quantity_e4, value_e2 from balances order by product");
export const codes = (list: { code: string }[]) => list.map(({ code }) => code);
export const detail = async ({ send }: TestApp) => (await send("GET", path)).body;
export const exits = ({ rows }: TestApp) =>
  rows(
    "select id, product, type, quantity_e4, value_e2, reference, undoes from movements where origin = 'EVENTO' order by id",
  );

/** The ledger adds up, and no note has movements that its status does not. */
export async function isSound({ ports }: TestApp): Promise<void> {
  expect(await reconcileAll(ports, 1)).toEqual([]);
  expect((await verifyNotes(ports, 1, 0)).flaws).toEqual([]);
}
