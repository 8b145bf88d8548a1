import { fromScaled, toScaled } from "../../lib/decimal.ts";
import { exactNumber } from "../../lib/exact-number.ts";
import { orFail } from "../../lib/result.ts";
import { Refused } from "../refused.ts";
import { digits, quoted } from "./data.ts";
import { segment } from "./inner-app.ts";
import { type NoteDetail, noteKey, noteLine } from "./note-tools.ts";
import { type Args, type ReadTool, textOf, type WriteTool } from "./tool.ts";

/** Movements, items or notes that a summary counts. */
const count = (list: readonly unknown[] | undefined, one: string, many: string): string =>
  `${list?.length ?? 0} ${list?.length === 1 ? one : many}`;

const reason = {
  type: "string",
  description: "O motivo (de 3 a 500 caracteres), que fica registrado",
  required: true,
} as const;

/** The arguments that are there, by their names in the body of the route. */
const bodyOf = (args: Args, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    names.flatMap((name) => (args[name] === undefined ? [] : [[name, args[name]]])),
  );

const notePath = (args: Args, rest = "") =>
  `/api/nfes/${segment(textOf(args, "access_key"))}${rest}`;

const overridesOf = (args: Args): object => {
  const { override } = args;
  return Array.isArray(override) && override.length > 0 ? { body: { override } } : {};
};

interface ApprovalPlan {
  readonly already_processed: boolean;
  readonly items: readonly { readonly effect: string; readonly new_product: boolean }[];
}

const approveNote: WriteTool = {
  name: "approve_note",
  title: "Pedir a aprovação de uma nota",
  description:
    "Mostra o que a aprovação de uma nota faria no estoque (produtos, fatores, saldos, custos) e pede a confirmação de uma pessoa. Não aprova.",
  fields: {
    access_key: noteKey,
    override: {
      type: "texts",
      description: "Códigos das pendências a liberar (precisa de GERENTE); veja why_held",
    },
  },
  permission: (args) => ("body" in overridesOf(args) ? "manage" : "operate"),
  async plan(plan, args) {
    const note = await plan<NoteDetail>({ method: "GET", path: notePath(args) });
    const path = notePath(args, "/process?dry_run=true");
    const would = await plan<ApprovalPlan>({ method: "POST", path, ...overridesOf(args) });
    const moved = would.items.filter(({ effect }) => effect === "entry" || effect === "exit");
    const fresh = would.items.filter(({ new_product }) => new_product);
    return {
      plan: would,
      summary: `Aprovar: ${noteLine(note)}; ${count(moved, "item muda o estoque", "itens mudam o estoque")}, ${count(fresh, "produto novo", "produtos novos")}.`,
    };
  },
  request: (args) => ({
    method: "POST",
    path: notePath(args, "/process"),
    ...overridesOf(args),
  }),
};

const discardNote: WriteTool = {
  name: "discard_note",
  title: "Pedir o descarte de uma nota",
  description: "Pede a confirmação de uma pessoa para descartar uma nota pendente. Não descarta.",
  fields: { access_key: noteKey, reason },
  permission: () => "manage",
  async plan(plan, args) {
    const note = await plan<NoteDetail>({ method: "GET", path: notePath(args) });
    if (note.status !== "PENDENTE")
      throw new Refused(409, {
        code: "nfe.final",
        detail: "Só uma nota PENDENTE pode ser descartada",
        note_status: note.status,
      });
    const { access_key, number, supplier_name, total_value, status, holds } = note;
    return {
      plan: { access_key, number, supplier_name, total_value, status, holds },
      summary: `Descartar: ${noteLine(note)}. Motivo: ${quoted(textOf(args, "reason"))}.`,
    };
  },
  request: (args) => ({
    method: "POST",
    path: notePath(args, "/discard"),
    body: bodyOf(args, ["reason"]),
  }),
};

interface ReversalPlan {
  readonly already_reversed: boolean;
  readonly movements: readonly unknown[];
}

const reverseNote: WriteTool = {
  name: "reverse_note",
  title: "Pedir o estorno de uma nota",
  description:
    "Mostra os movimentos contrários que estornariam uma nota que está no estoque e pede a confirmação de uma pessoa. Não estorna.",
  fields: { access_key: noteKey, reason },
  permission: () => "manage",
  async plan(plan, args) {
    const note = await plan<NoteDetail>({ method: "GET", path: notePath(args) });
    const path = notePath(args, "/reverse?dry_run=true");
    const body = bodyOf(args, ["reason"]);
    const would = await plan<ReversalPlan>({ method: "POST", path, body });
    return {
      plan: would,
      summary: `Estornar: ${noteLine(note)}; ${count(would.movements, "movimento contrário", "movimentos contrários")}. Motivo: ${quoted(textOf(args, "reason"))}.`,
    };
  },
  request: (args) => ({
    method: "POST",
    path: notePath(args, "/reverse"),
    body: bodyOf(args, ["reason"]),
  }),
};

const movementPath = (args: Args, rest = "") =>
  `/api/movements/${segment(textOf(args, "movement_id"))}/reverse${rest}`;

const reverseMovement: WriteTool = {
  name: "reverse_movement",
  title: "Pedir o estorno de um movimento manual",
  description:
    "Mostra o movimento contrário a um movimento manual e pede a confirmação de uma pessoa. Não estorna.",
  fields: {
    movement_id: {
      type: "integer",
      description: "O id do movimento, como kardex o mostra",
      required: true,
    },
    reason,
  },
  permission: () => "manage",
  async plan(plan, args) {
    const path = movementPath(args, "?dry_run=true");
    const body = bodyOf(args, ["reason"]);
    const would = await plan<ReversalPlan>({ method: "POST", path, body });
    return {
      plan: would,
      summary: `Estornar o movimento ${textOf(args, "movement_id")}: ${count(would.movements, "movimento contrário", "movimentos contrários")}. Motivo: ${quoted(textOf(args, "reason"))}.`,
    };
  },
  request: (args) => ({
    method: "POST",
    path: movementPath(args),
    body: bodyOf(args, ["reason"]),
  }),
};

const MAPPING = ["supplier_cnpj", "code", "unit", "product_code", "factor"] as const;

const mapItem: WriteTool = {
  name: "map_item",
  title: "Pedir um de-para",
  description:
    "Mostra o que mudaria se o item de um fornecedor fosse vinculado a um produto (antes, depois, exemplo, notas pendentes) e pede a confirmação de uma pessoa. Não vincula.",
  fields: {
    supplier_cnpj: { type: "string", description: "CNPJ ou CPF do fornecedor", required: true },
    code: { type: "string", description: "Código do item no fornecedor (cProd)", required: true },
    unit: { type: "string", description: "Unidade do fornecedor (uCom)", required: true },
    product_code: { type: "string", description: "Código do produto da empresa", required: true },
    factor: {
      type: "decimal",
      description:
        "Quantas unidades do estoque há em uma do fornecedor: 12, 2.5 ou 1/12; ausente: 1",
    },
  },
  permission: () => "manage",
  async plan(plan, args) {
    const would = await plan<{ factor_text: string; change: { waiting_notes: unknown[] } }>({
      method: "PUT",
      path: "/api/supplier-items?dry_run=true",
      body: bodyOf(args, MAPPING),
    });
    return {
      plan: would,
      summary: `Vincular o item ${quoted(textOf(args, "code"))} (${quoted(textOf(args, "unit"))}) do fornecedor ${quoted(textOf(args, "supplier_cnpj"))} ao produto ${quoted(textOf(args, "product_code"))}, fator ${would.factor_text}; ${count(would.change.waiting_notes, "nota pendente muda", "notas pendentes mudam")}.`,
    };
  },
  request: (args) => ({ method: "PUT", path: "/api/supplier-items", body: bodyOf(args, MAPPING) }),
};

const MOVEMENT = [
  "product_code",
  "type",
  "quantity",
  "unit_cost",
  "batch_number",
  "notes",
  "happened_at",
] as const;

const recordMovement: WriteTool = {
  name: "record_movement",
  title: "Pedir um movimento manual",
  description:
    "Mostra o saldo de um produto antes e depois de uma entrada ou saída manual e pede a confirmação de uma pessoa. Não lança.",
  fields: {
    product_code: { type: "string", description: "Código do produto", required: true },
    type: {
      type: "string",
      values: ["ENTRADA", "SAIDA"],
      description: "ENTRADA ou SAIDA",
      required: true,
    },
    quantity: { type: "decimal", description: "Maior que zero, até 4 casas", required: true },
    unit_cost: { type: "decimal", description: "Custo por unidade, até 4 casas" },
    batch_number: { type: "string", description: "Lote" },
    notes: { type: "string", description: "Observação" },
    happened_at: {
      type: "string",
      description: "Um dia ou um instante; ausente: o momento da confirmação",
    },
  },
  permission: () => "operate",
  async plan(plan, args) {
    const code = textOf(args, "product_code");
    const line = await plan<{ name: string; unit: string; quantity: number }>({
      method: "GET",
      path: `/api/stock/${segment(code)}`,
    });
    const moved = toScaled(textOf(args, "quantity"), 4);
    if (!moved.ok || moved.value === 0)
      throw new Refused(422, {
        code: "request.invalid",
        detail: "quantity deve ser um decimal maior que zero, com até 4 casas",
      });
    const before = BigInt(orFail(scaled(line.quantity)));
    const after =
      textOf(args, "type") === "ENTRADA"
        ? before + BigInt(moved.value)
        : before - BigInt(moved.value);
    const balance_after = exactNumber(fromScaled(after, 4));
    return {
      plan: {
        ...bodyOf(args, MOVEMENT),
        name: line.name,
        unit: line.unit,
        balance_before: line.quantity,
        balance_after,
      },
      summary: `Lançar ${textOf(args, "type") === "ENTRADA" ? "entrada" : "saída"} de ${textOf(args, "quantity").slice(0, 40).replace(".", ",")} ${quoted(line.unit)} de ${quoted(code)} ${quoted(line.name)}: saldo de ${digits(line.quantity)} para ${digits(balance_after)}${after < 0n ? " (negativo: a confirmação é recusada se a empresa não o permite)" : ""}.`,
    };
  },
  request: (args) => ({
    method: "POST",
    path: "/api/movements",
    body: bodyOf(args, MOVEMENT),
  }),
};

/** A balance of our own answer, which has at most 4 places. */
const scaled = (quantity: number) => {
  const read = toScaled(JSON.stringify(quantity), 4, { signed: true });
  return read.ok ? read : { ok: false as const, error: { code: read.error } };
};

export const WRITE_TOOLS: readonly WriteTool[] = [
  approveNote,
  discardNote,
  mapItem,
  recordMovement,
  reverseNote,
  reverseMovement,
];

/** What became of a request for a confirmation. */
export const CONFIRMATION_TOOL: ReadTool = {
  name: "confirmation",
  title: "O que houve com um pedido",
  description: "Diz se um pedido espera, foi confirmado ou recusado por uma pessoa, ou expirou.",
  fields: {
    confirmation_id: { type: "string", description: "Como o pedido o devolveu", required: true },
  },
  async read(ask, args) {
    const path = `/api/confirmations/${segment(textOf(args, "confirmation_id"))}`;
    const found = await ask<{ state: keyof typeof STATES; summary: string; expires_at: string }>(
      path,
    );
    return {
      text: [`O pedido ${STATES[found.state]}.`],
      data: { ...found },
      source: { routes: [`GET ${path}`] },
    };
  },
};

const STATES = {
  waiting: "espera a confirmação de uma pessoa",
  confirmed: "foi confirmado por uma pessoa, e gravado",
  refused: "foi recusado por uma pessoa; nada foi gravado",
  expired: "expirou; nada foi gravado",
} as const;
