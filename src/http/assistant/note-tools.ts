import type { z } from "@hono/zod-openapi";
import { holdStep } from "../../messages/pt-BR/documents/hold-steps.ts";
import type { NoteDetailSchema, NoteSummarySchema } from "../views/note-view.ts";
import type { SuggestionSchema } from "../views/suggestion-view.ts";
import { amount, digits, quoted } from "./data.ts";
import { segment } from "./inner-app.ts";
import { queryOf, type ReadTool, textOf } from "./tool.ts";

export type NoteDetail = z.infer<typeof NoteDetailSchema>;
type NoteSummary = z.infer<typeof NoteSummarySchema>;

/** Lines that a text shows; the data have more. */
const SHOWN = 20;
const PAGE = 50;

/** The access key of a note, as an argument. */
export const noteKey = {
  type: "string",
  description: "Chave de acesso da nota (44 caracteres)",
  required: true,
} as const;

/** A note in one line. */
export const noteLine = (
  note: Pick<NoteSummary, "access_key" | "number" | "supplier_name" | "total_value" | "status">,
): string =>
  `Nota ${quoted(note.number)} de ${quoted(note.supplier_name)}, ${amount(note.total_value)}, ${note.status} (${note.access_key})`;

const holdLine = ({ code, message }: { code: string; message: string }): string =>
  `Pendência ${code}: ${quotedSentence(message)}`;
/** A sentence of ours about a document: it may have texts of the document in it. */
const quotedSentence = (sentence: string): string =>
  sentence.length <= 80 ? quoted(sentence) : chunksOf(sentence).map(quoted).join(" ");
const chunksOf = (text: string): string[] =>
  text.slice(0, 400).match(/.{1,78}(?:\s|$)|.{1,78}/gsu) ?? [];

const note: ReadTool = {
  name: "note",
  title: "Uma nota",
  description:
    "Uma NF-e pela chave de acesso: situação, partes, valores, itens com produto e custo, eventos, pendências e avisos.",
  fields: { access_key: noteKey },
  async read(ask, args) {
    const key = textOf(args, "access_key");
    const path = `/api/nfes/${segment(key)}`;
    const found = await ask<NoteDetail>(path);
    return {
      text: [
        noteLine(found),
        `Emitida em ${quoted(found.issued_at)}, ${found.total_items} itens, sentido ${found.direction}.`,
        ...found.holds.map(holdLine),
        ...found.items
          .slice(0, SHOWN)
          .map(
            (item) =>
              `Item ${item.n_item}: ${quoted(item.code)} ${quoted(item.name)}, ${digits(item.quantity)} ${quoted(item.unit)}, ${amount(item.total_price)}, produto ${item.product_code === null ? "sem de-para" : quoted(item.product_code)}`,
          ),
      ],
      data: {
        access_key: found.access_key,
        number: found.number,
        series: found.series,
        supplier_name: found.supplier_name,
        supplier_cnpj: found.supplier_cnpj,
        total_value: found.total_value,
        total_items: found.total_items,
        status: found.status,
        direction: found.direction,
        issued_at: found.issued_at,
        received_at: found.received_at,
        approved_at: found.approved_at,
        holds: found.holds,
        findings: found.findings,
        events: found.events.map(({ type, name }) => ({ type, name })),
        items: found.items.map((item) => ({
          n_item: item.n_item,
          code: item.code,
          name: item.name,
          quantity: item.quantity,
          unit: item.unit,
          total_price: item.total_price,
          landed_cost: item.landed_cost,
          effect: item.effect,
          product_code: item.product_code,
          stock_quantity: item.stock_quantity,
        })),
        reason: found.reason,
      },
      source: {
        routes: [`GET ${path}`],
        access_keys: [found.access_key],
        movement_ids: found.movements.slice(0, PAGE).map(({ id }) => id),
      },
    };
  },
};

const notes: ReadTool = {
  name: "notes",
  title: "Procurar notas",
  description:
    "Procura notas por palavras do fornecedor, número, chave ou CNPJ, por situação e por dia de emissão. Até 50; use cursor para continuar.",
  fields: {
    search: { type: "string", description: "Chave, número, CNPJ ou palavras do nome" },
    status: {
      type: "string",
      values: ["PENDENTE", "PROCESSADA", "DESCARTADA", "ESTORNADA", "CANCELADA"],
      description: "Situação; PENDENTE: o que ainda não está no estoque",
    },
    from: { type: "string", description: "Primeiro dia da emissão (AAAA-MM-DD)" },
    to: { type: "string", description: "Último dia da emissão (AAAA-MM-DD)" },
    cursor: { type: "string", description: "next_cursor da resposta anterior" },
  },
  async read(ask, args) {
    const path = `/api/nfes${queryOf({
      search: textOf(args, "search"),
      status: textOf(args, "status"),
      from: textOf(args, "from"),
      to: textOf(args, "to"),
      cursor: textOf(args, "cursor") || "start",
      limit: PAGE,
    })}`;
    const { data, pagination } = await ask<{
      data: NoteSummary[];
      pagination: { next_cursor: string | null };
    }>(path);
    return {
      text: [
        data.length === 0 ? "Nenhuma nota encontrada." : `${data.length} notas:`,
        ...data.slice(0, SHOWN).map(noteLine),
      ],
      data: { notes: data, next_cursor: pagination.next_cursor },
      source: { routes: [`GET ${path}`], access_keys: data.map(({ access_key }) => access_key) },
    };
  },
};

const whyHeld: ReadTool = {
  name: "why_held",
  title: "Por que a nota tem pendência",
  description:
    "As pendências de uma nota, com a frase de cada uma e o que fazer; e os itens que não têm de-para.",
  fields: { access_key: noteKey },
  async read(ask, args) {
    const path = `/api/nfes/${segment(textOf(args, "access_key"))}`;
    const found = await ask<NoteDetail>(path);
    const holds = found.holds.map((hold) => ({ ...hold, what_to_do: holdStep(hold.code) }));
    const unmapped = found.items.filter(({ product_code }) => product_code === null);
    const rest =
      found.status === "PENDENTE"
        ? "Não há pendências: a nota espera só a aprovação (approve_note)."
        : "A nota não está à espera: veja a situação dela.";
    return {
      text: [
        noteLine(found),
        ...(holds.length === 0 ? [rest] : []),
        ...holds.flatMap((hold) => [holdLine(hold), `O que fazer: ${hold.what_to_do}.`]),
        ...(unmapped.length === 0
          ? []
          : [
              `${unmapped.length} itens sem de-para; um produto novo é criado se a empresa permite.`,
            ]),
        ...found.findings
          .slice(0, SHOWN)
          .map(({ code, message }) => `Aviso ${code}: ${quotedSentence(message)}`),
      ],
      data: {
        access_key: found.access_key,
        status: found.status,
        holds,
        findings: found.findings,
        rules: found.rules,
        unmapped_items: unmapped.map(({ n_item, code, name, unit }) => ({
          n_item,
          code,
          name,
          unit,
        })),
      },
      source: { routes: [`GET ${path}`], access_keys: [found.access_key] },
    };
  },
};

/** Parts of `not_in_stock`, which are there for older clients. */
const SAID_BY_OTHERS: readonly string[] = ["held", "discarded"];

/** What the checks cannot know where the tax office is not asked. */
const UNKNOWN_HERE = {
  all: [],
  some: ["A busca na SEFAZ está desligada para parte dos CNPJs: os deles não foram conferidos."],
  none: ["A busca na SEFAZ está desligada: notas que não chegaram não foram conferidas."],
} as const;

/** Most rows have few of the members: an answer has room for what is known. */
const withoutNulls = (row: object): object =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));

const nsuText = (nsu: number | null, last: number | null): string =>
  `NSU ${digits(nsu)}${last === null || last === nsu ? "" : ` a ${digits(last)}`}`;

interface Missing {
  readonly access_key: string | null;
  readonly supplier_name: string | null;
  readonly series: string | null;
  readonly number: number | null;
  readonly last_number: number | null;
  readonly why: string[];
  readonly due_at: string | null;
  readonly nsu: number | null;
  readonly last_nsu: number | null;
}

/** One thing that a check has found, in one line. */
function missingLine(row: Missing): string {
  const { access_key: key, number, last_number: last, due_at: due } = row;
  const numbers = `série ${quoted(row.series)}, número ${digits(number)}${last === null ? "" : ` a ${digits(last)}`}`;
  const what = key ?? (number === null ? nsuText(row.nsu, row.last_nsu) : numbers);
  return [
    what,
    ...(row.supplier_name === null ? [] : [quoted(row.supplier_name)]),
    ...row.why.map(quotedSentence),
    ...(due === null ? [] : [`até ${due.slice(0, 10)}`]),
  ].join(" ");
}

const monthMissing: ReadTool = {
  name: "month_missing",
  title: "O que falta no mês",
  description:
    "O que falta ou ficou parado em um mês: notas emitidas contra a empresa que não estão aqui, as que estão e não entraram no estoque, manifestações a vencer, NSUs e números que faltam, eventos sem nota; de cada verificação, o que fazer.",
  fields: { month: { type: "string", description: "AAAA-MM, mês da emissão", required: true } },
  async read(ask, args) {
    const path = `/api/reports/completeness?month=${segment(textOf(args, "month"))}&limit=20`;
    const found = await ask<{
      checks: {
        check: string;
        title: string;
        what_to_do: string;
        count: number;
        data: Missing[];
      }[];
      unknown_series: number;
      fetching: keyof typeof UNKNOWN_HERE;
    }>(path);
    const open = found.checks.filter(
      ({ check, count }) => count > 0 && !SAID_BY_OTHERS.includes(check),
    );
    return {
      text: [
        open.length === 0
          ? "Nada falta nas verificações do mês."
          : `${open.length} verificações acharam algo:`,
        ...open.flatMap(({ title, what_to_do, count, data }) => [
          `${title}: ${count}. ${what_to_do}`,
          ...data.slice(0, 5).map((row) => `- ${missingLine(row)}`),
        ]),
        `Séries cujas faltas não se podem conhecer: ${found.unknown_series}.`,
        ...UNKNOWN_HERE[found.fetching],
      ],
      data: {
        checks: found.checks
          .filter(({ check }) => !SAID_BY_OTHERS.includes(check))
          .map(({ data, ...one }) => ({ ...one, data: data.map(withoutNulls) })),
        unknown_series: found.unknown_series,
        fetching: found.fetching,
      },
      source: {
        routes: [`GET ${path}`],
        access_keys: open
          .flatMap(({ data }) => data.map(({ access_key }) => access_key))
          .filter((key) => key !== null)
          .slice(0, PAGE),
      },
    };
  },
};

const waitingItems: ReadTool = {
  name: "waiting_items",
  title: "Itens de fornecedor à espera de de-para",
  description:
    "Os itens das notas pendentes que não têm produto, do maior valor ao menor, cada um com sugestões. Nada é aplicado.",
  fields: { cursor: { type: "string", description: "next_cursor da resposta anterior" } },
  async read(ask, args) {
    const path = `/api/supplier-items/waiting${queryOf({ cursor: textOf(args, "cursor"), limit: 20 })}`;
    const { data, pagination, complete } = await ask<{
      data: {
        supplier_cnpj: string;
        supplier_name: string;
        code: string;
        unit: string;
        name: string;
        total_value: number;
        notes: number;
        suggestions: z.infer<typeof SuggestionSchema>[];
      }[];
      pagination: { next_cursor: string | null };
      complete: boolean;
    }>(path);
    return {
      text: [
        data.length === 0 ? "Nenhum item espera de-para." : `${data.length} itens esperam de-para:`,
        ...data.map((item) => {
          const [best] = item.suggestions;
          const hint =
            best === undefined
              ? "sem sugestão"
              : `sugestão ${quoted(best.product_code)} ${quoted(best.product_name)} (${best.confidence} %)`;
          return `${quoted(item.name)}, código ${quoted(item.code)}, unidade ${quoted(item.unit)}, de ${quoted(item.supplier_name)} (${item.supplier_cnpj}), ${amount(item.total_value)} em ${item.notes} notas: ${hint}`;
        }),
      ],
      data: { items: data, next_cursor: pagination.next_cursor, complete },
      source: { routes: [`GET ${path}`] },
    };
  },
};

export const NOTE_TOOLS: readonly ReadTool[] = [note, notes, whyHeld, monthMissing, waitingItems];
