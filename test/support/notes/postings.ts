import { expect } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER } from "../../../src/synthetic/trade.ts";
import type { TestApp } from "../app.ts";
import { supplier } from "./purchase.ts";

/** An item of a note; its code becomes that of the product. */
export const item = (cProd: string, qCom: string, vUnCom: string, more = {}) => ({
  cProd,
  xProd: `PRODUTO ${cProd}`,
  uCom: "UN",
  qCom,
  vUnCom,
  ...more,
});

/** A purchase that is in stock. */
export const buy = async (
  { upload }: TestApp,
  seed: number,
  items: readonly ReturnType<typeof item>[],
  issuedAt = "2026-11-20T10:00:00-03:00",
) => {
  const note = syntheticNote({ seed, emit: supplier, items: [...items], issuedAt });
  const { body } = await upload(note.xml, "?approve=true");
  expect(body.status).toBe("PROCESSADA");
  return note;
};

/** A sale of ours, which is posted below zero too. */
export const sell = async ({ upload }: TestApp, seed: number, cProd: string, qCom: string) => {
  const items = [item(cProd, qCom, "9.00")];
  const issuedAt = "2026-11-22T10:00:00-03:00";
  const note = syntheticNote({
    seed,
    emit: COMPANY,
    dest: CUSTOMER,
    CFOP: "5102",
    items,
    issuedAt,
  });
  const { body } = await upload(note.xml, "?approve=true");
  expect(body.status).toBe("PROCESSADA");
};

/** A manual movement, of P1 where no other product is given. */
export const move = (service: TestApp, json: object) =>
  service.send("POST", "/api/movements", { json: { product_code: "P1", ...json } });
