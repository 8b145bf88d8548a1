import { expect } from "bun:test";
import type { TestApp } from "../app.ts";
import { createMovement, insertManyMovements, insertProduct } from "./export-rows.ts";

/** Requests an export, and returns its path. */
export async function startExport(
  service: TestApp,
  json: unknown,
  as: "OPERADOR" | "GERENTE" = "OPERADOR",
) {
  const answer = await service.send("POST", "/api/exports", { as, json });
  expect([answer.status, answer.text]).toEqual([202, answer.text]);
  expect(answer.headers.get("location")).toBe(`/api/exports/${answer.body.id}`);
  return `/api/exports/${answer.body.id}`;
}

export const bodyOf = async (service: TestApp, path: string) =>
  (await service.send("GET", path)).body;

export const bytesOf = async (
  service: TestApp,
  path: string,
  headers: Record<string, string> = {},
) => {
  const answer = await service.raw("GET", path, { headers });
  return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
};

export const fillLedger = async (service: TestApp, count = 1_234) => {
  await insertProduct(service, "P", "Prego; 10");
  await insertProduct(service, "Q", "=1+1");
  await insertManyMovements(service, count);
  await createMovement(service, {
    product_code: "Q",
    type: "ENTRADA",
    quantity: "2.5",
    notes: "x",
  });
};
