import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { withApp } from "../../support/app.ts";

const item = { cProd: "P1", xProd: "PRODUTO", uCom: "UN", qCom: "10", vUnCom: "1.00" };

for (const [quantity, unit_cost, cost_e2] of [
  ["1", "0.005", 1],
  ["1", "0.0049", 0],
  ["3", "0.115", 35],
  ["0.5", "0.03", 2],
] as const)
  test(`the total cost of ${quantity} at ${unit_cost} is rounded half up`, () =>
    withApp(async ({ upload, send, rows }) => {
      await upload(syntheticNote({ items: [item] }).xml, "?approve=true");
      const json = { product_code: "P1", type: "ENTRADA", quantity, unit_cost };
      expect((await send("POST", "/api/movements", { json })).status).toBe(201);
      expect(await rows("select cost_e2 from movements where origin = 'MANUAL'")).toEqual([
        { cost_e2 },
      ]);
    }));
