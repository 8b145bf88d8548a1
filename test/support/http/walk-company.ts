type Go = (method: string, path: string, options?: { json?: object }) => Promise<number>;

/** Asks for the units and the tax profile of the company, and changes them. */
export async function walkCompany(go: Go): Promise<void> {
  for (const own of [[{ spelling: "NOVA", unit: "UN" }], []])
    await go("PUT", "/api/company/units", { json: { own } });
  await go("GET", "/api/company/units");
  await go("PUT", "/api/company/tax-profile", { json: { version: 0, preset: "real_trade" } });
  await go("GET", "/api/company/tax-profile");
}
