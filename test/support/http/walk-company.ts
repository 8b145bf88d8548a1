type Go = (
  method: string,
  path: string,
  options?: { json?: object; at?: string },
) => Promise<number>;

/** Asks for the units and the tax profile of the company, and changes them. */
export async function walkCompany(go: Go): Promise<void> {
  for (const own of [[{ spelling: "NOVA", unit: "UN" }], []])
    await go("PUT", "/api/company/units", { json: { own } });
  await go("GET", "/api/company/units");
  await go("PUT", "/api/company/tax-profile", { json: { version: 0, preset: "real_trade" } });
  await go("GET", "/api/company/tax-profile");
  await walkUsers(go);
}

async function walkUsers(go: Go): Promise<void> {
  // The one that is made here: 21 is the last that was there.
  const at = "/api/users/22";
  const password = "uma senha bem comprida";
  await go("GET", "/api/me");
  await go("GET", "/api/users");
  for (const email of ["ana@loja.example", "ana@loja.example", "pessoa21@example.com"])
    await go("POST", "/api/users", { json: { email, role: "OPERADOR" } });
  for (const json of [{ name: "Ana", email: "a@b.example" }, { password }, { role: "OPERADOR" }])
    await go("PUT", "/api/users/{id}", { at, json });
  await go("POST", "/api/users/{id}/invite", { at });
  await go("DELETE", "/api/users/{id}", { at });
  await go("POST", "/api/session/company", { json: { company: 1 } });
  await go("POST", "/api/session/company", { json: { company: 2 } });
  await go("POST", "/api/password/set", { json: { token: "a", password } });
}
