/** What an action did, in one word: those of S.G.E. (CREATE, UPDATE, DELETE), and what it did not tell. */
export type AuditVerb = "CREATE" | "UPDATE" | "DELETE" | "LOGIN" | "REFUSE" | "EXPORT";

/**
 * Every action that the audit log knows, with its verb. A new one is added here, its sentence in messages/pt-BR/audit, and the words of
 * its detail in page/admin/audit-words.ts.
 */
export const AUDIT_ACTIONS = {
  "alerts.configure": "UPDATE",
  "category.change": "UPDATE",
  "category.create": "CREATE",
  "category.delete": "DELETE",
  "certificate.add": "CREATE",
  "certificate.remove": "DELETE",
  "company.create": "CREATE",
  "company.move": "UPDATE",
  "company.tax_profile": "UPDATE",
  "company.units": "UPDATE",
  "company.update": "UPDATE",
  "confirmation.ask": "CREATE",
  "confirmation.confirm": "UPDATE",
  "confirmation.refuse": "DELETE",
  "count.assign": "UPDATE",
  "count.cancel": "DELETE",
  "count.close": "UPDATE",
  "count.lines": "CREATE",
  "count.open": "CREATE",
  "count.undo": "DELETE",
  "database.adopt": "UPDATE",
  "database.restore": "UPDATE",
  "export.cancel": "DELETE",
  "export.order": "EXPORT",
  "job.replay": "UPDATE",
  "key.create": "CREATE",
  "key.revoke": "DELETE",
  login: "LOGIN",
  "login.failed": "LOGIN",
  logout: "LOGIN",
  "mail.address": "UPDATE",
  "mail.configure": "UPDATE",
  "mail.refuse": "REFUSE",
  "movement.batch": "CREATE",
  "movement.create": "CREATE",
  "movement.reverse": "CREATE",
  "nfe.complete": "UPDATE",
  "nfe.cost_added": "CREATE",
  "nfe.cost_reversed": "DELETE",
  "nfe.discard": "DELETE",
  "nfe.enqueue": "CREATE",
  "nfe.event": "CREATE",
  "nfe.event_exits": "UPDATE",
  "nfe.event_withdraw": "DELETE",
  "nfe.process": "UPDATE",
  "nfe.refuse": "REFUSE",
  "nfe.register": "CREATE",
  "nfe.register_and_process": "CREATE",
  "nfe.rejudge": "UPDATE",
  "nfe.restore": "UPDATE",
  "nfe.reverse": "DELETE",
  "password.change": "UPDATE",
  "password.link": "UPDATE",
  "password.renew": "UPDATE",
  "password.set": "UPDATE",
  "product.change": "UPDATE",
  "product.create": "CREATE",
  "product.deactivate": "DELETE",
  "sefaz.ask": "CREATE",
  "sefaz.awareness": "UPDATE",
  "sefaz.configure": "UPDATE",
  "sefaz.statement": "CREATE",
  "sefaz.statement_ended": "UPDATE",
  "session.company": "LOGIN",
  "session.end": "LOGIN",
  "supplier_item.delete": "DELETE",
  "supplier_item.import": "UPDATE",
  "supplier_item.put": "UPDATE",
  "user.accept": "UPDATE",
  "user.create": "CREATE",
  "user.deactivate": "DELETE",
  "user.invite": "UPDATE",
  "user.update": "UPDATE",
  "webhook.change": "UPDATE",
  "webhook.create": "CREATE",
  "webhook.delete": "DELETE",
  "webhook.disable": "UPDATE",
  "webhook.replay": "UPDATE",
  "webhook.rotate_secret": "UPDATE",
} as const satisfies Readonly<Record<string, AuditVerb>>;

export type AuditAction = keyof typeof AUDIT_ACTIONS;

export const isAuditAction = (text: string): text is AuditAction =>
  Object.hasOwn(AUDIT_ACTIONS, text);

/** The actions that a filter means: itself, or all of a verb; none for any other text. */
export function actionsOf(text: string): readonly AuditAction[] {
  const named = Object.keys(AUDIT_ACTIONS).filter(isAuditAction);
  return named.filter((action) => action === text || AUDIT_ACTIONS[action] === text);
}
