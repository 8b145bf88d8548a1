import type { z } from "@hono/zod-openapi";
import type { LotSchema, TracedLotSchema, TraceLineSchema } from "../views/lot-view.ts";
import type { StockItemSchema } from "../views/product-view.ts";
import { amount, digits, quoted } from "./data.ts";
import { segment } from "./inner-app.ts";
import { queryOf, type ReadTool, textOf } from "./tool.ts";

type StockItem = z.infer<typeof StockItemSchema>;
interface Kardex {
  readonly data: readonly {
    readonly id: number;
    readonly type: string;
    readonly happened_at: string;
    readonly quantity: number;
    readonly balance: number;
    readonly average_cost: number | null;
    readonly origin: string;
    readonly reference: string | null;
  }[];
  readonly pagination: { readonly next_cursor: string | null };
}

/** Lines that a text shows; the data have more. */
const SHOWN = 20;
const PAGE = 50;

const product = {
  type: "string",
  description: "Código do produto, como stock_search o mostra",
  required: true,
} as const;

const stockLine = (one: StockItem): string =>
  `${quoted(one.code)} ${quoted(one.name)}: ${digits(one.quantity)} ${quoted(one.unit)}, valor ${amount(one.stock_value)}`;

/** An access key inside a text. */
const ACCESS_KEY = /^[0-9A-Z]{44}$/;
const keysOf = (references: readonly (string | null)[]): string[] => [
  ...new Set(references.filter((one): one is string => one !== null && ACCESS_KEY.test(one))),
];

const stockSearch: ReadTool = {
  name: "stock_search",
  title: "Procurar no estoque",
  description:
    "Procura produtos por palavras do nome, código ou código de barras, e diz o saldo e o valor de cada um. Até 50 por chamada; use cursor para continuar.",
  fields: {
    search: { type: "string", description: "Palavras do nome, código ou GTIN; ausente: todos" },
    low: {
      type: "string",
      values: ["true", "false"],
      description: "true: só os que estão abaixo do estoque mínimo",
    },
    cursor: { type: "string", description: "next_cursor da resposta anterior" },
  },
  async read(ask, args) {
    const query = queryOf({
      search: textOf(args, "search"),
      low: textOf(args, "low"),
      cursor: textOf(args, "cursor") || "start",
      limit: PAGE,
    });
    const path = `/api/stock${query}`;
    const { data, pagination } = await ask<{
      data: StockItem[];
      pagination: { next_cursor: string | null };
    }>(path);
    const products = data.map((one) => ({
      code: one.code,
      name: one.name,
      unit: one.unit,
      quantity: one.quantity,
      stock_value: one.stock_value,
      min_stock: one.min_stock,
    }));
    return {
      text: [
        data.length === 0
          ? "Nenhum produto encontrado."
          : `${data.length} produtos${pagination.next_cursor === null ? "" : "; há mais (use cursor)"}:`,
        ...data.slice(0, SHOWN).map(stockLine),
      ],
      data: { products, next_cursor: pagination.next_cursor },
      source: { routes: [`GET ${path}`] },
    };
  },
};

const stockProduct: ReadTool = {
  name: "stock_product",
  title: "Estoque de um produto",
  description:
    "Saldo, valor, último custo e lotes com saldo de um produto, agora ou no fim de um dia.",
  fields: {
    product_code: product,
    at: { type: "string", description: "Um dia (AAAA-MM-DD): o saldo no fim dele; ausente: agora" },
  },
  async read(ask, args) {
    const code = textOf(args, "product_code");
    const path = `/api/stock/${segment(code)}${queryOf({ at: textOf(args, "at") })}`;
    const lotsPath = `/api/products/${segment(code)}/lots?limit=20`;
    const one = await ask<StockItem>(path);
    const lots = await ask<{ data: z.infer<typeof LotSchema>[]; without_lot: number }>(lotsPath);
    return {
      text: [
        stockLine(one),
        `Último custo: ${amount(one.cost_price)} por unidade. Estoque mínimo: ${digits(one.min_stock)}.`,
        ...lots.data.map(
          (lot) =>
            `Lote ${quoted(lot.lot)}: ${digits(lot.quantity)}, validade ${lot.expires_on ?? "sem data"}${lot.expired ? " (VENCIDO)" : ""}`,
        ),
      ],
      data: { product: one, lots: lots.data, without_lot: lots.without_lot },
      source: { routes: [`GET ${path}`, `GET ${lotsPath}`] },
    };
  },
};

const kardex: ReadTool = {
  name: "kardex",
  title: "Kardex de um produto",
  description:
    "Os movimentos de um produto, do mais novo ao mais antigo, com saldo, valor e custo médio depois de cada um. 30 por chamada.",
  fields: {
    product_code: product,
    cursor: { type: "string", description: "next_cursor da resposta anterior" },
  },
  async read(ask, args) {
    const code = textOf(args, "product_code");
    const path = `/api/products/${segment(code)}/kardex${queryOf({ cursor: textOf(args, "cursor"), limit: 30 })}`;
    const { data, pagination } = await ask<Kardex>(path);
    return {
      text: [
        `${data.length} movimentos de ${quoted(code)}:`,
        ...data
          .slice(0, SHOWN)
          .map(
            (one) =>
              `${one.happened_at} ${one.type} ${digits(one.quantity)} → saldo ${digits(one.balance)}, custo médio ${amount(one.average_cost)}, origem ${one.origin} (movimento ${one.id})`,
          ),
      ],
      data: { product_code: code, movements: data, next_cursor: pagination.next_cursor },
      source: {
        routes: [`GET ${path}`],
        access_keys: keysOf(data.map(({ reference }) => reference)),
        movement_ids: data.map(({ id }) => id),
      },
    };
  },
};

const recall: ReadTool = {
  name: "recall_lot",
  title: "Recolher um lote",
  description:
    "De onde um lote veio, para quem foi e o que ainda está no estoque (recall), com as notas e os movimentos.",
  fields: {
    lot: { type: "string", description: "O número do lote (nLote)", required: true },
    product_code: { ...product, required: undefined },
    supplier: { type: "string", description: "CNPJ ou CPF de quem enviou o lote" },
    cursor: { type: "string", description: "next_cursor da resposta anterior" },
  },
  async read(ask, args) {
    const lot = textOf(args, "lot");
    const query = queryOf({
      product_code: textOf(args, "product_code"),
      supplier: textOf(args, "supplier"),
      cursor: textOf(args, "cursor"),
      limit: PAGE,
    });
    const path = `/api/lots/${segment(lot)}/trace${query}`;
    const { totals, data, pagination } = await ask<{
      totals: z.infer<typeof TracedLotSchema>[];
      data: z.infer<typeof TraceLineSchema>[];
      pagination: { next_cursor: string | null };
    }>(path);
    return {
      text: [
        ...totals.map(
          (one) =>
            `Lote ${quoted(lot)} de ${quoted(one.product_code)}, validade ${one.expires_on ?? "sem data"}: entraram ${digits(one.entered)}, saíram ${digits(one.left)}, estão aqui ${digits(one.here)}.`,
        ),
        ...data
          .slice(0, SHOWN)
          .map(
            (one) =>
              `${one.happened_at} ${one.type} ${digits(one.quantity)}${one.note === null ? "" : ` pela nota ${one.note.access_key}, ${quoted(one.note.party?.name)}`}${one.named ? "" : " (o documento não nomeia o lote)"}`,
          ),
      ],
      data: { lot, totals, lines: data, next_cursor: pagination.next_cursor },
      source: {
        routes: [`GET ${path}`],
        access_keys: keysOf(data.map(({ note }) => note?.access_key ?? null)),
        movement_ids: data.map(({ movement_id }) => movement_id),
      },
    };
  },
};

const costRises: ReadTool = {
  name: "cost_rises",
  title: "O que subiu de custo",
  description:
    "As entradas dos últimos dias que custaram mais do que o custo médio de antes, acima do limite da empresa.",
  fields: {
    days: { type: "integer", description: "Quantos dias para trás (1 a 366); ausente: 30" },
  },
  async read(ask, args) {
    const days = textOf(args, "days") || "30";
    const path = `/api/reports/cost-rises?days=${segment(days)}&limit=${PAGE}`;
    const { data, since } = await ask<{
      since: string;
      data: {
        at: string;
        product_code: string;
        product_name: string;
        movement_id: number;
        entry_cost: number;
        average_cost: number;
        percent: number;
      }[];
    }>(path);
    return {
      text: [
        data.length === 0
          ? `Nenhum custo subiu acima do limite da empresa nos últimos ${days} dias.`
          : `${data.length} entradas subiram de custo nos últimos ${days} dias:`,
        ...data
          .slice(0, SHOWN)
          .map(
            (one) =>
              `${quoted(one.product_code)} ${quoted(one.product_name)}: de ${amount(one.average_cost)} para ${amount(one.entry_cost)} (+${one.percent} %) em ${one.at} (movimento ${one.movement_id})`,
          ),
      ],
      data: { since, rises: data },
      source: {
        routes: [`GET ${path}`],
        movement_ids: data.map(({ movement_id }) => movement_id),
      },
    };
  },
};

export const STOCK_TOOLS: readonly ReadTool[] = [
  stockSearch,
  stockProduct,
  kardex,
  recall,
  costRises,
];
