import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import type { TestApp } from "../../support/app.ts";
import { supplier } from "../../support/notes/purchase.ts";

/** What the tests of products ask for. */

export const note = (
  seed: number,
  items: readonly { cProd: string; xProd: string; vUnCom?: string }[],
) =>
  syntheticNote({
    seed,
    emit: supplier,
    items: items.map((item) => ({ uCom: "UN", qCom: "3", vUnCom: "1.10", ...item })),
  }).xml;
export const stocked = (service: TestApp) =>
  service.upload(
    note(1, [
      { cProd: "P/1", xProd: "AÇÚCAR CRISTAL", vUnCom: "0.3333333333" },
      { cProd: "P2", xProd: "ACUCAR DE COCO" },
    ]),
    "?approve=true",
  );
// biome-ignore lint/suspicious/noExplicitAny: lines of an answer whose shape is what the tests prove
export type Line = Record<string, any>;
/** As the form of the old client sends it: the code raw in the path, the object as text. */
export const put = (
  { send }: TestApp,
  code: string,
  line: object,
  headers: Record<string, string> = {},
) =>
  send("PUT", `/api/products/${code}`, {
    body: JSON.stringify(line),
    headers: { "content-type": "text/plain;charset=UTF-8", ...headers },
    as: "GERENTE",
  });
export const stock = async ({ send }: TestApp): Promise<Line[]> =>
  (await send("GET", "/api/stock")).body.data;
export const create = ({ send }: TestApp, json: object) =>
  send("POST", "/api/products", { json: { name: "PRODUTO", unit: "UN", ...json }, as: "GERENTE" });
export const patch = (
  { send }: TestApp,
  code: string,
  json: object,
  headers: Record<string, string> = {},
) => send("PATCH", `/api/products/${encodeURIComponent(code)}`, { json, headers, as: "GERENTE" });
export const remove = ({ send }: TestApp, code: string) =>
  send("DELETE", `/api/products/${encodeURIComponent(code)}`, { as: "GERENTE" });
export const GTIN = "7891000315507";
