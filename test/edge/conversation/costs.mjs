/** The tax profile and the cost of notes. */
export const costs = {
  async "a tax profile and the cost of a note"({ ask, keys }) {
    const path = "/api/company/tax-profile";
    const put = (json, as) => ({ method: "PUT", path, json, as });
    await ask("the profile of a new company", { path });
    await ask("the profile is not for others", ({ GERENTE }) => ({ path, as: GERENTE }));
    await ask("a preset", put({ version: 0, preset: "real_industry" }));
    await ask("the same again", put({ version: 0, preset: "real_industry" }));
    await ask("an earlier version", put({ version: 0, preset: "simples" }));
    await ask("neither profile nor preset", put({ version: 1 }));
    for (const name of ["first", "approved", "return"])
      await ask(`the cost of ${name}`, { path: `/api/nfes/${keys[name]}/cost` });
    await ask("the cost of no note", { path: `/api/nfes/${"0".repeat(44)}/cost` });
    await ask("a preset of nothing", put({ version: 1, preset: "none" }));
  },
};
