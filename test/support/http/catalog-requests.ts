const json = (...values: unknown[]) => ({
  type: "application/json",
  bodies: values.map((value) => JSON.stringify(value)),
});

/** Requests that the routes of movements in batches take. */
export const CATALOG_REQUESTS = [
  {
    method: "POST",
    path: "/api/movements/batch",
    query: [],
    ...json({
      items: [
        { product_code: "P1", type: "ENTRADA", quantity: 2.5, unit_cost: 9.99, origin: "Manual" },
        { product_code: "P1", type: "SAIDA", quantity: "1", batch_number: "L", notes: "achado" },
      ],
    }),
  },
];
