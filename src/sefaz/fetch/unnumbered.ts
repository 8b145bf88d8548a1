/**
 * SQL: the place in sefaz_parked of a document that names no NSU: -1, -2 … below those that are there, so that none replaces another.
 * All three are SQL.
 */
export const belowAll = (company: string, cnpj: string, environment: string): string =>
  `(select min(0, coalesce(min(u.nsu), 0)) - 1 from sefaz_parked u
    where u.company = ${company} and u.cnpj = ${cnpj} and u.environment = ${environment})`;

/** The least place of a document of the distribution that has an NSU, by which it can be asked for again. */
export const FIRST_NSU = 1;
