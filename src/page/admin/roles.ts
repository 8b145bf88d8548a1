import { KEY_ROLES, ROLES } from "../../accounts/roles.ts";
import { ROLE_NAMES } from "../base/session.ts";

/** The roles for a choice, with their names. */
export const ROLE_OPTIONS = ROLES.map((value) => ({ value, text: ROLE_NAMES[value] }));

/** Those of API keys. */
export const KEY_ROLE_OPTIONS = KEY_ROLES.map((value) => ({ value, text: ROLE_NAMES[value] }));
