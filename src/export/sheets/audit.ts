import { isAuditAction } from "../../journal/audit-actions.ts";
import { canonicalLine } from "../../journal/audit-chain.ts";
import { type AuditFilter, auditConditions } from "../../journal/audit-log.ts";
import { actionSentence } from "../../messages/pt-BR/audit/actions.ts";
import { countStepOf, type KeysetQuery, type Page, pageSql } from "../pages.ts";
import type { Cell, Table } from "../sheet.ts";

const fields = {
  seq: "a.seq",
  at: "a.at",
  name: "u.name",
  email: "u.email",
  action: "a.action",
  // Made of the action and the id.
  sentence: "null",
  entity: "a.entity",
  entityId: "a.entity_id",
  detail: "a.detail",
  requestId: "a.request_id",
  peer: "a.peer",
  userId: "a.user_id",
  keyId: "a.key_id",
  hash: "a.hash",
  // Made of the others: the text that the hash covers.
  chained: "null",
} as const;
const FIELDS = Object.keys(fields);

/** One line for each line of the audit log, in the order of the chain, with what anybody needs to compute it again. */
export const AUDIT: Table<keyof typeof fields> = {
  fields,
  columns: [
    { heading: "Linha", kind: "count", of: "seq" },
    { heading: "Data", kind: "instant", of: "at" },
    { heading: "Usuário", kind: "text", of: "name" },
    { heading: "E-mail", kind: "text", of: "email" },
    { heading: "Ação", kind: "text", of: "action" },
    { heading: "Descrição", kind: "text", of: "sentence" },
    { heading: "Tipo", kind: "text", of: "entity" },
    { heading: "Registro", kind: "text", of: "entityId" },
    { heading: "Detalhe", kind: "text", of: "detail" },
    { heading: "Requisição", kind: "text", of: "requestId" },
    { heading: "Endereço", kind: "text", of: "peer" },
    { heading: "Chave de API", kind: "text", of: "keyId" },
    { heading: "Hash", kind: "text", of: "hash" },
    { heading: "Texto da Cadeia", kind: "text", of: "chained" },
  ],
};

/** The audit lines of a company that match a filter, the oldest first; the conditions are tested on each line of a page. */
export function auditKeyset(company: number, filter: AuditFilter): KeysetQuery {
  const { where, args } = auditConditions(filter, [company]);
  const after = `?${args.length + 1}`;
  const order = `where a.company = ?1 and a.id > ${after} order by a.id`;
  const source = "audit a indexed by audit_by_company";
  const joined = `from ${source} left join users u on u.id = a.user_id ${order}`;
  const sql = pageSql(["a.id"], AUDIT, where, joined, `?${args.length + 2}`);
  return {
    type: "audit",
    start: [0],
    countStep: (cursor) => countStepOf(["a.id"], `from ${source} ${order}`, [...args, ...cursor]),
    page: (cursor, rows, form) => ({ sql: sql[form], args: [...args, ...cursor, rows] }),
    shown: (row) => shownLine(company, row),
  };
}

/** A line with its sentence, and with its canonical text where it has a place in the chain. */
function shownLine(company: number, row: Page[number]): Page[number] {
  const cells = new Map<string, Cell>(FIELDS.map((field, i) => [field, row[i] ?? null]));
  const cell = (field: keyof typeof fields): Cell => cells.get(field) ?? null;
  const [action, entityId] = [String(cell("action")), cell("entityId")];
  cells.set(
    "sentence",
    isAuditAction(action)
      ? actionSentence(action, entityId === null ? null : String(entityId))
      : action,
  );
  const seq = cell("seq");
  if (typeof seq === "number")
    cells.set(
      "chained",
      canonicalLine(company, seq, {
        at: cell("at"),
        user_id: cell("userId"),
        key_id: cell("keyId"),
        action,
        entity: cell("entity"),
        entity_id: entityId,
        detail: cell("detail"),
        request_id: cell("requestId"),
        peer: cell("peer"),
      }),
    );
  return [...cells.values()];
}
