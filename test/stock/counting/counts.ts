import type { Answer, Send, TestApp } from "../../support/app.ts";

/** What the tests of counts ask. */

type Line = Readonly<Record<string, unknown>>;

/** A movement by hand that makes a product have some stock; the product is made by SQL. */
export async function product(
  { ports, send }: TestApp,
  code: string,
  quantity: number,
  more: {
    cost?: number;
    barcode?: string;
    category?: number;
    location?: string;
    min?: number;
  } = {},
): Promise<void> {
  const { cost = 2, barcode = null, category = null, location = null, min = 0 } = more;
  await ports.writer.commit({
    statements: [
      {
        sql: `insert into products (company, code, name, unit, barcode, category_id, location, min_stock_e4, created_at, updated_at)
          values (1, ?1, 'PRODUTO ' || ?1, 'UN', ?2, ?3, ?4, ?5, 0, 0)`,
        args: [code, barcode, category, location, min],
      },
    ],
    read: () => undefined,
  });
  if (quantity > 0) await move({ send }, code, quantity, cost);
}

/** A movement by hand: an entry where `quantity` is positive, else an exit. */
export const move = ({ send }: Pick<TestApp, "send">, code: string, quantity: number, cost = 2) =>
  send("POST", "/api/movements", {
    json: {
      product_code: code,
      type: quantity > 0 ? "ENTRADA" : "SAIDA",
      quantity: String(Math.abs(quantity)),
      ...(quantity > 0 ? { unit_cost: cost } : {}),
    },
  });

export const open = (service: TestApp, scope: object = { scope: "all" }): Promise<Answer> =>
  service.send("POST", "/api/counts", { as: "GERENTE", json: { name: "Inventário", ...scope } });

export async function opened(service: TestApp, scope?: object): Promise<string> {
  return (await open(service, scope)).body.count.id;
}

let keys = 0;
/** Lines under a key of their own. */
export const count = (
  { send }: TestApp,
  id: string,
  lines: readonly Line[],
  { key = `k${++keys}`, ...options }: Send & { key?: string } = {},
): Promise<Answer> =>
  send("POST", `/api/counts/${id}/lines`, {
    as: "OPERADOR",
    json: { lines: lines.map((line) => ({ device: "coletor 1", ...line })) },
    headers: { "idempotency-key": key },
    ...options,
  });

export const close = (
  { send }: TestApp,
  id: string,
  missing: "keep" | "zero" = "keep",
  query = "",
): Promise<Answer> =>
  send("POST", `/api/counts/${id}/close${query}`, {
    as: "GERENTE",
    json: { missing, reason: "inventário anual" },
  });

export const cancel = ({ send }: TestApp, id: string): Promise<Answer> =>
  send("POST", `/api/counts/${id}/cancel`, { as: "GERENTE", json: { reason: "engano" } });

/** Quantity (1/10⁴) and value (1/10²) of a product. */
export async function balance({ rows }: TestApp, code: string): Promise<[number, number]> {
  const [row] = await rows(
    "select quantity_e4, value_e2 from balances where company = 1 and product = ?1",
    [code],
  );
  return [Number(row?.quantity_e4 ?? 0), Number(row?.value_e2 ?? 0)];
}
