import { KEY_ROLES, type KeyRole, ROLES, type Role } from "../../accounts/roles.ts";
import { type ParsedArgs, textOf, UsageError } from "../terminal/parsed-args.ts";

/** The reason of `--reason`. Fails with a UsageError of the command where it is absent, too short or too long. */
export function reasonOf(command: string, given: ParsedArgs): string {
  const reason = textOf(given.reason)?.trim() ?? "";
  if (reason.length < 3 || reason.length > 500)
    throw new UsageError(command, "Informe em --reason o motivo, de 3 a 500 caracteres");
  return reason;
}

/** The role of `--role` for a person; undefined where it is absent. Fails with a UsageError of the command. */
export const roleOf = (command: string, given: ParsedArgs): Role | undefined =>
  oneOf(command, given, ROLES);

/** As `roleOf`, for an API key. */
export const keyRoleOf = (command: string, given: ParsedArgs): KeyRole | undefined =>
  oneOf(command, given, KEY_ROLES);

function oneOf<R extends string>(
  command: string,
  given: ParsedArgs,
  roles: readonly R[],
): R | undefined {
  const text = textOf(given.role);
  if (text === undefined) return undefined;
  const role = roles.find((one) => one === text.toUpperCase());
  if (role === undefined) throw new UsageError(command, `--role deve ser ${roles.join(", ")}`);
  return role;
}
