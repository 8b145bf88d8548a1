import { signal } from "@preact/signals";
import type { z } from "zod";
import type { BrowserSessionSchema } from "../../http/routes/accounts/browser-session.ts";

/** The answer of GET /api/session. */
export type Me = z.infer<typeof BrowserSessionSchema>;

/** Who is here; null: not read yet, or not signed in. The server decides again at every request. */
export const me = signal<Me | null>(null);

/** Another tab has chosen another company: this one shows the first company's figures until it is loaded again. */
export const otherCompany = signal(false);

/**
 * The header that says for which company this tab was opened, so that nothing of it lands in the company that another tab has chosen
 * since (409 `session.other_company`). The session's own routes get none: they tell which company it is.
 */
export function companyHeader(path: string): Readonly<Record<string, string>> {
  const company = me.peek()?.company.id;
  if (company === undefined || /^\/api\/session(?![\w-])/.test(path)) return {};
  return { "x-company": String(company) };
}
