export const ROLES = ["VISUALIZADOR", "OPERADOR", "GERENTE", "ADMIN"] as const;
export type Role = (typeof ROLES)[number];

/** The permissions that a route may require. */
export const PERMISSIONS = ["self", "read", "operate", "manage", "administer"] as const;
export type Permission = (typeof PERMISSIONS)[number];

/**
 * The matrix of roles (docs/api.md). What is not granted here is denied.
 * self: own session and password. read: lists, notes, jobs, dashboard, CSV. operate: upload, movements, approval.
 * manage: products, supplier items, discard, holds, replay. administer: company, users, keys, e-mail, audit, metrics, profiling.
 */
const GRANTED: Record<Role, readonly Permission[]> = {
  VISUALIZADOR: ["self", "read"],
  OPERADOR: ["self", "read", "operate"],
  GERENTE: ["self", "read", "operate", "manage"],
  ADMIN: ["self", "read", "operate", "manage", "administer"],
};

/** Whether a role holds a permission; an unknown role holds none. */
export function may(role: Role, permission: Permission): boolean {
  return Object.hasOwn(GRANTED, role) && GRANTED[role].includes(permission);
}

/** Of two roles the one with fewer permissions; each role has all permissions of those before it in ROLES. */
export const lesserRole = (one: Role, other: Role): Role =>
  ROLES.indexOf(one) < ROLES.indexOf(other) ? one : other;
