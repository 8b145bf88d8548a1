import { z } from "@hono/zod-openapi";
import { AUDIT_ACTIONS, isAuditAction } from "../../journal/audit-actions.ts";
import type { AuditLine } from "../../journal/audit-log.ts";
import { actionSentence } from "../../messages/pt-BR/audit/actions.ts";
import { instant } from "../numbers.ts";

/** A line of the audit log with the names of S.G.E. first; `action` is its verb, `code` what was done. */
export const AuditLineSchema = z
  .object({
    id: z.int(),
    created_at: z.string(),
    user_id: z.int().nullable(),
    user: z.object({ id: z.int(), name: z.string().nullable(), email: z.string() }).nullable(),
    action: z.string(),
    entity_type: z.string(),
    entity_id: z.string().nullable(),
    description: z.string(),
    old_values: z.string().nullable(),
    new_values: z.string().nullable(),
    ip_address: z.string().nullable(),
    user_agent: z.string().nullable(),
    code: z.string(),
    key_id: z.string().nullable(),
    request_id: z.string(),
    seq: z.int().nullable(),
    hash: z.string().nullable(),
  })
  .openapi("AuditLine");

/** An action that this version does not know, of a newer one, is shown by its code. */
export function auditLineView(line: AuditLine): z.infer<typeof AuditLineSchema> {
  const known = isAuditAction(line.action) ? line.action : null;
  return {
    id: line.id,
    created_at: instant(line.at),
    user_id: line.userId,
    user:
      line.userId === null || line.userEmail === null
        ? null
        : { id: line.userId, name: line.userName, email: line.userEmail },
    action: known === null ? "UPDATE" : AUDIT_ACTIONS[known],
    entity_type: line.entity,
    entity_id: line.entityId,
    description: known === null ? line.action : actionSentence(known, line.entityId),
    // Lines keep codes, counts and keys of what was done, and no state before it; headers are never stored.
    old_values: null,
    new_values: line.detail === "{}" ? null : line.detail,
    ip_address: line.peer,
    user_agent: null,
    code: line.action,
    key_id: line.keyId,
    request_id: line.requestId,
    seq: line.seq,
    hash: line.hash,
  };
}
