const json = (...values: unknown[]) => ({
  type: "application/json",
  bodies: values.map((value) => JSON.stringify(value)),
});

const FIELDS = {
  name: "PRODUTO",
  unit: "UN",
  description: "de teste",
  barcode: "7891000315507",
  location: "A1",
  cost_price: 1.25,
  sale_price: "2.50",
  min_stock: 1,
  max_stock: 9.5,
};

/** Requests that the routes of products, categories and movements in batches take. */
export const CATALOG_REQUESTS = [
  { method: "GET", path: "/api/products/P1", query: [] },
  {
    method: "POST",
    path: "/api/products",
    query: [],
    ...json({ ...FIELDS, code: "NOVO", ncm: "17019900" }, { code: "N2", name: "N", unit: "KG" }),
  },
  {
    method: "PUT",
    path: "/api/products/P1",
    query: [],
    headers: [["if-match", '"1-a"']] as const,
    ...json({ ...FIELDS, quantity: 3, supplier_id: null, category_name: "Sem Categoria" }),
  },
  {
    method: "PATCH",
    path: "/api/products/P1",
    query: [],
    headers: [["if-match", '"1-a"']] as const,
    ...json({ location: null }, { category_id: 1, active: true, ncm: "17019900" }),
  },
  { method: "DELETE", path: "/api/products/P1", query: [] },
  { method: "GET", path: "/api/categories", query: [] },
  { method: "GET", path: "/api/reports/movements", query: ["start_date", "end_date"] },
  { method: "GET", path: "/api/reports/cost-rises", query: ["days", "limit"] },
  {
    method: "POST",
    path: "/api/categories",
    query: [],
    ...json({ name: "Alimentos" }, { name: "Doces", parent_id: 1 }),
  },
  {
    method: "PUT",
    path: "/api/categories/1",
    query: [],
    ...json({ name: "Doces" }, { id: 1, name: "Doces", parent_id: null }),
  },
  { method: "DELETE", path: "/api/categories/1", query: [] },
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
