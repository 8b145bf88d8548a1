import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { withApp } from "../../support/app.ts";
import { supplier } from "../../support/notes/purchase.ts";

const box = { cProd: "001", xProd: "PARAFUSO", uCom: "CX", qCom: "1", vUnCom: "2.00" };
const both = (seed: number) =>
  syntheticNote({ seed, emit: supplier, items: [box, { ...box, uCom: "UN" }] });

test("a factor belongs to one unit of a code: that of boxes does not change pieces", () =>
  withApp(async ({ upload, send, rows }) => {
    await upload(both(1).xml, "?approve=true");
    const second = both(2);
    await upload(second.xml);
    const json = { items: [{ n_item: 1, factor: 12 }] };
    expect((await send("POST", `/api/nfes/${second.accessKey}/process`, { json })).status).toBe(
      200,
    );
    const third = both(3);
    await upload(third.xml);
    expect((await send("POST", `/api/nfes/${third.accessKey}/process`)).status).toBe(200);
    for (const { accessKey } of [second, third])
      expect(
        await rows("select quantity_e4 from movements where reference = ?1 order by id", [
          accessKey,
        ]),
      ).toEqual([{ quantity_e4: 120_000 }, { quantity_e4: 10_000 }]);
    expect(await rows("select unit, factor_e4 from supplier_items order by unit")).toEqual([
      { unit: "CX", factor_e4: 120_000 },
      { unit: "UN", factor_e4: 10_000 },
    ]);
  }));
