import { expect, test } from "bun:test";
import { may, PERMISSIONS, ROLES } from "../../src/accounts/roles.ts";
import { trusted } from "../../src/lib/cast.ts";

test("S2: the matrix grants what the contract says, and nothing else", () => {
  const granted = ROLES.map((role) => [role, PERMISSIONS.filter((p) => may(role, p))]);
  expect(Object.fromEntries(granted)).toEqual({
    VISUALIZADOR: ["self", "read"],
    OPERADOR: ["self", "read", "operate"],
    GERENTE: ["self", "read", "operate", "manage"],
    ADMIN: ["self", "read", "operate", "manage", "administer"],
  });
});

test("S15: an unknown role, or a name of Object's prototype, has no permission", () => {
  for (const role of ["admin", "", "ROOT", "constructor", "__proto__", "toString"])
    for (const permission of PERMISSIONS) expect(may(trusted(role), permission)).toBe(false);
});
