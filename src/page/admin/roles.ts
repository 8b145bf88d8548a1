import { ROLES } from "../../accounts/roles.ts";
import { ROLE_NAMES } from "../base/session.ts";

/** The roles for a choice, with their names. */
export const ROLE_OPTIONS = ROLES.map((value) => ({ value, text: ROLE_NAMES[value] }));
