const get = (path: string, ...query: string[]) => ({
  method: "GET",
  path,
  query: ["cursor", "limit", ...query],
});

/** A valid request for each route that reads lots. */
export const LOT_READS = [
  get("/api/products/P1/lots"),
  get("/api/lots", "expiring_within", "expired", "product_code", "dialect"),
  get("/api/lots/L1/trace", "product_code", "supplier"),
  {
    method: "GET",
    path: "/api/export/lots",
    query: ["expiring_within", "expired", "product_code", "dialect"],
  },
];
