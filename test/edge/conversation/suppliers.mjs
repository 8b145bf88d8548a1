/** Supplier items and units. */
export const suppliers = {
  async "units of the company"({ ask }) {
    const path = "/api/company/units";
    const put = (own) => ({ method: "PUT", path, json: { own } });
    await ask("the units", { path });
    for (const own of [
      [{ spelling: "Display", unit: "DP" }],
      [
        { spelling: "LT", unit: "L" },
        { spelling: "PC", unit: "UN" },
      ],
      [
        { spelling: "A", unit: "B" },
        { spelling: "B", unit: "C" },
      ],
      [{ spelling: "", unit: "UN" }],
      [{ spelling: "A" }],
      [],
    ])
      await ask(`units ${JSON.stringify(own)}`, put(own));
    await ask("the units of others", { path, as: "GERENTE" });
  },
};
