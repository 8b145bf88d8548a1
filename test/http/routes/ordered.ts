import { expect } from "bun:test";
import type { Service } from "../../support/service.ts";
import { many, movement, product } from "./exported.ts";

/** Orders a file, and gives its path. */
export async function ordered(
  service: Service,
  json: unknown,
  as: "OPERADOR" | "GERENTE" = "OPERADOR",
) {
  const answer = await service.send("POST", "/api/exports", { as, json });
  expect([answer.status, answer.text]).toEqual([202, answer.text]);
  expect(answer.headers.get("location")).toBe(`/api/exports/${answer.body.id}`);
  return `/api/exports/${answer.body.id}`;
}

export const view = async (service: Service, path: string) =>
  (await service.send("GET", path)).body;

export const bytesOf = async (
  service: Service,
  path: string,
  headers: Record<string, string> = {},
) => {
  const answer = await service.raw("GET", path, { headers });
  return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
};

export const filled = async (service: Service, count = 1_234) => {
  await product(service, "P", "Prego; 10");
  await product(service, "Q", "=1+1");
  await many(service, count);
  await movement(service, { product_code: "Q", type: "ENTRADA", quantity: "2.5", notes: "x" });
};
