import { z } from "zod";
import { readAs, type Service } from "../cli/service/service-client.ts";

const Level = z.object({
  code: z.string(),
  name: z.string(),
  quantity: z.number(),
  min_stock: z.number().nullable(),
});
type Level = z.infer<typeof Level>;

/** What a shop has; the first word of a product's name tells where it belongs. */
const CATEGORIES: readonly (readonly [name: string, goods: RegExp])[] = [
  ["Bebidas", /^(?:CAFE|AGUA|SUCO|LEITE)/],
  ["Frios e laticínios", /^(?:QUEIJO|IOGURTE|OVOS)/],
  ["Farmácia", /^(?:SORO|VITAMINA)/],
  ["Limpeza e higiene", /^(?:DETERGENTE|PAPEL)/],
  ["Hortifrúti", /^(?:BANANA|LARANJA)/],
  ["Ferragens e embalagens", /^(?:LAMPADA|PARAFUSO|SACOLA|POTE|FILTRO)/],
  ["Mercearia", /./],
];

const levels = async (service: Service): Promise<Level[]> =>
  (await readAs(z.object({ data: z.array(Level) }), await service.ask("/api/stock?limit=100")))
    .data;

const send = (
  service: Service,
  method: "POST" | "PATCH",
  path: string,
  json: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  service.ask(path, {
    method,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(json),
  });

/** Gives each product its category, and a minimum of a third of what there is now. */
export async function organise(service: Service): Promise<void> {
  const ids = new Map<string, number>();
  for (const [name] of CATEGORIES) {
    const made = await send(service, "POST", "/api/categories", { name });
    ids.set(name, (await readAs(z.object({ id: z.number() }), made)).id);
  }
  for (const { code, name, quantity } of await levels(service)) {
    const category = CATEGORIES.find(([, goods]) => goods.test(name))?.[0] ?? "";
    const json = { category_id: ids.get(category), min_stock: Math.ceil(quantity / 3) };
    await send(service, "PATCH", `/api/products/${encodeURIComponent(code)}`, json);
  }
}

/** The sales of a day without a note of their own: of two products in three, between 6 and 15 of 100 that are there. */
export async function sellAtCounter(service: Service, day: number): Promise<void> {
  const items = (await levels(service)).flatMap(({ code, quantity }, n) => {
    const percent = 6 + ((n * 7 + day * 3) % 10);
    const sold = Math.floor((quantity * percent) / 100);
    return (n + day) % 3 === 0 || sold < 1 ? [] : [exit(code, sold, "Caixa do dia")];
  });
  if (items.length > 0) await send(service, "POST", "/api/movements/batch", { items });
}

/** A large order takes four products below their minimum. */
export async function sellBelowMinimum(service: Service): Promise<void> {
  const items = (await levels(service)).flatMap(({ code, quantity, min_stock }, n) => {
    const sold = Math.floor(quantity - (min_stock ?? 0) / 2);
    return n % 6 !== 1 || sold < 1 ? [] : [exit(code, sold, "Encomenda de evento")];
  });
  await send(service, "POST", "/api/movements/batch", { items });
}

const exit = (code: string, quantity: number, reference: string) => ({
  product_code: code,
  type: "SAIDA",
  quantity,
  origin: "VENDA",
  reference,
});

const Count = z.object({ count: z.object({ id: z.union([z.string(), z.number()]) }) });

/** Counts some products; `wrong`: how much less is found of every third one. */
async function count(service: Service, name: string, some: readonly Level[], wrong: number) {
  const codes = some.map(({ code }) => code);
  const made = await send(service, "POST", "/api/counts", {
    name,
    scope: "products",
    product_codes: codes,
  });
  const { id } = (await readAs(Count, made)).count;
  const lines = some.map(({ code, quantity }, n) => ({
    product_code: code,
    quantity: n % 3 === 1 ? Math.max(0, Math.floor(quantity) - wrong) : quantity,
    device: "celular da loja",
  }));
  return { id, lines };
}

/** A count of eight products with two differences, closed. */
export async function closedCount(service: Service): Promise<void> {
  const { id, lines } = await count(
    service,
    "Prateleira da frente",
    (await levels(service)).slice(0, 8),
    2,
  );
  await send(
    service,
    "POST",
    `/api/counts/${id}/lines`,
    { lines },
    { "idempotency-key": `${id}-1` },
  );
  const close = { missing: "keep", reason: "Contagem do mês: quebra e perda" };
  await send(service, "POST", `/api/counts/${id}/close`, close);
}

/** A count of ten products that is half done. */
export async function openCount(service: Service): Promise<void> {
  const some = (await levels(service)).slice(8, 18);
  const { id, lines } = await count(service, "Depósito", some, 1);
  const half = { lines: lines.slice(0, 5) };
  await send(service, "POST", `/api/counts/${id}/lines`, half, { "idempotency-key": `${id}-1` });
}
