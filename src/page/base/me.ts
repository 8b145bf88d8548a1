import { signal } from "@preact/signals";
import type { z } from "zod";
import type { KeyRole } from "../../accounts/roles.ts";
import type { BrowserSessionSchema } from "../../http/routes/accounts/browser-session.ts";

/** The answer of GET /api/session. */
export type Me = z.infer<typeof BrowserSessionSchema>;

/** Who is here; null: not read yet, or not signed in. The server decides again at every request. */
export const me = signal<Me | null>(null);

/** What another tab has changed of the session: this one shows the first one's figures until it is loaded again. */
export type OtherSession = "session.other_person" | "session.other_company";
export const otherSession = signal<OtherSession | null>(null);

/** Whether a refusal says that the session is of another person or company than this tab: the request itself is not at fault. */
export const isOfOtherSession = (code: string): code is OtherSession =>
  code === "session.other_person" || code === "session.other_company";

/**
 * The headers that say for whom and for which company this tab was opened, so that nothing of it lands with the person or in the
 * company that another tab has chosen since. The session's own routes get none: they tell which these are.
 */
export function sessionHeaders(path: string): Readonly<Record<string, string>> {
  const here = me.peek();
  if (here === null || /^\/api\/session(?![\w-])/.test(path)) return {};
  return { "x-person": String(here.user.id), "x-company": String(here.company.id) };
}

/** A role as people know it. */
export const ROLE_NAMES: Record<KeyRole, string> = {
  VISUALIZADOR: "Visualizador",
  OPERADOR: "Operador",
  GERENTE: "Gerente",
  ADMIN: "Administrador",
  AGENTE: "Agente da SEFAZ",
};
