import { expect, test } from "bun:test";
import { KEY_ROLES, may, PERMISSIONS, ROLES, roleOfKey } from "../../src/accounts/roles.ts";
import { trusted } from "../../src/lib/cast.ts";

test("S2: the matrix grants what the contract says, and nothing else", () => {
  const granted = KEY_ROLES.map((role) => [role, PERMISSIONS.filter((p) => may(role, p))]);
  expect(Object.fromEntries(granted)).toEqual({
    VISUALIZADOR: ["self", "read"],
    OPERADOR: ["self", "read", "agent", "operate"],
    GERENTE: ["self", "read", "agent", "operate", "manage"],
    ADMIN: ["self", "read", "agent", "operate", "manage", "administer"],
    AGENTE: ["agent"],
  });
});

test("S15: an unknown role, or a name of Object's prototype, has no permission", () => {
  for (const role of ["admin", "", "ROOT", "constructor", "__proto__", "toString"])
    for (const permission of PERMISSIONS) expect(may(trusted(role), permission)).toBe(false);
});

test("a key acts with no permission that its maker has not", () => {
  for (const own of KEY_ROLES)
    for (const maker of ROLES) {
      const role = roleOfKey(own, maker);
      const held = PERMISSIONS.filter((one) => role !== null && may(role, one));
      const both = PERMISSIONS.filter((one) => may(own, one) && may(maker, one));
      expect([own, maker, held]).toEqual([own, maker, both]);
    }
});
