import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { patch } from "./product-calls.ts";

const [emit] = SUPPLIERS;

/** A purchase of ten of P1, and of P2, each at its price; resolves with its key. */
async function bought(service: TestApp, seed: number, prices: Record<string, string>) {
  const items = Object.entries(prices).map(([cProd, vUnCom]) => ({
    cProd,
    xProd: cProd,
    uCom: "UN",
    qCom: "10",
    vUnCom,
  }));
  const note = syntheticNote({ seed, emit, items });
  const { body } = await service.upload(note.xml, "?approve=true");
  expect(body.status).toBe("PROCESSADA");
  return note.accessKey;
}

/** The last costs of P1 and P2 as the stock shows them. */
async function costs(service: TestApp): Promise<number[]> {
  const { data } = (await service.send("GET", "/api/stock")).body;
  return data.map((line: { last_cost_total: number }) => line.last_cost_total);
}

const changedAt = async (service: TestApp, code: string): Promise<number> =>
  Date.parse((await service.send("GET", `/api/products/${code}`)).body.updated_at);

test("a last cost is that of a note, then a person's, then the next note's; a reversal restores the one before", () =>
  withApp(async (service) => {
    const { clock } = service.ports;
    await bought(service, 1, { P1: "2.00", P2: "3.00" });
    clock.advance(60_000);
    expect((await patch(service, "P1", { cost_price: 3.5 })).status).toBe(200);
    expect(await costs(service)).toEqual([3.5, 30]);

    clock.advance(60_000);
    const key = await bought(service, 2, { P1: "4.00" });
    expect(await costs(service)).toEqual([40, 30]);
    expect(await changedAt(service, "P1")).toBe(clock.now());
    expect(await changedAt(service, "P2")).toBe(clock.now() - 120_000);

    const json = { product_code: "P2", type: "ENTRADA", quantity: 1, unit_cost: 9 };
    expect((await service.send("POST", "/api/movements", { json })).status).toBe(201);
    expect(await costs(service)).toEqual([40, 9]);

    const reason = { reason: "Nota lançada em duplicidade" };
    const reversed = await service.send("POST", `/api/nfes/${key}/reverse`, { json: reason });
    expect(reversed.status).toBe(200);
    expect(await costs(service)).toEqual([20, 9]);
  }));

test("a cost that a person clears stays cleared beside the balance too", () =>
  withApp(async (service) => {
    await bought(service, 1, { P1: "2.00" });
    expect((await patch(service, "P1", { cost_price: null })).status).toBe(200);
    expect((await service.send("GET", "/api/stock")).body.data).toMatchObject([
      { last_cost_total: null },
    ]);
  }));

test("an edit of other data that a note overtakes keeps the note's cost, and one of the cost is made of it", () =>
  withApp(async (service) => {
    await bought(service, 1, { P1: "2.00" });
    beforeNextCommit(service.ports, () => bought(service, 2, { P1: "4.00" }));
    expect((await patch(service, "P1", { location: "A1" })).status).toBe(200);
    expect(await costs(service)).toEqual([40]);
    beforeNextCommit(service.ports, () => bought(service, 3, { P1: "5.00" }));
    expect((await patch(service, "P1", { cost_price: 7 })).status).toBe(200);
    expect(await costs(service)).toEqual([7]);
    const [line] = await service.rows(
      "select detail from audit where action = 'product.change' order by id desc limit 1",
    );
    expect(JSON.parse(String(line?.detail)).before).toMatchObject({ last_cost_e2: 5_000 });
  }));
