import type { Ports } from "../../ports/ports.ts";

/**
 * Settings of the first run that have a value (`given`) and differ from the company of this database: they are read once;
 * later changes are made by PATCH /api/company and `sge password`. Names only, in a fixed order; none where there is no
 * company, or several. Fails as the reader does.
 */
export async function ignoredSettings(
  { reader, config, passwords }: Pick<Ports, "reader" | "config" | "passwords">,
  given: ReadonlySet<string>,
): Promise<string[]> {
  const [company, another] = await reader.rows({
    sql: "select name, cnpjs, environment from companies order by id limit 2",
    args: [],
  });
  if (company === undefined || another !== undefined) return [];
  const [admin] = await reader.rows({
    sql: "select password_hash from users where email = ?1",
    args: [config.ADMIN_EMAIL.toLowerCase()],
  });
  const differs = {
    COMPANY_NAME: company.name !== config.COMPANY_NAME,
    COMPANY_CNPJ: company.cnpjs !== JSON.stringify(cnpjsOf(config)),
    COMPANY_ENVIRONMENT: company.environment !== config.COMPANY_ENVIRONMENT,
    ADMIN_EMAIL: admin === undefined,
    ADMIN_PASSWORD:
      admin !== undefined &&
      config.ADMIN_PASSWORD !== undefined &&
      !(await passwords.verify(config.ADMIN_PASSWORD, String(admin.password_hash))),
  };
  return Object.entries(differs).flatMap(([name, other]) =>
    other && given.has(name) ? [name] : [],
  );
}

/** COMPANY_CNPJ as the company stores it: without masks, each once. */
export const cnpjsOf = ({ COMPANY_CNPJ }: Pick<Ports["config"], "COMPANY_CNPJ">): string[] => [
  ...new Set(COMPANY_CNPJ.map((cnpj) => cnpj.replaceAll(/[./\s-]/g, "").toUpperCase())),
];
