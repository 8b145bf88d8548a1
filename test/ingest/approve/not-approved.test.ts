import { describe, expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { enqueueBatch, xmlFile } from "../../support/notes/enqueue-batch.ts";
import { screw, supplier } from "../../support/notes/purchase.ts";
import { runJobs } from "../../support/run-jobs.ts";

const note = syntheticNote({ seed: 2, emit: supplier, items: [screw] });

/** A product with nearly as much as a balance can hold: ten more are too many. */
async function nearlyFull({ upload, send }: TestApp): Promise<void> {
  await upload(syntheticNote({ seed: 1, emit: supplier, items: [screw] }).xml, "?approve=true");
  for (const quantity of ["900000000000", "719925460"])
    await send("POST", "/api/movements", {
      json: { product_code: "001", type: "ENTRADA", quantity, origin: "AJUSTE" },
    });
}

const files = (...xmls: string[]): FormData => {
  const form = new FormData();
  for (const [i, xml] of xmls.entries()) form.append("files", new File([xml], `${i}.xml`));
  return form;
};

/** The ways on which a note is registered and approved at once. */
const WAYS: readonly (readonly [string, (service: TestApp) => Promise<unknown>])[] = [
  ["an upload with approve=true", ({ upload }) => upload(note.xml, "?approve=true")],
  [
    "an upload to a company that approves by itself",
    async ({ upload, send }) => {
      await send("PATCH", "/api/company", { json: { auto_approve: true } });
      return upload(note.xml);
    },
  ],
  ["a batch", ({ send }) => send("POST", "/api/nfe/batch?approve=true", { body: files(note.xml) })],
  [
    "a queued batch",
    async (service) => {
      await enqueueBatch(service, [xmlFile("a.xml", note.xml)], "&approve=true");
      await runJobs(service.ports);
    },
  ],
];

describe("a good note that the stock cannot take", () => {
  test.each(WAYS)("is kept as PENDENTE, with the reason, by %s", (_, way) =>
    withApp(async (service) => {
      await nearlyFull(service);
      await way(service);
      const { status, body } = await service.send("GET", `/api/nfes/${note.accessKey}`);
      expect([status, body?.status, body?.holds]).toEqual([200, "PENDENTE", []]);
      expect(body.findings).toContainEqual({
        code: "not_approved",
        severity: "warning",
        path: null,
        message:
          "A nota foi registrada, mas não aprovada: a quantidade ou o saldo do produto 001 excede o limite do sistema.",
      });
      expect(body.movements).toEqual([]);
      expect(await reconcileAll(service.ports, 1)).toEqual([]);
    }),
  );

  test("is approved once there is room, and the finding goes", () =>
    withApp(async (service) => {
      await nearlyFull(service);
      await service.upload(note.xml, "?approve=true");
      const path = `/api/nfes/${note.accessKey}`;
      expect((await service.send("POST", `${path}/process`)).body.code).toBe("stock.out_of_range");
      await service.send("POST", "/api/movements", {
        json: { product_code: "001", type: "SAIDA", quantity: 100, origin: "AJUSTE" },
      });
      expect((await service.send("POST", `${path}/process`)).status).toBe(200);
      const { body } = await service.send("GET", path);
      expect(body.status).toBe("PROCESSADA");
      expect(JSON.stringify(body.findings)).not.toContain("not_approved");
    }));

  test("names the product and the missing quantity where the company forbids a balance below zero", () =>
    withApp(async ({ upload, send }) => {
      await upload(syntheticNote({ seed: 1, emit: supplier, items: [screw] }).xml, "?approve=true");
      await send("PATCH", "/api/company", { json: { allow_negative: false } });
      const sale = syntheticNote({
        seed: 3,
        emit: COMPANY,
        dest: CUSTOMER,
        items: [{ ...screw, qCom: "10.5" }],
      });
      const { body } = await upload(sale.xml, "?approve=true");
      expect(body.status).toBe("PENDENTE");
      expect(body.findings).toContainEqual(
        expect.objectContaining({
          code: "not_approved",
          message:
            "A nota foi registrada, mas não aprovada: estoque insuficiente do produto 001 (saldo 10, pedido 10,5).",
        }),
      );
    }));
});
