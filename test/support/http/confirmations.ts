import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import type { TestApp } from "../app.ts";
import { supplier } from "../notes/purchase.ts";
import type { Assistant } from "./assistant.ts";

const item = { cProd: "P1", xProd: "PARAFUSO", uCom: "UN", qCom: "10", vUnCom: "2.00" };
/** In stock, to be approved, and without its protocol: the notes of `stocked`. */
export const posted = syntheticNote({ seed: 1, emit: supplier, items: [item] });
export const waiting = syntheticNote({ seed: 2, emit: supplier, items: [item] });
export const bare = syntheticNote({ seed: 3, emit: supplier, items: [item], root: "NFe" });
/** The address of a confirmation. */
export const path = (id: unknown) => `/api/confirmations/${id}`;

/** A product with something in stock, and a movement of it by hand. */
export interface Stocked {
  readonly code: string;
  readonly movement: number;
}

export async function stocked({ upload, send, rows }: TestApp): Promise<Stocked> {
  await upload(posted.xml, "?approve=true");
  await upload(waiting.xml, "?approve=false");
  await upload(bare.xml, "?approve=false");
  const [line] = await rows("select code from products");
  const code = String(line?.code);
  const made = await send("POST", "/api/movements", {
    json: { product_code: code, type: "ENTRADA", quantity: 1, unit_cost: 1 },
  });
  return { code, movement: made.body.movement.id };
}

/** Asks for a movement by hand; gives the answer of the tool. */
export const askMovement = async ({ call }: Assistant, code: string, more = {}) => {
  const asked = await call("record_movement", {
    product_code: code,
    type: "ENTRADA",
    quantity: 5,
    unit_cost: 2,
    ...more,
  });
  return asked.body.data;
};
