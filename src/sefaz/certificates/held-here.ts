import { ROOT_LENGTH } from "../../nfe/taxpayer.ts";

/**
 * SQL: whether the company has a certificate here for a CNPJ at an instant; all three are SQL. Most CNPJs of an installation may have
 * theirs on another machine. That it opens is not known yet.
 */
export const heldHereSql = (company: string, cnpj: string, now: string): string =>
  `exists (select 1 from sefaz_certificates d where d.company = ${company}
    and d.root = substr(${cnpj}, 1, ${ROOT_LENGTH}) and d.starts_at <= ${now} and d.ends_at >= ${now})`;
