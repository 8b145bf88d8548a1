export const ROLES = ["VISUALIZADOR", "OPERADOR", "GERENTE", "ADMIN"] as const;
export type Role = (typeof ROLES)[number];

/** The roles that an API key may have: those of people, and AGENTE, which no person has. */
export const KEY_ROLES = [...ROLES, "AGENTE"] as const;
export type KeyRole = (typeof KEY_ROLES)[number];

/** The permissions that a route may require. */
export const PERMISSIONS = ["self", "read", "agent", "operate", "manage", "administer"] as const;
export type Permission = (typeof PERMISSIONS)[number];

/**
 * The matrix of roles (docs/api.md). What is not granted here is denied.
 * self: own session and password. read: lists, notes, jobs, dashboard, CSV. agent: calls to the tax office, claimed and answered.
 * operate: upload, movements, approval. manage: products, supplier items, discard, holds, replay. administer: company, users, keys,
 * e-mail, audit, metrics, profiling.
 */
const GRANTED: Record<KeyRole, readonly Permission[]> = {
  AGENTE: ["agent"],
  VISUALIZADOR: ["self", "read"],
  OPERADOR: ["self", "read", "agent", "operate"],
  GERENTE: ["self", "read", "agent", "operate", "manage"],
  ADMIN: ["self", "read", "agent", "operate", "manage", "administer"],
};

/** Whether a role holds a permission; an unknown role holds none. */
export function may(role: KeyRole, permission: Permission): boolean {
  return Object.hasOwn(GRANTED, role) && GRANTED[role].includes(permission);
}

/** Of two roles the one with fewer permissions; each role of people has all permissions of those before it in ROLES. */
export const lesserRole = (one: Role, other: Role): Role =>
  ROLES.indexOf(one) < ROLES.indexOf(other) ? one : other;

/**
 * The role that a key acts with: the lesser of its own and its maker's. Null: an agent's whose maker has no longer what an agent
 * may; it is refused.
 */
export function roleOfKey(own: KeyRole, maker: Role): KeyRole | null {
  if (own !== "AGENTE") return lesserRole(own, maker);
  return may(maker, "agent") ? own : null;
}
