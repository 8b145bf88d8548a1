import { expect, test } from "bun:test";
import { wrongSteps } from "../../../src/stock/reconcile/wrong-steps.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { withApp } from "../../support/app.ts";

const [emit] = SUPPLIERS;
const SCREW = { cProd: "P1", xProd: "PARAFUSO", uCom: "UN", qCom: "10", vUnCom: "2.00" };

/** What is forged in a row, each by the least that there is. */
const FORGERIES = [
  ["the value of an exit", "SAIDA", "value_e2 = value_e2 - 1, after_e2 = after_e2 - 1"],
  ["what a late cost passes on", "VALOR", "passed_e2 = passed_e2 + 1, after_e2 = after_e2 - 1"],
  [
    "the units of a late cost",
    "VALOR",
    "undoes = (select max(id) from movements where type = 'ENTRADA')",
  ],
  ["the balance after an entry", "ENTRADA", "after_e2 = after_e2 + 1"],
] as const;

for (const [what, type, change] of FORGERIES)
  test(`the proof of the steps finds ${what} that is forged in a row`, () =>
    withApp(async (service) => {
      const { ports, upload, send } = service;
      const note = syntheticNote({ seed: 1, emit, items: [SCREW] });
      await upload(note.xml, "?approve=true");
      const exit = { product_code: "P1", type: "SAIDA", quantity: 3 };
      await send("POST", "/api/movements", { json: exit });
      await send("POST", `/api/nfes/${note.accessKey}/costs`, {
        json: { amount: "10.01", reason: "frete" },
      });
      await upload(
        syntheticNote({ seed: 2, emit, items: [{ ...SCREW, qCom: "1" }] }).xml,
        "?approve=true",
      );
      expect((await wrongSteps(ports, 1)).wrong).toEqual([]);
      const write = (sql: string) => ports.database.writing.execute(sql);
      await write("drop trigger movements_are_never_updated");
      await write(
        `update movements set ${change} where id = (select min(id) from movements where type = '${type}')`,
      );
      const { wrong, checked } = await wrongSteps(ports, 1);
      expect([wrong.length > 0, checked]).toEqual([true, 4]);
    }));

test("the proof of the steps finds what took a late cost back that gives the stock more than that had taken", () =>
  withApp(async (service) => {
    const { ports, upload, send } = service;
    const note = syntheticNote({ seed: 1, emit, items: [SCREW] });
    await upload(note.xml, "?approve=true");
    const path = `/api/nfes/${note.accessKey}/costs`;
    const { body } = await send("POST", path, { json: { amount: "-1500", reason: "abatimento" } });
    await send("POST", `${path}/${body.cost_id}/reverse`, { json: { reason: "engano" } });
    expect((await wrongSteps(ports, 1)).wrong).toEqual([]);
    const write = (sql: string) => ports.database.writing.execute(sql);
    await write("drop trigger movements_are_never_updated");
    await write(
      "update movements set passed_e2 = passed_e2 - 1, after_e2 = after_e2 + 1 where id = (select max(id) from movements)",
    );
    const { wrong, checked } = await wrongSteps(ports, 1);
    expect([wrong, checked]).toEqual([[{ product: "P1", id: 3 }], 3]);
  }));
