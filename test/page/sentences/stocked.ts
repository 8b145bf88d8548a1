import { equal, ok } from "node:assert/strict";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, SUPPLIERS } from "../../../src/synthetic/trade.ts";
import type { Visit, World } from "../browser.ts";

/** What a barcode reader does: 13 digits in 30 ms, then Enter. */
export async function scan({ page }: Visit, code: string): Promise<void> {
  await page.getByRole("searchbox").focus();
  await page.keyboard.type(code, { delay: 2 });
  await page.keyboard.press("Enter");
}

/** Registers a product. */
export const made = async (world: World, product: Record<string, unknown>): Promise<void> => {
  const { status, body } = await world.call("POST", "/api/products", { unit: "UN", ...product });
  equal(status, 201, JSON.stringify(body));
};

/** Posts a movement by hand. */
export const moved = async (world: World, movement: Record<string, unknown>): Promise<void> => {
  const { status, body } = await world.call("POST", "/api/movements", movement);
  equal(status, 201, JSON.stringify(body));
};

/** Uploads a note and approves it. */
async function approved(world: World, xml: string): Promise<void> {
  const answer = JSON.stringify(await world.upload(xml, "?approve=true"));
  ok(answer.includes('"PROCESSADA"'), answer);
}

const BOUGHT = [
  { day: "2026-09-10", quantity: 24, cost: "52.10", lot: "L2609", expires: "2026-12-10" },
  { day: "2026-10-05", quantity: 30, cost: "54.40", lot: "L2610", expires: "2027-03-31" },
  { day: "2026-11-19", quantity: 36, cost: "58.68", lot: "L2611", expires: "2027-05-31" },
] as const;

/** The sales between them. Notes bring their own dates; a person's date may not be before the first movement. */
const SOLD = [
  { day: "2026-09-28", quantity: 18 },
  { day: "2026-10-30", quantity: 21 },
] as const;

/** Three purchases on three days and two sales between them; gives the product's code. */
export async function lived(world: World): Promise<string> {
  await world.call("PATCH", "/api/company", { cnpjs: [COMPANY.cnpj] });
  for (const [i, { day, quantity, cost, lot, expires }] of BOUGHT.entries()) {
    const { xml } = syntheticNote({
      seed: 7_101 + i,
      emit: SUPPLIERS[0],
      issuedAt: `${day}T10:00:00-03:00`,
      items: [
        {
          cProd: "CF-1000",
          xProd: "CAFE EM GRAOS 1KG",
          uCom: "UN",
          qCom: String(quantity),
          vUnCom: cost,
          lots: [{ nLote: lot, qLote: `${quantity}.000`, dFab: "2026-08-01", dVal: expires }],
        },
      ],
    });
    await approved(world, xml);
  }
  const found = await world.call("GET", "/api/products?search=cafe+em+graos");
  const code = /"code":"([^"]+)"/.exec(JSON.stringify(found.body))?.[1] ?? "";
  ok(code !== "", JSON.stringify(found.body));
  for (const [i, { day, quantity }] of SOLD.entries()) {
    const { xml } = syntheticNote({
      seed: 7_201 + i,
      emit: COMPANY,
      dest: SUPPLIERS[1],
      tpNF: "1",
      issuedAt: `${day}T10:00:00-03:00`,
      items: [
        {
          cProd: code,
          xProd: "CAFE EM GRAOS 1KG",
          uCom: "UN",
          qCom: String(quantity),
          vUnCom: "79.90",
        },
      ],
    });
    await approved(world, xml);
  }
  const minimum = { min_stock: 30, location: "A-12" };
  await world.call("PATCH", `/api/products/${encodeURIComponent(code)}`, minimum);
  return code;
}
