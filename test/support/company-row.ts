import type { Statement } from "../../src/ports/sql.ts";

/** Inserts a company as the first run does, for tests that only need one to exist. */
export const companyRow = (id: number): Statement => ({
  sql: `insert into companies (id, name, cnpjs, environment, time_zone, auto_approve, overridable_holds,
      require_signature, require_mapping, allow_negative, settings_version, created_at, updated_at)
    values (?1, 'Empresa ' || ?1, '[]', 'production', 'America/Sao_Paulo', 0, '[]', 0, 0, 1, 1, 0, 0)`,
  args: [id],
});
